using System.Collections.Frozen;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Secrets;
using WebhookBridge.Storage;
using WebhookBridge.Storage.Config;

namespace WebhookBridge.Server.Hosting;

/// <summary>What people have set up: loads it, judges a change as a whole, stores it and puts it in force. A change that would not work is refused, and what was in force stays.</summary>
internal sealed partial class GatewayConfiguration(
    SqliteStore store,
    ValueLists lists,
    CurrentConfiguration current,
    SnapshotCompiler compiler,
    ConnectorCatalog connectors,
    RouteCompletion completion,
    ILogger<GatewayConfiguration> logger) : IDisposable
{
    /// <summary>Stands in the history of a source whose key came from its sender.</summary>
    private const string HandshakeActor = "handshake";

    private readonly SemaphoreSlim _oneChange = new(1);
    private volatile SnapshotCompiler _compiler = compiler;
    private FrozenDictionary<(ConfigurationKind, string), ConfiguredItem> _items = FrozenDictionary<(ConfigurationKind, string), ConfiguredItem>.Empty;

    /// <summary>Compiles with the senders that are known now.</summary>
    public SnapshotCompiler Compiler => _compiler;

    /// <summary>Everything that is set up, in the order of names. The values of lists are not in it: they are in the database.</summary>
    public GatewayDefinition Definition => StoredItems.Whole(_items.Values.OrderBy(item => item.Name, StringComparer.Ordinal).Select(item => item.Definition));

    /// <summary>One item, or null.</summary>
    public ConfiguredItem? Find(ConfigurationKind kind, string name) => _items.GetValueOrDefault((kind, name));

    public IEnumerable<ConfiguredItem> All(ConfigurationKind kind) => _items.Values.Where(item => StoredItems.KindOf(item.Definition) == kind).OrderBy(item => item.Name, StringComparer.Ordinal);

    /// <summary>Takes up what is stored. What no longer works (a platform that is gone) is left out and named in the log: the rest of the gateway goes on.</summary>
    public void Load()
    {
        Dictionary<(ConfigurationKind, string), ConfiguredItem> items = [];
        foreach (StoredItem stored in store.Config.LoadAll())
        {
            if (StoredItems.KindOf(stored.Kind) is not { } kind)
            {
                continue;
            }

            try
            {
                items[(kind, stored.Name)] = new(StoredItems.Read(kind, stored.Name, stored.Json, stored.Secrets), stored.Revision, stored.Json, stored.Secrets, stored.ChangedAt, stored.ChangedBy);
            }
            catch (InvalidDataException e)
            {
                Log.LeftOut(logger, stored.Kind, stored.Name, e.Message);
            }
        }

        foreach (PlatformError error in _compiler.Platforms.Errors)
        {
            Log.LeftOut(logger, "platform", error.File, $"{error.JsonPath} {error.Text}");
        }

        _items = items.ToFrozenDictionary();
        lists.Load(All(ConfigurationKind.List).Select(item => item.Name));
        PublishWhatWorks();
    }

    /// <summary>Creates or replaces.</summary>
    /// <param name="expected">The revision that the caller has seen; 0 = there was none; null = any.</param>
    public Task<ChangeResult> PutAsync(object item, int? expected, string actor) => ChangeAsync([item], [], expected, dryRun: false, replaceLists: true, actor);

    /// <summary>Removes, unless something refers to it.</summary>
    public async Task<ChangeResult> DeleteAsync(ConfigurationKind kind, string name, int? expected, string actor)
    {
        string[] users = [.. UsersOf(kind, name)];
        return users.Length > 0 ? new ChangeResult.InUse(users) : await ChangeAsync([], [(kind, name)], expected, dryRun: false, replaceLists: false, actor);
    }

    /// <summary>Removes things that belong together and that nothing else uses; what is not there is passed over.</summary>
    public Task<ChangeResult> DeleteTogetherAsync(IReadOnlyList<(ConfigurationKind Kind, string Name)> items, string actor) =>
        ChangeAsync([], [.. items.Where(item => Find(item.Kind, item.Name) is not null)], null, dryRun: false, replaceLists: false, actor);

    /// <summary>Creates and replaces all that a document names; what it does not name stays.</summary>
    /// <param name="platforms">Reads the senders anew, so that a document may name one whose description has just been put into the data directory; they are in force when the document is.</param>
    public Task<ChangeResult> ApplyAsync(GatewayDefinition document, bool dryRun, string actor, Func<PlatformCatalog>? platforms = null) =>
        ChangeAsync([.. document.Sources, .. document.Lists, .. document.Destinations, .. document.Templates, .. document.Routes], [], null, dryRun, replaceLists: false, actor, platforms);

    /// <summary>Takes up the senders as they are described now. One with an error that was not there before, or one that a source would no longer work with, changes nothing.</summary>
    public Task<ChangeResult> TakePlatformsAsync(Func<PlatformCatalog> platforms, string actor) =>
        ChangeAsync([], [], null, dryRun: false, replaceLists: false, actor, platforms);

    /// <summary>Keeps the key that a sender handed over in its handshake, unless the source has a key: a stranger who repeats the handshake changes nothing.</summary>
    public async ValueTask<LearnResult> LearnSecretAsync(ActiveSource source, SecretText key)
    {
        if (Find(ConfigurationKind.Source, source.Name) is not { Definition: SourceDefinition definition } item
            || definition.Platform != source.Platform.Name || !source.Platform.CreateVerifier(definition).AwaitsKey)
        {
            return LearnResult.NotWanted;
        }

        // The revision decides between two handshakes at once: the second finds another one.
        switch (await PutAsync(definition with { Secrets = [.. definition.Secrets, key] }, item.Revision, HandshakeActor))
        {
            case ChangeResult.Done:
                return LearnResult.Kept;
            case ChangeResult.Stale:
                return LearnResult.NotWanted;
            case ChangeResult.Invalid invalid:
                Log.NotLearned(logger, source.Name, invalid.Problems[0].ToString());
                return LearnResult.Unavailable;
            default:
                return LearnResult.Unavailable;
        }
    }

    /// <summary>A stored revision of a route, compiled with the texts of that time and today's lists; for deliveries that are pinned to it.</summary>
    public async ValueTask<ActiveRoute?> LoadRevisionAsync(string route, int revision)
    {
        if (await store.Config.LoadRevisionAsync(StoredItems.Word(ConfigurationKind.Route), route, revision) is not { } json)
        {
            return null;
        }

        (RouteDefinition pinned, IReadOnlyDictionary<string, string> included) = StoredItems.ReadPinnedRoute(route, json);
        RouteSurroundings today = _compiler.SurroundingsOf(Definition, lists.ByName);
        RouteSurroundings then = today with
        {
            Templates = name => included.TryGetValue(name, out string? body) ? new TemplateDefinition { Name = name, ContentType = "text/plain", Body = body } : today.Templates(name),
        };
        return RouteCompiler.Compile(pinned, revision, then, "$", []);
    }

    /// <summary>Takes out list values that have ended.</summary>
    public async Task ExpireListsAsync()
    {
        await _oneChange.WaitAsync();
        try
        {
            if (await lists.RemoveExpiredAsync())
            {
                PublishWhatWorks();
            }
        }
        finally
        {
            _oneChange.Release();
        }
    }

    public void Dispose() => _oneChange.Dispose();

    private async Task<ChangeResult> ChangeAsync(IReadOnlyList<object> puts, IReadOnlyList<(ConfigurationKind Kind, string Name)> deletes, int? expected, bool dryRun, bool replaceLists, string actor, Func<PlatformCatalog>? platforms = null)
    {
        await _oneChange.WaitAsync();
        try
        {
            SnapshotCompiler judge = _compiler;
            if (platforms is not null)
            {
                judge = _compiler.With(platforms());
                if (judge.Platforms.Errors.Except(_compiler.Platforms.Errors).ToArray() is { Length: > 0 } errors)
                {
                    return new ChangeResult.Invalid([.. errors.Select(error => new ConfigurationProblem($"platforms/{error.File} {error.JsonPath}", $"{error.Text}.", "Mend the file in the data directory, or take it out; docs/platforms.md describes it."))]);
                }
            }

            // 1. What it would be.
            puts = [.. puts.Select(item => item is RouteDefinition route ? Complete(route, puts) : item)];
            Dictionary<(ConfigurationKind, string), object> after = _items.ToDictionary(pair => pair.Key, pair => pair.Value.Definition);
            foreach (object item in puts)
            {
                after[(StoredItems.KindOf(item), StoredItems.NameOf(item))] = item;
            }

            foreach ((ConfigurationKind, string) key in deletes)
            {
                after.Remove(key);
            }

            // 2. Does it work? Paths in messages are those of the document that came, where it came as one.
            GatewayDefinition definition = StoredItems.Whole(InOrder(puts, after));
            IReadOnlyDictionary<string, ValueList> named = lists.With(definition.Lists.Select(list => list.Name));
            List<ConfigurationProblem> problems = [];
            DefinitionCheck.Check(definition, judge.Platforms, connectors, problems);
            judge.Compile(definition, named, (_, _) => 0, out IReadOnlyList<ConfigurationProblem> compiled);
            problems.AddRange(compiled.Where(problem => problems.TrueForAll(known => known.Path != problem.Path)));
            if (problems.Count > 0)
            {
                problems = WithoutOldOnes(problems, definition, puts);
            }

            if (problems.Count > 0)
            {
                return new ChangeResult.Invalid(problems);
            }

            // 3. Store it: all or nothing.
            List<ConfigChange> changes = Changes(puts, deletes, definition, named, expected);
            if (dryRun)
            {
                return new ChangeResult.Done(Describe(changes, _items), DryRun: true);
            }

            // A start with the same file as before is the usual case, and need not touch the database.
            List<ConfigChange> real = changes.FindAll(change => !IsThereAlready(change));
            if (real.Count > 0 && await store.Config.SaveAsync(real, actor) is SaveResult.Stale stale)
            {
                return new ChangeResult.Stale(stale.ActualRevision);
            }

            _compiler = judge;
            FrozenDictionary<(ConfigurationKind, string), ConfiguredItem> before = _items;
            await ReloadAsync(real);
            foreach (ListDefinition list in puts.OfType<ListDefinition>())
            {
                // A document adds to a list; only the list's own PUT replaces it: what shops have told the gateway since must not be lost by applying a file again.
                lists.Add(list.Name);
                await (replaceLists ? lists.ReplaceAsync(list.Name, list.Values) : lists.PutAsync(list.Name, list.Values, null));
            }

            foreach ((ConfigurationKind kind, string name) in deletes.Where(key => key.Kind == ConfigurationKind.List))
            {
                await lists.RemoveAsync(name);
            }

            // 4. In force.
            PublishWhatWorks();
            return new ChangeResult.Done(Describe(changes, before), DryRun: false);
        }
        finally
        {
            _oneChange.Release();
        }
    }

    /// <summary>Putting this would change nothing, secrets included.</summary>
    private bool IsThereAlready(ConfigChange change) =>
        change is ConfigChange.Put { ExpectedRevision: null } put
        && StoredItems.KindOf(put.Kind) is { } kind
        && _items.TryGetValue((kind, put.Name), out ConfiguredItem? item)
        && item.Json == put.Json
        && item.Secrets.Count == put.Secrets.Count
        && put.Secrets.All(secret => item.Secrets.TryGetValue(secret.Key, out SecretText? kept) && (secret.Value is null || FixedTime.Equals(kept.Reveal(), secret.Value.Reveal())));

    /// <summary>Leaves out what was wrong before with items that this change does not touch: a platform or plugin that is gone must not stand in the way of everything else. Such items stay out of force until they are mended.</summary>
    private List<ConfigurationProblem> WithoutOldOnes(List<ConfigurationProblem> problems, GatewayDefinition after, IReadOnlyList<object> puts)
    {
        GatewayDefinition before = Definition;
        List<ConfigurationProblem> old = [];
        DefinitionCheck.Check(before, _compiler.Platforms, connectors, old);
        _compiler.Compile(before, lists.ByName, (_, _) => 0, out IReadOnlyList<ConfigurationProblem> compiled);
        HashSet<(ConfigurationKind, string, string)> known = [.. old.Concat(compiled).Select(problem => ProblemOf(before, problem)).OfType<(object Item, string Message)>()
            .Select(of => (StoredItems.KindOf(of.Item), StoredItems.NameOf(of.Item), of.Message))];
        return [.. problems.Where(problem => ProblemOf(after, problem) is not { } of || puts.Contains(of.Item)
            || !known.Contains((StoredItems.KindOf(of.Item), StoredItems.NameOf(of.Item), of.Message)))];
    }

    /// <summary>The item that a problem's path points to, such as <c>$.sources[2].platform</c>; null for one that points elsewhere.</summary>
    private static (object Item, string Message)? ProblemOf(GatewayDefinition definition, ConfigurationProblem problem)
    {
        (string Section, IReadOnlyList<object> Items)[] sections = [("$.sources[", definition.Sources), ("$.destinations[", definition.Destinations), ("$.templates[", definition.Templates), ("$.routes[", definition.Routes)];
        foreach ((string section, IReadOnlyList<object> items) in sections)
        {
            int end = problem.Path.IndexOf(']', StringComparison.Ordinal);
            if (problem.Path.StartsWith(section, StringComparison.Ordinal) && int.TryParse(problem.Path.AsSpan(section.Length, end - section.Length), out int index) && index < items.Count)
            {
                return (items[index], problem.Path[(end + 1)..] + problem.Message);
            }
        }

        return null;
    }

    /// <summary>A route with what its gallery entry or its connector leave to be filled in.</summary>
    /// <param name="puts">What is to be changed with it.</param>
    public RouteDefinition Complete(RouteDefinition route, IReadOnlyList<object> puts) => completion.Complete(route, (puts.OfType<DestinationDefinition>().FirstOrDefault(item => item.Name == route.Destination)
        ?? Find(ConfigurationKind.Destination, route.Destination)?.Definition as DestinationDefinition)?.Connector);

    /// <summary>The changes that were asked for, and a new revision of each route whose template's text has changed with them.</summary>
    private List<ConfigChange> Changes(IReadOnlyList<object> puts, IReadOnlyList<(ConfigurationKind Kind, string Name)> deletes, GatewayDefinition definition, IReadOnlyDictionary<string, ValueList> named, int? expected)
    {
        RouteSurroundings surroundings = _compiler.SurroundingsOf(definition, named);
        List<ConfigChange> changes = [.. deletes.Select(key => new ConfigChange.Delete(StoredItems.Word(key.Kind), key.Name) { ExpectedRevision = expected })];
        foreach (object item in puts.Where(item => item is not RouteDefinition).Concat(definition.Routes))
        {
            (ConfigurationKind Kind, string Name) key = (StoredItems.KindOf(item), StoredItems.NameOf(item));
            bool asked = puts.Contains(item);
            (TemplateReference.Inline? template, IReadOnlyList<TemplateDefinition> included) = (null, []);
            if (item is RouteDefinition route)
            {
                template = RouteCompiler.Resolve(route.Template, surroundings, "$", []);
                included = RouteCompiler.Included(route, template?.Body, definition.Templates);
            }

            string json = StoredItems.Write(item, template, included);
            if (asked || (_items.TryGetValue(key, out ConfiguredItem? old) && old.Json != json))
            {
                changes.Add(new ConfigChange.Put(StoredItems.Word(key.Kind), key.Name, json, StoredItems.Secrets(item)) { ExpectedRevision = asked ? expected : null });
            }
        }

        return changes;
    }

    private async Task ReloadAsync(IEnumerable<ConfigChange> changes)
    {
        Dictionary<(ConfigurationKind, string), ConfiguredItem> items = new(_items);
        foreach (ConfigChange change in changes)
        {
            ConfigurationKind kind = StoredItems.KindOf(change.Kind)!.Value;
            items.Remove((kind, change.Name));
            if (await store.Config.LoadAsync(change.Kind, change.Name) is { } stored)
            {
                items[(kind, stored.Name)] = new(StoredItems.Read(kind, stored.Name, stored.Json, stored.Secrets), stored.Revision, stored.Json, stored.Secrets, stored.ChangedAt, stored.ChangedBy);
            }
        }

        _items = items.ToFrozenDictionary();
    }

    private void PublishWhatWorks()
    {
        GatewayDefinition definition = Definition;
        while (true)
        {
            GatewaySnapshot? snapshot = _compiler.Compile(definition, lists.ByName, RevisionOf, out IReadOnlyList<ConfigurationProblem> problems);
            if (snapshot is not null)
            {
                current.Publish(snapshot);
                return;
            }

            // Every problem names its item, so that the loop ends.
            foreach (ConfigurationProblem problem in problems)
            {
                Log.LeftOut(logger, "item", problem.Path, problem.ToString());
            }

            definition = definition with
            {
                Sources = Without(definition.Sources, "$.sources", problems),
                Destinations = Without(definition.Destinations, "$.destinations", problems),
                Routes = Without(definition.Routes, "$.routes", problems),
            };
        }
    }

    private int RevisionOf(string kind, string name) => StoredItems.KindOf(kind) is { } known && _items.TryGetValue((known, name), out ConfiguredItem? item) ? item.Revision : 0;

    private static List<T> Without<T>(IReadOnlyList<T> items, string path, IReadOnlyList<ConfigurationProblem> problems) =>
        [.. items.Where((_, i) => !problems.Any(problem => problem.Path.StartsWith($"{path}[{i}]", StringComparison.Ordinal)))];

    private IEnumerable<string> UsersOf(ConfigurationKind kind, string name)
    {
        foreach (RouteDefinition route in All(ConfigurationKind.Route).Select(item => (RouteDefinition)item.Definition))
        {
            bool uses = kind switch
            {
                ConfigurationKind.Source => route.Sources.Contains(name),
                ConfigurationKind.Destination => route.Destination == name,
                ConfigurationKind.Template => route.Template is TemplateReference.Named named && named.Name == name,
                ConfigurationKind.List => ListsOf(route.When).Contains(name),
                _ => false,
            };
            if (uses)
            {
                yield return "route " + route.Name;
            }
        }
    }

    /// <summary>The lists that conditions look into.</summary>
    public static IEnumerable<string> ListsOf(ConditionsDefinition when)
    {
        if (when.CheckoutIds is CheckoutCondition.InList list)
        {
            yield return list.List;
        }

        foreach (string name in when.All.Concat(when.Any).SelectMany(ListsOf))
        {
            yield return name;
        }
    }

    private static IEnumerable<string> ListsOf(ConditionItem item) => item switch
    {
        ConditionItem.AllOf all => all.Items.SelectMany(ListsOf),
        ConditionItem.AnyOf any => any.Items.SelectMany(ListsOf),
        ConditionItem.Comparison { Op: "in list" } comparison => [comparison.Value.GetString()!],
        _ => [],
    };

    private static List<ItemChange> Describe(IReadOnlyList<ConfigChange> changes, FrozenDictionary<(ConfigurationKind, string), ConfiguredItem> before) => [.. changes.Select(change =>
        new ItemChange(change.Kind, change.Name, change switch
        {
            ConfigChange.Delete => "deleted",
            ConfigChange.Put put => !before.TryGetValue((StoredItems.KindOf(put.Kind)!.Value, put.Name), out ConfiguredItem? old) ? "created"
                : old.Json == put.Json && SameSecrets(StoredItems.Secrets(old.Definition), put.Secrets) ? "unchanged" : "changed",
            _ => "unchanged",
        }))];

    private static bool SameSecrets(Dictionary<string, SecretText?> one, IReadOnlyDictionary<string, SecretText?> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out SecretText? secret) && Equals(secret, pair.Value));

    /// <summary>The items that came stand first and in their order, so that the index in a path is that of the document.</summary>
    private static IEnumerable<object> InOrder(IReadOnlyList<object> puts, Dictionary<(ConfigurationKind, string), object> after) =>
        puts.Concat(after.Where(pair => !puts.Contains(pair.Value)).OrderBy(pair => pair.Key.Item2, StringComparer.Ordinal).Select(pair => pair.Value));

    private static partial class Log
    {
        [LoggerMessage(EventId = 1101, Level = LogLevel.Error, Message = "configuration.left_out {Kind} {Name}: {Problem}")]
        public static partial void LeftOut(ILogger logger, string kind, string name, string problem);

        [LoggerMessage(EventId = 1102, Level = LogLevel.Error, Message = "configuration.key_not_learned: the sender of {Source} handed over a key that cannot be stored: {Problem}")]
        public static partial void NotLearned(ILogger logger, string source, string problem);
    }
}

/// <summary>A thing that is set up, at its present revision.</summary>
/// <param name="Json">As stored.</param>
internal sealed record ConfiguredItem(object Definition, int Revision, string Json, IReadOnlyDictionary<string, SecretText> Secrets, DateTimeOffset ChangedAt, string ChangedBy)
{
    public string Name => StoredItems.NameOf(Definition);
}

/// <summary>What a change did to one item: <c>created</c>, <c>changed</c>, <c>unchanged</c> or <c>deleted</c>.</summary>
internal sealed record ItemChange(string Kind, string Name, string Change);

/// <summary>What became of a change: all of it or nothing.</summary>
internal abstract record ChangeResult
{
    private ChangeResult()
    {
    }

    public sealed record Done(IReadOnlyList<ItemChange> Changes, bool DryRun) : ChangeResult;

    public sealed record Invalid(IReadOnlyList<ConfigurationProblem> Problems) : ChangeResult;

    /// <param name="Actual">The revision that is there; 0 = none.</param>
    public sealed record Stale(int Actual) : ChangeResult;

    public sealed record InUse(IReadOnlyList<string> Users) : ChangeResult;
}
