using System.Text.Json;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Engine.Verification;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/rejections</c>: requests that were refused, with the reason that their senders were not told.</summary>
internal sealed class RejectionsApi(Gateway gateway)
{
    private RejectionLog Log => gateway.Store.Log.Rejections;

    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/rejections", ApiScopes.Read, ["source", "code", "from", "to", "limit", "after"], ListAsync, new("listRejections", "Requests that were refused, newest first.", "RejectionPage")),
        new("GET", "/rejections/{id}", ApiScopes.Read, [], GetAsync, new("getRejection", "One refused request.", "Rejection") { Refuses = [Problems.NotFound] }),
        new("GET", "/rejections/{id}/diagnosis", ApiScopes.Read, [], DiagnoseAsync, new("diagnoseRejection", "What is probably wrong, and what the request would be told today.", "Diagnosis") { Refuses = [Problems.NotFound] }),
        new("POST", "/rejections/{id}/accept", ApiScopes.Write, [], AcceptAsync, new("acceptRejection", "Lets a refused request in once what was wrong is mended: it must be genuine by today's secrets.", "Accepted") { Refuses = [Problems.NotFound, Problems.NotPossible, Problems.Unavailable] }),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        Page<RejectionRow> page = await request.PageAsync((after, limit) =>
            Log.PageAsync(request.Query("source"), request.Query("code"), request.Time("from"), request.Time("to"), after, limit));
        return ApiAnswer.Page(page.Items, page.Next, LogJson.Write);
    }

    private async Task<ApiAnswer> GetAsync(ApiRequest request)
    {
        using StoreContext db = gateway.Store.OpenContext();
        await FindAsync(request);
        string id = request["id"];
        RejectionRow row = db.Rejections.First(r => r.Id == id);
        return ApiAnswer.Json(json => LogJson.Write(json, row));
    }

    /// <summary>Why it was refused, and what the same request would be told now.</summary>
    private async Task<ApiAnswer> DiagnoseAsync(ApiRequest request)
    {
        Rejection rejection = await FindAsync(request);
        ActiveSource? source = gateway.Current.Value.Sources.GetValueOrDefault(rejection.Source);
        IReadOnlyList<DoctorFinding> findings = source is null ? [] : SignatureDoctor.Diagnose(
            source.Platform, source.Definition, ToRequest(rejection), rejection.ReceivedAt, gateway.Platforms, gateway.Current.Value.Sources.Values.Select(other => other.Definition).Where(other => other.Name != rejection.Source));
        // At the time of its receipt: a timestamp that was good then is not to be blamed now.
        VerifyResult? now = source?.Verifier.Verify(ToRequest(rejection), rejection.ReceivedAt);
        return ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("id", rejection.Id);
            json.WriteString("source", rejection.Source);
            json.WriteString("code", rejection.Code);
            json.WriteString("text", rejection.Text);
            json.WriteStartObject("now");
            json.WriteBoolean("genuine", now is VerifyResult.Genuine);
            json.WriteString("code", (now as VerifyResult.Refused)?.Code);
            json.WriteString("text", now switch
            {
                VerifyResult.Genuine => "With the settings of today the same request is genuine: accept it, or wait for the sender's next try.",
                VerifyResult.Refused refused => refused.Text,
                _ => $"There is no source \"{rejection.Source}\" any more.",
            });
            json.WriteEndObject();
            json.WriteStartArray("findings");
            foreach (DoctorFinding finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("code", finding.Code);
                json.WriteBoolean("proven", finding.Proven);
                json.WriteString("text", finding.Text.En);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("headers");
            foreach (string name in rejection.Headers.Select(header => header.Key))
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteNumber("size", rejection.Body.Length);
            json.WriteEndObject();
        });
    }

    /// <summary>Lets the request in once what was wrong has been mended: it must be genuine today. A second call answers with the same event.</summary>
    private async Task<ApiAnswer> AcceptAsync(ApiRequest request)
    {
        Rejection rejection = await FindAsync(request);
        if (AcceptedEvent(rejection.Id) is { } known)
        {
            return new ApiAnswer(200, "application/json; charset=utf-8", ReceiveAnswer.Duplicate(known).Body);
        }

        if (gateway.Current.Value.Sources.GetValueOrDefault(rejection.Source) is not { } source)
        {
            throw new ProblemException(Problems.NotPossible, $"There is no source \"{rejection.Source}\" any more.");
        }

        if (rejection.Status is 405 or 408 or 413)
        {
            throw new ProblemException(Problems.NotPossible, $"The request was refused before its body was read ({rejection.Code}): there is nothing to accept.");
        }

        (ReceiveAnswer? taken, VerifyResult.Refused? why) = await gateway.Receive.AcceptMendedAsync(source, ToRequest(rejection));
        if (taken is not { } answer)
        {
            throw new ProblemException(Problems.NotPossible, $"With today's secrets and settings the request is still not genuine: {why!.Text} Mend the source first; GET /api/v1/rejections/{rejection.Id}/diagnosis says what is wrong.");
        }

        if (answer.Status != 200)
        {
            throw new ProblemException(answer.Status == 503 ? Problems.Unavailable : Problems.NotPossible, $"The request cannot be taken: it was answered {answer.Status}.");
        }

        await Log.MarkAcceptedAsync(rejection.Id, JsonElement.Parse(answer.Body.Span).GetProperty("id").GetString()!);
        await gateway.Audit.RecordAsync(request.Caller.Name, "accept", rejection.Id);
        return new ApiAnswer(200, "application/json; charset=utf-8", answer.Body);
    }

    private string? AcceptedEvent(string id)
    {
        using StoreContext db = gateway.Store.OpenContext();
        return db.Rejections.Where(r => r.Id == id).Select(r => r.AcceptedEvent).FirstOrDefault();
    }

    private InboundRequest ToRequest(Rejection rejection) =>
        RefusedRequest.Of(rejection, gateway.Current.Value.Sources.GetValueOrDefault(rejection.Source)?.Definition.PublicUrl ?? gateway.PublicUrl);

    private async Task<Rejection> FindAsync(ApiRequest request) =>
        await Log.FindAsync(request["id"]) ?? throw new ProblemException(Problems.NotFound, $"There is no rejection {request["id"]}; older ones make room for newer ones.");
}
