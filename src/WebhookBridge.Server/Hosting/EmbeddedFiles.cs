using System.Reflection;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Platforms;

namespace WebhookBridge.Server.Hosting;

/// <summary>What ships inside the program: platforms and the template gallery. Copies in the data directory win (design section 2).</summary>
internal static class EmbeddedFiles
{
    private static readonly Action<ILogger, string, string, Exception?> TemplateLeftOut =
        LoggerMessage.Define<string, string>(LogLevel.Warning, new EventId(1, nameof(TemplateLeftOut)), "The template {Template} of the gallery is left out. {Problems}");

    private const string PlatformsFolder = "platforms/";
    private const string TemplatesFolder = "templates/";

    public static PlatformCatalog Platforms(string? dataDirectory) =>
        PlatformCatalog.Load(Files(PlatformsFolder).Select(file => new PlatformFile(file.Path, file.Bytes)), dataDirectory is null ? null : PlatformCatalog.FilesOf(new DirectoryInfo(Path.Combine(dataDirectory, "platforms"))));

    /// <summary>The template gallery by name. An entry of the data directory with an error is left out and named in the log.</summary>
    public static Dictionary<string, GalleryTemplate> Gallery(string? dataDirectory, ILogger logger)
    {
        Dictionary<string, GalleryTemplate> gallery = new(StringComparer.Ordinal);
        foreach (IGrouping<string, (string Path, byte[] Bytes)> folder in Files(TemplatesFolder).Concat(OwnFiles(dataDirectory))
            .Where(file => file.Path.Count(c => c == '/') == 1).GroupBy(file => file.Path.Split('/')[0], StringComparer.Ordinal))
        {
            Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
            foreach ((string path, byte[] bytes) in folder)
            {
                files[path.Split('/')[1]] = bytes; // the later one, of the data directory, wins
            }

            List<ConfigurationProblem> problems = [];
            if (GalleryTemplate.Read(folder.Key, files, problems) is { } template)
            {
                gallery[folder.Key] = template;
            }
            else
            {
                TemplateLeftOut(logger, folder.Key, string.Join(' ', problems.Select(problem => $"{problem.Path}: {problem.Message} {problem.Fix}")), null);
            }
        }

        return gallery;
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
