using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Verification;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Holds a whole configuration against what there is: names that refer to each other, platforms, connectors and their fields. What compiles or not is <see cref="SnapshotCompiler"/>'s affair.</summary>
public static class DefinitionCheck
{
    /// <summary>Adds every problem with its path and fix.</summary>
    public static void Check(GatewayDefinition definition, PlatformCatalog platforms, ConnectorCatalog connectors, List<ConfigurationProblem> problems)
    {
        for (int i = 0; i < definition.Sources.Count; i++)
        {
            CheckSource(definition.Sources[i], $"$.sources[{i}]", platforms, problems);
        }

        for (int i = 0; i < definition.Destinations.Count; i++)
        {
            CheckDestination(definition.Destinations[i], $"$.destinations[{i}]", connectors, problems);
        }

        for (int i = 0; i < definition.Routes.Count; i++)
        {
            CheckRoute(definition.Routes[i], $"$.routes[{i}]", definition, connectors, problems);
        }
    }

    private static void CheckSource(SourceDefinition source, string path, PlatformCatalog platforms, List<ConfigurationProblem> problems)
    {
        if (platforms.Get(source.Platform) is not { } platform)
        {
            problems.Add(new(path + ".platform", $"There is no platform \"{source.Platform}\".",
                Names.Suggest(source.Platform, platforms.All.Select(known => known.Name), "\"standard-webhooks\" and the generic platforms fit many senders; docs/platforms.md lists all.")));
            return;
        }

        // A source without secrets may be saved: its secret comes later, and until then everything is refused (design invariant 5).
        SourceVerifier verifier = platform.CreateVerifier(source);
        string[] known = [.. Platform.CommonSettings, .. platform.Settings.Select(setting => setting.Name)];
        bool unknownSetting = false;
        foreach (string name in source.Settings.Keys.Where(name => !known.Contains(name)))
        {
            unknownSetting = true;
            problems.Add(new($"{path}.settings.{name}", $"The platform \"{platform.Name}\" has no setting \"{name}\".", Names.Suggest(name, known, "Remove it.")));
        }

        if (source.Secrets.Count > 0 && !unknownSetting && !verifier.AwaitsKey)
        {
            problems.AddRange(verifier.Problems.Select(problem => new ConfigurationProblem(path + ".secrets", problem.En, "Mend secrets and settings as the platform's page says.")));
        }
    }

    private static void CheckDestination(DestinationDefinition destination, string path, ConnectorCatalog connectors, List<ConfigurationProblem> problems)
    {
        switch (connectors.Find(destination.Connector))
        {
            case CatalogEntry.Ready ready:
                foreach (SettingProblem problem in SettingsCheck.Check(ready.Connector, destination.Settings, destination.Secrets).Problems)
                {
                    bool secret = problem.Field is { } id
                        && (destination.Secrets.ContainsKey(id) || ready.Description.Fields.Any(field => field.Id == id && field.Kind is FieldKind.Secret or FieldKind.SecretUrl));
                    problems.Add(new(problem.Field is null ? path : $"{path}.{(secret && !destination.Settings.ContainsKey(problem.Field) ? "secrets" : "settings")}.{problem.Field}",
                        problem.Text.En, $"`webhookbridge connectors list --json` shows the fields of {ready.Id}."));
                }

                break;
            case CatalogEntry.Quarantined quarantined:
                problems.Add(new(path + ".connector", $"The plugin \"{quarantined.Id}\" could not be loaded: {quarantined.Reason}.", "Mend or update the plugin, and start the gateway again."));
                break;
            default:
                problems.Add(new(path + ".connector", $"There is no connector \"{destination.Connector}\".",
                    Names.Suggest(destination.Connector, connectors.Entries.Select(entry => entry.Id), "`webhookbridge connectors list` shows all.")));
                break;
        }
    }

    private static void CheckRoute(RouteDefinition route, string path, GatewayDefinition definition, ConnectorCatalog connectors, List<ConfigurationProblem> problems)
    {
        string[] sources = [.. definition.Sources.Select(source => source.Name)];
        foreach (string name in route.Sources.Where(name => name != "*" && !sources.Contains(name)))
        {
            problems.Add(new(path + ".source", $"There is no source \"{name}\".", Names.Suggest(name, sources, "Add it under \"sources\".")));
        }

        if (definition.Destinations.FirstOrDefault(destination => destination.Name == route.Destination) is not { } destination)
        {
            problems.Add(new(path + ".destination", $"There is no destination \"{route.Destination}\".",
                Names.Suggest(route.Destination, definition.Destinations.Select(known => known.Name), "Add it under \"destinations\".")));
            return;
        }

        if (connectors.FindReady(destination.Connector) is { } ready)
        {
            foreach (SettingProblem problem in SettingsCheck.CheckRoute(ready.Description, [.. route.Fields.Keys], route.Template is not null))
            {
                problems.Add(new(problem.Field is null ? path + ".template" : $"{path}.fields.{problem.Field}", problem.Text.En, $"`webhookbridge connectors list --json` shows the fields of {ready.Id}."));
            }
        }
    }
}
