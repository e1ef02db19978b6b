using System.Reflection;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Server.Hosting;

/// <summary>What ships inside the program: platforms and the template gallery. Copies in the data directory win (design section 2).</summary>
internal static class EmbeddedFiles
{
    private const string PlatformsFolder = "platforms/";
    private const string TemplatesFolder = "templates/";

    public static PlatformCatalog Platforms(string? dataDirectory) =>
        PlatformCatalog.Load(Files(PlatformsFolder).Select(file => new PlatformFile(file.Path, file.Bytes)), dataDirectory is null ? null : PlatformCatalog.FilesOf(new DirectoryInfo(Path.Combine(dataDirectory, "platforms"))));

    /// <summary>Templates of the gallery by name.</summary>
    public static Dictionary<string, TemplateDefinition> Gallery(string? dataDirectory)
    {
        Dictionary<string, TemplateDefinition> gallery = new(StringComparer.Ordinal);
        foreach (IGrouping<string, (string Path, byte[] Bytes)> folder in Files(TemplatesFolder).Concat(OwnFiles(dataDirectory)).GroupBy(file => file.Path.Split('/')[0], StringComparer.Ordinal))
        {
            byte[]? body = folder.LastOrDefault(file => file.Path.EndsWith("/body.scriban", StringComparison.Ordinal)).Bytes;
            byte[]? description = folder.LastOrDefault(file => file.Path.EndsWith("/template.json", StringComparison.Ordinal)).Bytes;
            if (body is not null)
            {
                gallery[folder.Key] = new TemplateDefinition { Name = folder.Key, Body = System.Text.Encoding.UTF8.GetString(body), ContentType = ContentType(description) };
            }
        }

        return gallery;
    }

    private static string ContentType(byte[]? description)
    {
        if (description is null)
        {
            return "application/json";
        }

        using JsonDocument document = JsonDocument.Parse(description);
        return document.RootElement.TryGetProperty("contentType", out JsonElement type) ? type.GetString()! : "application/json";
    }

    private static IEnumerable<(string Path, byte[] Bytes)> OwnFiles(string? dataDirectory)
    {
        string folder = Path.Combine(dataDirectory ?? "", TemplatesFolder);
        return dataDirectory is null || !Directory.Exists(folder) ? []
            : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file)));
    }

    private static IEnumerable<(string Path, byte[] Bytes)> Files(string folder)
    {
        Assembly assembly = typeof(EmbeddedFiles).Assembly;
        foreach (string name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith(folder, StringComparison.Ordinal))
            {
                continue;
            }

            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return (name[folder.Length..], bytes);
        }
    }
}
