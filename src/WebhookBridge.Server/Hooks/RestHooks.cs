using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Http;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Hooks;

/// <summary>What a program asks for when it subscribes.</summary>
/// <param name="Source">A name, or <c>*</c>.</param>
/// <param name="When">Further conditions, as JSON of a route's <c>when</c>; null = none.</param>
internal sealed record HookRequest(string TargetUrl, IReadOnlyList<string> Kinds, string Source, string? When);

/// <summary>Subscriptions of programs: made, ended by the program, by its key or by a 410, and told of deliveries that failed (contract section 7).</summary>
internal sealed partial class RestHooks : IAsyncDisposable
{
    /// <summary>Most hooks of one key.</summary>
    public const int MostOfAKey = 100;

    private const int MostWaiting = 10_000;
    private const string IdLetters = "0123456789abcdefghjkmnpqrstvwxyz";
    private const string Ended = "hook_ended";

    private readonly Gateway _gateway;
    private readonly GuardedConnect _connect;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _oneSubscription = new(1);
    private readonly Channel<Func<Task>> _work = Channel.CreateBounded<Func<Task>>(MostWaiting);
    private readonly Task _worker;

    public RestHooks(Gateway gateway, GuardedConnect connect, ILogger logger)
    {
        _gateway = gateway;
        _connect = connect;
        _logger = logger;
        _worker = Task.Run(WorkAsync);
    }

    public IEnumerable<Hook> All() => Hook.All(_gateway.Configuration);

    /// <summary>Makes a route and a destination.</summary>
    /// <exception cref="ProblemException">The address is no address or leads inward, a condition cannot be read, or the key has too many hooks.</exception>
    public async Task<Hook> SubscribeAsync(HookRequest request, ApiCaller caller)
    {
        await CheckTargetAsync(request.TargetUrl);
        await _oneSubscription.WaitAsync();
        try
        {
            if (All().Count(hook => hook.KeyId == caller.KeyId) >= MostOfAKey)
            {
                throw new ProblemException(Problems.TooManyHooks, $"The key \"{caller.Name}\" has {MostOfAKey} hooks: DELETE those that are no longer needed, or use another key.");
            }

            string id = Hook.Prefix + RandomNumberGenerator.GetString(IdLetters, 16);
            DestinationDefinition destination = new()
            {
                Name = id,
                Connector = RestHookConnector.Id,
                Settings = new Dictionary<string, JsonElement> { [RestHookConnector.Key] = JsonSerializer.SerializeToElement(caller.KeyId) },
                Secrets = new Dictionary<string, SecretText> { ["url"] = new(request.TargetUrl) },
            };
            GatewayDefinition both = new() { Destinations = [destination], Routes = [ReadRoute(id, request)] };
            if (await _gateway.Configuration.ApplyAsync(both, dryRun: false, caller.Name) is ChangeResult.Invalid invalid)
            {
                throw ApiRequest.Invalid(Problems.InvalidConfiguration, [.. invalid.Problems.Select(problem => problem with { Path = problem.Path.Replace("$.routes[0]", "$", StringComparison.Ordinal).Replace("$.destinations[0].secrets.url", "$.targetUrl", StringComparison.Ordinal) })]);
            }

            return All().First(hook => hook.Id == id);
        }
        finally
        {
            _oneSubscription.Release();
        }
    }

    /// <summary>Removes route and destination; what waits is cancelled. Nothing happens when it is gone already.</summary>
    public async Task EndAsync(string id, string actor, string reason)
    {
        if (_gateway.Configuration.Find(ConfigurationKind.Destination, id)?.Definition is not DestinationDefinition destination || !Hook.IsHook(destination))
        {
            return;
        }

        await _gateway.Store.Log.Actions.CancelAllAsync(id, Ended, actor);
        await _gateway.Configuration.DeleteTogetherAsync([(ConfigurationKind.Route, id), (ConfigurationKind.Destination, id)], actor);
        await _gateway.Audit.RecordAsync(actor, "hook.end", "hook/" + id, json => json.WriteString("reason", reason));
    }

    /// <summary>Ends the hooks of a key that is no more: what it opened is closed with it.</summary>
    public async Task EndOfKeyAsync(string keyId, string actor)
    {
        foreach (Hook hook in All().Where(hook => hook.KeyId == keyId).ToList())
        {
            await EndAsync(hook.Id, actor, "the key was revoked");
        }
    }

    /// <summary>Looks at the end of a delivery; called by the pump, so that nothing is waited for here.</summary>
    public void Completed(LeasedDelivery delivery, DeliveryCompletion completion)
    {
        if (completion.State is not (DeliveryState.Refused or DeliveryState.Exhausted))
        {
            return;
        }

        bool toHook = _gateway.Current.Value.Destinations.TryGetValue(delivery.Destination, out ActiveDestination? destination) && Hook.IsHook(destination.Definition);
        Func<Task>? work = toHook && completion.Attempt?.Status == 410 ? () => EndAsync(delivery.Destination, delivery.Destination, "the target answered 410")
            // A hook that fails tells no hook: they would go on for ever.
            : !toHook && !delivery.Destination.StartsWith(Hook.Prefix, StringComparison.Ordinal) ? () => TellAsync(delivery, completion)
            : null;
        if (work is not null && !_work.Writer.TryWrite(work))
        {
            Log.Dropped(_logger, delivery.Id);
        }
    }

    /// <summary>Does what is left; the store must still be open.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _worker;
        _oneSubscription.Dispose();
    }

    private async Task WorkAsync()
    {
        await foreach (Func<Task> work in _work.Reader.ReadAllAsync())
        {
            try
            {
                await work();
            }
            catch (Exception e)
            {
                Log.Failed(_logger, e);
            }
        }
    }

    /// <summary>A delivery of its own, rendered already, for each hook that wants to hear of failures: stored, tried again and shown like any other.</summary>
    private async Task TellAsync(LeasedDelivery delivery, DeliveryCompletion completion)
    {
        foreach (ActiveRoute route in _gateway.Current.Value.Routes.Values.Where(route => route.Definition.Enabled && route.Definition.When.Kinds.Contains(EventKinds.DeliveryFailed)))
        {
            if (!route.Definition.Sources.Any(source => source == "*" || source == delivery.Event.Source) || !Takes(route, delivery.Event))
            {
                continue;
            }

            FailedDelivery failed = new(delivery.Id, delivery.Route, delivery.Destination, Storage.Sqlite.StateNames.Of(completion.State), completion.Reason,
                completion.Attempt?.Error, completion.Attempt?.Number ?? delivery.AttemptCount, completion.At);
            if (_gateway.Flat.RenderFailure(delivery.Event, failed) is { } body)
            {
                string id = _gateway.Ids.Next(IdSource.Delivery);
                await _gateway.Store.Log.Actions.AddRenderedAsync(delivery.Event.Id, new NewDelivery(id, route.Name, route.Revision, route.Definition.Destination, DeliveryState.Pending, null, _gateway.Time.GetUtcNow(), Leased: false), body, "application/json");
                _gateway.Pump.Wake(route.Definition.Destination);
            }
        }
    }

    /// <summary>The hook's other conditions, over the event whose delivery failed.</summary>
    private bool Takes(ActiveRoute route, GatewayEvent of)
    {
        using EventView view = EventView.Open(of);
        return Conditions.Compile(route.Definition.When with { Kinds = [] }, name => _gateway.Lists.ByName.GetValueOrDefault(name), out _)?.Judge(view, _gateway.Time.GetUtcNow()).Verdict == RouteVerdict.Delivery;
    }

    private async Task CheckTargetAsync(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? target) || target.Scheme is not ("http" or "https") || target.UserInfo.Length > 0 || url.Length > 2000)
        {
            throw ApiRequest.Invalid(Problems.InvalidBody, [new("$.targetUrl", "This is not an address that events can be sent to.", "Write an absolute http or https address of at most 2000 characters, without a user name in it.")]);
        }

        try
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(5));
            await _connect.CheckAsync(target.IdnHost, limit.Token);
        }
        catch (AddressNotAllowedException e)
        {
            throw new ProblemException(Problems.AddressNotAllowed, "Events may not be sent to targetUrl: " + e.Message);
        }
        catch (OperationCanceledException)
        {
            // Slow to resolve: each delivery looks again.
        }
    }

    private static RouteDefinition ReadRoute(string id, HookRequest request)
    {
        byte[] json = ApiAnswer.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("source", request.Source);
            writer.WriteString("destination", id);
            writer.WriteString("template", "gallery:" + FlatEvents.Template);
            writer.WriteStartObject("when");
            if (request.Kinds.Count > 0)
            {
                writer.WriteStartArray("kinds");
                foreach (string kind in request.Kinds)
                {
                    writer.WriteStringValue(kind);
                }

                writer.WriteEndArray();
            }

            if (request.When is not null)
            {
                using JsonDocument when = JsonDocument.Parse(request.When);
                foreach (JsonProperty member in when.RootElement.EnumerateObject())
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        ConfigurationReading<object> reading = ConfigurationDocument.ReadItem(ConfigurationKind.Route, id, json, SecretSyntax.Request);
        return reading.Value as RouteDefinition
            ?? throw ApiRequest.Invalid(Problems.InvalidConfiguration, [.. reading.Problems.Select(problem => problem with { Path = problem.Path.Replace("$.when.kinds", "$.kinds", StringComparison.Ordinal) })]);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1401, Level = LogLevel.Error, Message = "hooks.failed")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(EventId = 1402, Level = LogLevel.Warning, Message = "hooks.dropped {Delivery}: more deliveries fail than hooks can be told of")]
        public static partial void Dropped(ILogger logger, string delivery);
    }
}
