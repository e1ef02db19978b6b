using System.Collections.Frozen;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;

namespace WebhookBridge.Engine.Configuration;

/// <summary>Compiles a whole configuration into the snapshot that requests and attempts work with.</summary>
/// <param name="gallery">A template of the gallery by name; null when there is none.</param>
public sealed class SnapshotCompiler(PlatformCatalog platforms, Func<string, TemplateDefinition?> gallery, TimeProvider time)
{
    /// <summary>The senders that sources can be made of.</summary>
    public PlatformCatalog Platforms => platforms;

    /// <summary>The same with other senders.</summary>
    public SnapshotCompiler With(PlatformCatalog others) => new(others, gallery, time);

    /// <summary>What a route may refer to in this configuration.</summary>
    public RouteSurroundings SurroundingsOf(GatewayDefinition definition, IReadOnlyDictionary<string, ValueList> lists)
    {
        Dictionary<string, TemplateDefinition> templates = definition.Templates.ToDictionary(static t => t.Name);
        return new(lists.GetValueOrDefault, templates.GetValueOrDefault, gallery);
    }

    /// <summary>Compiles; null when anything is wrong, and then every problem is told.</summary>
    /// <param name="lists">The live lists by name: they change without a new snapshot.</param>
    /// <param name="revisionOf">Revision of a route or destination: kind (<c>route</c> or <c>destination</c>) and name.</param>
    public GatewaySnapshot? Compile(GatewayDefinition definition, IReadOnlyDictionary<string, ValueList> lists, Func<string, string, int> revisionOf, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var found = new List<ConfigurationProblem>();
        RouteSurroundings surroundings = SurroundingsOf(definition, lists);
        var routes = new List<ActiveRoute>();
        for (int i = 0; i < definition.Routes.Count; i++)
        {
            RouteDefinition route = definition.Routes[i];
            if (RouteCompiler.Compile(route, revisionOf("route", route.Name), surroundings, $"$.routes[{i}]", found) is { } active)
            {
                routes.Add(active);
            }
        }

        var sources = new List<ActiveSource>();
        for (int i = 0; i < definition.Sources.Count; i++)
        {
            SourceDefinition source = definition.Sources[i];
            if (platforms.Get(source.Platform) is not { } platform)
            {
                found.Add(new($"$.sources[{i}].platform", $"There is no platform named \"{source.Platform}\".", "Name a platform of the list, or put its description into the data directory."));
                continue;
            }

            sources.Add(new ActiveSource(time)
            {
                Definition = source,
                Platform = platform,
                Verifier = platform.CreateVerifier(source),
                Routes = new RouteTable(source.Name, routes.Where(r => r.Definition.Enabled && Takes(r.Definition, source.Name))),
                Scrub = new SecretScrubber(source.Secrets),
            });
        }

        problems = found;
        return found.Count > 0 ? null : new GatewaySnapshot
        {
            Sources = sources.ToFrozenDictionary(static s => s.Name),
            Routes = routes.ToFrozenDictionary(static r => r.Name),
            Destinations = definition.Destinations.ToFrozenDictionary(static d => d.Name, d => new ActiveDestination(d, revisionOf("destination", d.Name))),
            Lists = lists.ToFrozenDictionary(),
        };
    }

    private static bool Takes(RouteDefinition route, string source) => route.Sources.Any(s => s == "*" || s == source);
}
