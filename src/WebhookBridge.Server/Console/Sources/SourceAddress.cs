using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Server.WebConsole.Sources;

/// <summary>The address that is entered at the platform.</summary>
internal static class SourceAddress
{
    private const string PathSecretScheme = "path-secret";
    private const string PathTag = "path:";
    private const string Hidden = "••••••••";

    /// <summary>As senders see the gateway.</summary>
    public static string Origin(HttpRequest request, ConsoleOptions options, SourceDefinition? source) =>
        source?.PublicUrl ?? options.PublicUrl ?? $"{request.Scheme}://{request.Host}";

    /// <summary>The address with its secret hidden, where it has one.</summary>
    public static string Masked(string origin, SourceDefinition source, Platform? platform) =>
        $"{origin}/in/{source.Name}" + (platform is not null && HasSecret(source, platform) ? "/" + Hidden : "");

    /// <summary>The whole address: a password of its own where it has a secret.</summary>
    public static string Whole(string origin, SourceDefinition source, Platform platform) =>
        $"{origin}/in/{source.Name}" + (PathSecret(source, platform) is { } secret ? "/" + Uri.EscapeDataString(secret) : "");

    public static bool HasSecret(SourceDefinition source, Platform platform) => PathSecret(source, platform) is not null;

    /// <summary>True where the platform (with this setting) is known by a secret in the address, which the gateway can make itself.</summary>
    public static bool IsPathSecret(Platform platform, string? scheme) =>
        (string.IsNullOrEmpty(scheme) ? platform.DefaultSchemes.Count > 0 ? platform.DefaultSchemes : platform.SchemeIds : [scheme]) is [PathSecretScheme];

    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20));

    /// <summary>False where no platform on the internet can reach the gateway: a name or address of this machine or of a private network.</summary>
    public static bool IsReachable(string origin)
    {
        string host = new Uri(origin).Host.Trim('[', ']');
        if (!IPAddress.TryParse(host, out IPAddress? address))
        {
            return host.Contains('.', StringComparison.Ordinal) && !host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) && !host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
        }

        byte[] b = address.GetAddressBytes();
        return !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6UniqueLocal
            && (b.Length != 4 || !(b[0] is 0 or 10 or 127 || (b[0] == 192 && b[1] == 168) || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 169 && b[1] == 254)));
    }

    private static string? PathSecret(SourceDefinition source, Platform platform)
    {
        string? tagged = source.Secrets.Select(static s => s.Reveal()).FirstOrDefault(static s => s.StartsWith(PathTag, StringComparison.Ordinal));
        if (tagged is not null)
        {
            return tagged[PathTag.Length..];
        }

        string? scheme = source.Settings.TryGetValue("scheme", out System.Text.Json.JsonElement named) ? named.ToString() : null;
        return IsPathSecret(platform, scheme) ? source.Secrets.Select(static s => s.Reveal()).LastOrDefault() : null;
    }
}

/// <summary>Secrets that are shown to the one who made them, once, on the next page.</summary>
internal sealed class ShownOnce
{
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    public void Keep(byte[] session, string about, string text) => _texts[Key(session, about)] = text;

    public string? Take(byte[] session, string about) => _texts.TryRemove(Key(session, about), out string? text) ? text : null;

    private static string Key(byte[] session, string about) => Convert.ToHexString(session) + about;
}
