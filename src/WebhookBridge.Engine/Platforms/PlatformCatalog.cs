using System.Collections.Frozen;
using System.Text.Json;

namespace WebhookBridge.Engine.Platforms;

/// <summary>A file of the <c>platforms/</c> folder.</summary>
/// <param name="Path">Relative, with slashes: <c>yoco/platform.json</c>, <c>yoco/samples/payment.succeeded.json</c>.</param>
public readonly record struct PlatformFile(string Path, ReadOnlyMemory<byte> Bytes);

/// <summary>Every platform that sources can be made of. Immutable; a description with an error is left out and named in <see cref="Errors"/>, the others work.</summary>
public sealed class PlatformCatalog
{
    private readonly FrozenDictionary<string, Platform> _byName;

    private PlatformCatalog(IEnumerable<Platform> platforms, IReadOnlyList<PlatformError> errors)
    {
        All = [.. platforms.OrderBy(p => p.DisplayName, StringComparer.OrdinalIgnoreCase)];
        _byName = All.ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);
        Errors = errors;
    }

    /// <summary>Ordered by display name.</summary>
    public IReadOnlyList<Platform> All { get; }

    public IReadOnlyList<PlatformError> Errors { get; }

    /// <summary>The platform of that name, or null.</summary>
    public Platform? Get(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads what ships with the program and what lies in the data directory; a folder there replaces the shipped platform of the same name, samples included.</summary>
    public static PlatformCatalog Load(IEnumerable<PlatformFile> shipped, IEnumerable<PlatformFile>? own = null)
    {
        var folders = new SortedDictionary<string, List<PlatformFile>>(StringComparer.Ordinal);
        foreach (IEnumerable<PlatformFile> layer in new[] { shipped, own ?? [] })
        {
            foreach (IGrouping<string, PlatformFile> folder in layer.GroupBy(f => f.Path.Split('/')[0], StringComparer.Ordinal))
            {
                folders[folder.Key] = [.. folder.Select(f => f with { Path = f.Path[(folder.Key.Length + 1)..] })];
            }
        }

        var errors = new List<PlatformError>();
        var platforms = new List<Platform>();
        foreach ((string name, List<PlatformFile> files) in folders)
        {
            PlatformFile description = files.Find(f => f.Path == "platform.json");
            if (description.Path is null)
            {
                errors.Add(new PlatformError(name, "$", "the folder holds no platform.json"));
                continue;
            }

            var samples = new List<PlatformSample>();
            foreach (PlatformFile file in files.Where(f => f.Path.StartsWith("samples/", StringComparison.Ordinal) && f.Path.EndsWith(".json", StringComparison.Ordinal) && !f.Path.EndsWith(".expected.json", StringComparison.Ordinal)).OrderBy(f => f.Path, StringComparer.Ordinal))
            {
                if (ReadSample($"{name}/{file.Path}", file, errors) is PlatformSample sample)
                {
                    samples.Add(sample);
                }
            }

            if (PlatformReader.Read(name, description.Bytes, samples, errors) is Platform platform)
            {
                platforms.Add(platform);
            }
        }

        return new PlatformCatalog(platforms, errors);
    }

    /// <summary>The files of a folder such as <c>data/platforms</c>; empty when there is none.</summary>
    public static IReadOnlyList<PlatformFile> FilesOf(DirectoryInfo folder)
    {
        if (!folder.Exists)
        {
            return [];
        }

        return [.. folder.EnumerateFiles("*.json", SearchOption.AllDirectories)
            .Select(f => new PlatformFile(Path.GetRelativePath(folder.FullName, f.FullName).Replace('\\', '/'), File.ReadAllBytes(f.FullName)))
            .Where(f => f.Path.Contains('/', StringComparison.Ordinal))
            .OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    private static PlatformSample? ReadSample(string path, PlatformFile file, List<PlatformError> errors)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(file.Bytes);
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            errors.Add(new PlatformError(path, "$", $"is not readable JSON (line {e.LineNumber + 1})"));
            return null;
        }

        var from = new DescriptionReader(root, "$", new DescriptionReader.Context(path, null));
        var headers = new List<KeyValuePair<string, string>>();
        if (from.Object("headers") is DescriptionReader names)
        {
            foreach ((string name, JsonElement value) in names.Members())
            {
                headers.Add(new(name, value.ToString()));
            }
        }

        string? form = from.Text("form");
        JsonElement? json = from.Raw("body", out JsonElement body) ? body : null;
        if (form is null == json is null)
        {
            from.Error("exactly one of body (JSON) and form (text) is needed");
        }

        string sampleName = file.Path["samples/".Length..^".json".Length];
        var sample = new PlatformSample(sampleName, from.Text("note"), from.Flag("madeUp"), from.Text("query") ?? string.Empty, headers, json, form);
        from.Done();
        errors.AddRange(from.Errors.Errors);
        return from.Errors.Errors.Count == 0 ? sample : null;
    }
}
