using System.Text;
using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Storage.Sqlite;

namespace WebhookBridge.Server.Api;

/// <summary><c>POST /dry-run</c>: what a route would make of an event, step by step, without sending anything.</summary>
internal sealed class DryRunApi(Gateway gateway)
{
    private const string DeliveryId = "dlv_00000000000000000000000000";

    public IEnumerable<Operation> Operations() => 
    [
        new("POST", "/dry-run", ApiScopes.Read, [], RunAsync,
            new("dryRun", "What a route would make of an event, without sending anything.", "DryRun") { Takes = "DryRunBody", Refuses = [Problems.NotFound, Problems.InvalidConfiguration] }),
    ];

    private async Task<ApiAnswer> RunAsync(ApiRequest request)
    {
        (ActiveRoute route, GatewayEvent of) = await ReadAsync(request);
        using EventView view = EventView.Open(of, route.Name, DeliveryId);
        ConditionsVerdict conditions = route.Conditions.Judge(view, gateway.Time.GetUtcNow());
        RuleVerdict? rule = conditions.Verdict != RouteVerdict.Delivery ? null
            : route.Rule is null ? RuleVerdict.Send.Instance
            : await gateway.Rules.JudgeAsync(route.Rule, view, RuleContext.Of(of, DeliveryId));
        ReshapeResult? shape = rule is RuleVerdict.Send ? route.Shape.Reshape(view, timeouts: 0) : null;
        return ApiAnswer.Json(json => Write(json, of, conditions, rule, shape));
    }

    private async Task<(ActiveRoute, GatewayEvent)> ReadAsync(ApiRequest request)
    {
        string? routeName = null, eventId = null, platformName = null;
        byte[]? definition = null, body = null;
        await request.ReadAsync(reader =>
        {
            if (reader.Has("route", out JsonElement route))
            {
                definition = route.ValueKind == JsonValueKind.Object ? Encoding.UTF8.GetBytes(route.GetRawText()) : null;
                routeName = definition is null ? reader.Text("route") : null;
            }
            else
            {
                reader.Add("route", "\"route\" is missing.", "Name a route, or write one.");
            }

            eventId = reader.Text("event");
            platformName = reader.Text("platform");
            body = reader.Has("body", out JsonElement written) ? Encoding.UTF8.GetBytes(written.GetRawText()) : null;
            if ((eventId is null) == (body is null))
            {
                reader.Add("event", "Either \"event\" or \"body\" says what is looked at.", "Write the id of a stored event, or \"platform\" and \"body\".");
            }

            return true;
        });
        return (routeName is not null ? Known(routeName) : Compile(definition!), eventId is not null ? await StoredAsync(eventId) : Loose(platformName, body!));
    }

    private ActiveRoute Known(string name) => gateway.Current.Value.Routes.GetValueOrDefault(name)
        ?? throw new ProblemException(Problems.NotFound, $"There is no route \"{name}\". {Names.Suggest(name, gateway.Current.Value.Routes.Keys, "")}".TrimEnd());

    private ActiveRoute Compile(byte[] definition)
    {
        using JsonDocument written = JsonDocument.Parse(definition);
        string name = written.RootElement.TryGetProperty("name", out JsonElement given) && given.ValueKind == JsonValueKind.String && Names.IsValid(given.GetString()!) ? given.GetString()! : "dry-run";
        ConfigurationReading<object> reading = ConfigurationDocument.ReadItem(ConfigurationKind.Route, name, definition, SecretSyntax.Request);
        List<ConfigurationProblem> problems = [.. reading.Problems];
        ActiveRoute? route = reading.Value is RouteDefinition read
            ? RouteCompiler.Compile(gateway.Configuration.Complete(read, []), 0, gateway.Compiler.SurroundingsOf(gateway.Configuration.Definition, gateway.Lists.ByName), "$", problems)
            : null;
        return route ?? throw ApiRequest.Invalid(Problems.InvalidConfiguration, problems);
    }

    private async Task<GatewayEvent> StoredAsync(string id) =>
        await gateway.Store.Log.Events.LoadAsync(id) ?? throw new ProblemException(Problems.NotFound, $"There is no event {id}, or its body is no longer kept.");

    private GatewayEvent Loose(string? platformName, byte[] body)
    {
        string name = platformName ?? "generic";
        return gateway.Platforms.Get(name) is { } platform
            ? LooseEvent.Read(platform, body, gateway.Time.GetUtcNow())
            : throw new ProblemException(Problems.NotFound, $"There is no platform \"{name}\". {Names.Suggest(name, gateway.Platforms.All.Select(known => known.Name), "")}".TrimEnd());
    }

    private static void Write(Utf8JsonWriter json, GatewayEvent of, ConditionsVerdict conditions, RuleVerdict? rule, ReshapeResult? shape)
    {
        (string verdict, string? reason, string? text) = (conditions, rule, shape) switch
        {
            ({ Verdict: not RouteVerdict.Delivery }, _, _) => ("skipped", StateNames.Of(conditions.Verdict).Reason, null),
            (_, RuleVerdict.Skip skip, _) => ("skipped", DeliveryReasons.RuleSkipped, skip.Reason),
            (_, RuleVerdict.Failed failed, _) => ("refused", DeliveryReasons.RuleFailed, At(failed.Text, failed.Line, failed.Column)),
            (_, RuleVerdict.TimedOut late, _) => ("refused", DeliveryReasons.RuleFailed, late.Text),
            (_, _, ReshapeResult.Failed failed) => ("refused", DeliveryReasons.TemplateFailed, failed.Text),
            (_, _, ReshapeResult.TimedOut late) => ("refused", DeliveryReasons.TemplateFailed, late.Text),
            _ when conditions.HoldFor is not null => ("held", DeliveryReasons.UnknownCheckout, null),
            _ => ("send", null, null),
        };
        json.WriteStartObject();
        json.WriteString("verdict", verdict);
        json.WriteString("reason", reason);
        json.WriteString("text", text);
        json.WriteString("kind", of.Kind);
        json.WriteString("unreadable", of.Unreadable);
        if (shape is ReshapeResult.Ready ready)
        {
            json.WriteString("contentType", ready.Rendered.ContentType);
            json.WriteString("body", Encoding.UTF8.GetString(ready.Rendered.Body.Span));
            json.WriteStartObject("fields");
            foreach ((string id, string value) in ready.Rendered.Fields)
            {
                json.WriteString(id, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string At(string text, int? line, int? column) => line is null ? text : $"line {line}, column {column ?? 1}: {text}";
}
