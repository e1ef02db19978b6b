using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Delivery;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;
using CheckResult = WebhookBridge.Abstractions.CheckResult;

namespace WebhookBridge.Server.Api;

/// <summary>What people do with a destination as a whole, and the built-in inbox.</summary>
internal sealed class DestinationsApi(Gateway gateway)
{
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(15);

    public IEnumerable<Operation> Operations() =>
    [
        new("POST", "/destinations/{name}/hold", ApiScopes.Replay, [], HoldAsync,
            new("holdDestination", "Stops sending to a destination; what waits costs no attempt.", "DestinationStatus") { Takes = "HoldBody", TakesOptional = true, Refuses = [Problems.NotFound] }),
        new("POST", "/destinations/{name}/resume", ApiScopes.Replay, [], ResumeAsync, new("resumeDestination", "Lets a destination go on.", "DestinationStatus") { Refuses = [Problems.NotFound] }),
        new("POST", "/destinations/{name}/check", ApiScopes.Write, [], CheckAsync, new("checkDestination", "Tries address and credentials, without an effect.", "CheckResult") { Refuses = [Problems.NotFound] }),
        new("GET", "/destinations/{name}/choices/{field}", ApiScopes.Write, [], ChoicesAsync,
            new("listChoices", "What the destination offers for a field of its form, such as pipelines, lists or tags; read from it, at most a minute old.", "ChoiceList") { Refuses = [Problems.NotFound, Problems.DestinationUnavailable] }),
        new("GET", "/destinations/{name}/status", ApiScopes.Read, [], request => Task.FromResult(Status(Name(request))), new("getDestinationStatus", "Breaker, hold, what waits.", "DestinationStatus") { Refuses = [Problems.NotFound] }),
        new("GET", "/destinations/{name}/inbox", ApiScopes.Read, ["limit", "after"], InboxAsync, new("listInbox", "What the built-in inbox holds, newest first.", "InboxPage") { Refuses = [Problems.NotFound] }),
        new("DELETE", "/destinations/{name}/inbox", ApiScopes.Write, [], ClearAsync, new("clearInbox", "Empties the built-in inbox.", null) { Refuses = [Problems.NotFound] }),
    ];

    private async Task<ApiAnswer> HoldAsync(ApiRequest request)
    {
        string name = Name(request);
        string? reason = await request.ReadAsync(reader => reader.Text("reason"), optional: true);
        await gateway.Pump.HoldAsync(name, new DestinationHold(reason ?? "held by " + request.Caller.Name, ByPerson: true, gateway.Time.GetUtcNow()));
        await gateway.Audit.RecordAsync(request.Caller.Name, "hold", "destination/" + name);
        return Status(name);
    }

    private async Task<ApiAnswer> ResumeAsync(ApiRequest request)
    {
        string name = Name(request);
        await gateway.Pump.ResumeAsync(name);
        await gateway.Audit.RecordAsync(request.Caller.Name, "resume", "destination/" + name);
        return Status(name);
    }

    private ApiAnswer Status(string name)
    {
        LaneStatus status = gateway.Pump.Status(name);
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteBoolean("paused", status.Paused);
            json.WriteString("held", status.Hold?.Reason);
            json.WriteString("breaker", status.Breaker.ToString().ToLowerInvariant());
            json.WriteString("problem", status.Problem);
            json.WriteTime("credentialsEnd", status.CredentialsEnd?.End.ToUnixTimeMilliseconds());
            json.WriteNumber("waiting", status.Waiting);
            json.WriteNumber("inFlight", status.InFlight);
            json.WriteEndObject();
        });
    }

    /// <summary>Address and credentials, without leaving a trace at the destination.</summary>
    private async Task<ApiAnswer> CheckAsync(ApiRequest request)
    {
        string name = Name(request);
        (OpenDestination? opened, string? problem) = gateway.Pump.Borrow(name);
        if (opened is null)
        {
            return Result("fails", problem ?? "");
        }

        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
            limit.CancelAfter(CheckTime);
            return await opened.Session.CheckAsync(limit.Token) switch
            {
                CheckResult.Works works => Result("works", works.Text.En),
                CheckResult.Fails fails => Result("fails", fails.Text.En),
                CheckResult.NotPossible not => Result("not_possible", not.Text.En),
                _ => throw new InvalidOperationException("an unknown result of a check"),
            };
        }
        catch (Exception e) when (e is AddressNotAllowedException or HttpRequestException or IOException or SocketException)
        {
            return Result("fails", opened.Redactor.Text(e.GetBaseException().Message));
        }
        catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
        {
            return Result("fails", $"There was no answer within {CheckTime.TotalSeconds} seconds.");
        }
        finally
        {
            await opened.LeaveAsync();
        }

        static ApiAnswer Result(string result, string text) => ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("result", result);
            json.WriteString("text", text);
            json.WriteEndObject();
        });
    }

    /// <summary>With the scope of a check, since it also speaks to the destination in the owner's name.</summary>
    private async Task<ApiAnswer> ChoicesAsync(ApiRequest request)
    {
        DestinationDefinition destination = (DestinationDefinition)gateway.Configuration.Find(ConfigurationKind.Destination, Name(request))!.Definition;
        ConnectorField field = gateway.Connectors.FindReady(destination.Connector)?.Description.Fields.FirstOrDefault(f => f.Id == request["field"] && f.LiveChoices)
            ?? throw new ProblemException(Problems.NotFound, $"The connector {destination.Connector} has no field \"{request["field"]}\" whose values the destination can list.");
        ChoicesResult result = await gateway.LiveChoices.ReadAsync(destination, destination, field.Id, LiveChoices.Fresh, request.Aborted);
        return result switch
        {
            ChoicesResult.Listed listed => ApiAnswer.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("field", field.Id);
                json.WriteStartArray("items");
                foreach (FieldChoice choice in listed.Choices)
                {
                    json.WriteStartObject();
                    json.WriteString("value", choice.Value);
                    json.WriteString("label", choice.Label.En);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }),
            ChoicesResult.Failed failed => throw new ProblemException(Problems.DestinationUnavailable, failed.Text.En),
            _ => throw new InvalidOperationException("an unknown result of a list"),
        };
    }

    private async Task<ApiAnswer> InboxAsync(ApiRequest request)
    {
        string name = Name(request);
        Page<InboxRow> page = await request.PageAsync((after, limit) => gateway.Store.Log.Inbox.PageAsync(name, after, limit));
        return ApiAnswer.Page(page.Items, page.Next, Write);
    }

    private async Task<ApiAnswer> ClearAsync(ApiRequest request)
    {
        string name = Name(request);
        await gateway.Store.Log.Inbox.ClearAsync(name);
        await gateway.Audit.RecordAsync(request.Caller.Name, "inbox.clear", "destination/" + name);
        return ApiAnswer.NoContent;
    }

    private static void Write(Utf8JsonWriter json, InboxRow row)
    {
        json.WriteStartObject();
        json.WriteString("deliveryId", row.DeliveryId);
        json.WriteString("eventId", row.EventId);
        json.WriteTime("receivedAt", row.ReceivedAt);
        json.WriteString("contentType", row.ContentType);
        json.WriteBoolean("test", row.Test);
        json.WriteString("body", Encoding.UTF8.GetString(row.Body));
        json.WriteEndObject();
    }

    private string Name(ApiRequest request) => gateway.Configuration.Find(ConfigurationKind.Destination, request["name"])?.Name
        ?? throw new ProblemException(Problems.NotFound, $"There is no destination \"{request["name"]}\".");
}
