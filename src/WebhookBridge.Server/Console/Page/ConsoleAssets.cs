using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace WebhookBridge.Server.WebConsole.Page;

/// <summary>The browser bundle, embedded in the program: served compressed, under addresses that change with the content.</summary>
internal sealed class ConsoleAssets
{
    private const string Prefix = "console/assets/";

    private readonly FrozenDictionary<string, Asset> _files;
    private readonly FrozenDictionary<string, string> _icons;

    public ConsoleAssets()
    {
        Assembly assembly = typeof(ConsoleAssets).Assembly;
        var embedded = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(n => n[Prefix.Length..], n => Read(assembly, n), StringComparer.Ordinal);
        _files = embedded.Where(static e => e.Key.EndsWith(".js", StringComparison.Ordinal) || e.Key.EndsWith(".css", StringComparison.Ordinal))
            .ToFrozenDictionary(static e => e.Key, e => new Asset(e.Value, embedded[e.Key + ".br"], embedded[e.Key + ".gz"]), StringComparer.Ordinal);
        _icons = JsonSerializer.Deserialize<Dictionary<string, string>>(embedded["icons.json"])!.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The address of a file, with its version.</summary>
    public string Address(string name) => $"/assets/{name}?v={_files[name].Version}";

    /// <summary>The inner part of an icon's SVG; a name that is not in assets/icons.txt is a mistake of ours.</summary>
    public string Icon(string name) => _icons[name];

    /// <summary>How large the scripts are over the wire, for the test of the size limit.</summary>
    public IReadOnlyDictionary<string, int> CompressedSizes => _files.ToDictionary(static f => f.Key, static f => f.Value.Brotli.Length, StringComparer.Ordinal);

    public IResult Serve(string name, HttpContext context)
    {
        if (!_files.TryGetValue(name, out Asset? asset))
        {
            return Results.NotFound();
        }

        (byte[] bytes, string? coding) = asset.For(context.Request.Headers.AcceptEncoding.ToString());
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (coding is not null)
        {
            headers.ContentEncoding = coding;
        }

        string type = name.EndsWith(".css", StringComparison.Ordinal) ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
        return Results.Bytes(bytes, type, entityTag: new EntityTagHeaderValue($"\"{asset.Version}{coding}\""));
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed record Asset(byte[] Plain, byte[] Brotli, byte[] Gzip)
    {
        public string Version { get; } = Convert.ToHexStringLower(SHA256.HashData(Plain).AsSpan(0, 8));

        public (byte[] Bytes, string? Coding) For(string accept) =>
            accept.Contains("br", StringComparison.OrdinalIgnoreCase) ? (Brotli, "br")
            : accept.Contains("gzip", StringComparison.OrdinalIgnoreCase) ? (Gzip, "gzip")
            : (Plain, null);
    }
}
