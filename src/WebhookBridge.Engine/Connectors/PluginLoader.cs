using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Loads connectors from <c>plugins/&lt;id&gt;/plugin.json</c>, each into a load context of its own that shares the SDK with the gateway. A plugin is trusted code: it is read from disk at start, never uploaded.</summary>
internal static class PluginLoader
{
    private const string ManifestName = "plugin.json";

    /// <summary>One entry for each folder, ready or quarantined. Never throws for what a plugin does.</summary>
    public static IEnumerable<CatalogEntry> LoadAll(string? folder)
    {
        if (folder is null || !Directory.Exists(folder))
        {
            yield break;
        }

        foreach (string plugin in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            yield return Load(Path.GetFullPath(plugin));
        }
    }

    private static CatalogEntry Load(string folder)
    {
        string id = Path.GetFileName(folder);
        try
        {
            Manifest manifest = Manifest.Read(Path.Combine(folder, ManifestName));
            if (manifest.Id != id)
            {
                return new CatalogEntry.Quarantined(id, folder, $"{ManifestName} names the id '{manifest.Id}', but the folder is called '{id}'");
            }

            if (manifest.SdkMajor != SdkMajor)
            {
                return new CatalogEntry.Quarantined(id, folder, $"it was built for version {manifest.SdkMajor} of the SDK; this gateway has version {SdkMajor}");
            }

            string assembly = Path.GetFullPath(Path.Combine(folder, manifest.Assembly));
            if (!assembly.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !File.Exists(assembly))
            {
                return new CatalogEntry.Quarantined(id, folder, $"the assembly '{manifest.Assembly}' is not in its folder");
            }

            Type? type = new PluginContext(assembly).LoadFromAssemblyPath(assembly).GetType(manifest.Type, throwOnError: false);
            if (type is null || !typeof(IConnector).IsAssignableFrom(type))
            {
                return new CatalogEntry.Quarantined(id, folder, $"the type '{manifest.Type}' is missing or is no IConnector");
            }

            IConnector connector = (IConnector)Activator.CreateInstance(type)!;
            ConnectorDescription description = connector.Describe();
            string? problem = description.Id == id ? DescriptionCheck.FirstProblem(description) : $"it describes itself as '{description.Id}'";
            return problem is null
                ? new CatalogEntry.Ready(folder, connector, description)
                : new CatalogEntry.Quarantined(id, folder, problem);
        }
        catch (Exception e)
        {
            // Whatever a plugin does wrong at loading, the gateway starts without it (issue of the plugin, not of the gateway).
            Exception cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            return new CatalogEntry.Quarantined(id, folder, $"{cause.GetType().Name}: {cause.Message}");
        }
    }

    private static int SdkMajor => typeof(IConnector).Assembly.GetName().Version?.Major ?? 0;

    private sealed record Manifest(string Id, string Assembly, string Type, int SdkMajor)
    {
        public static Manifest Read(string path)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            string[] unknown = [.. json.RootElement.EnumerateObject().Select(static p => p.Name).Except(["id", "assembly", "type", "sdk", "version"])];
            return unknown.Length > 0
                ? throw new InvalidDataException($"{ManifestName} has unknown members: {string.Join(", ", unknown)}")
                : new Manifest(Text(json, "id"), Text(json, "assembly"), Text(json, "type"), int.Parse(Text(json, "sdk").Split('.')[0], System.Globalization.CultureInfo.InvariantCulture));
        }

        private static string Text(JsonDocument json, string name) =>
            json.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : throw new InvalidDataException($"{ManifestName} needs the text '{name}'");
    }

    /// <summary>The plugin's own assemblies come from its folder; the SDK and the framework are the gateway's.</summary>
    private sealed class PluginContext(string assembly) : AssemblyLoadContext(name: Path.GetFileNameWithoutExtension(assembly))
    {
        private readonly AssemblyDependencyResolver _resolver = new(assembly);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name == typeof(IConnector).Assembly.GetName().Name)
            {
                return null;
            }

            string? path = _resolver.ResolveAssemblyToPath(assemblyName);
            return path is null ? null : LoadFromAssemblyPath(path);
        }

        protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
        {
            string? path = _resolver.ResolveUnmanagedDllToPath(unmanagedDllName);
            return path is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
        }
    }
}
