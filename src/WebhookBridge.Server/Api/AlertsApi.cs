using System.Text.Json;
using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/alerts</c>: what a person ought to look at, open and past.</summary>
internal sealed class AlertsApi(Gateway gateway)
{
    public IEnumerable<Operation> Operations() => 
    [
        new("GET", "/alerts", ApiScopes.Read, ["code", "subject", "state", "limit", "after"], ListAsync, new("listAlerts", "What a person ought to look at, open and past, newest first.", "AlertPage")),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        bool? open = request.Query("state") switch
        {
            null => null,
            "open" => true,
            "closed" => false,
            _ => throw new ProblemException(Problems.InvalidQuery, "state is open or closed; leave it out for both."),
        };
        Page<AlertRow> page = await request.PageAsync((after, limit) => gateway.Store.Log.Alerts.PageAsync(request.Query("code"), request.Query("subject"), open, after, limit));
        return ApiAnswer.Page(page.Items, page.Next, Write);
    }

    private static void Write(Utf8JsonWriter json, AlertRow row)
    {
        json.WriteStartObject();
        json.WriteString("code", row.Code);
        json.WriteString("subject", row.Subject);
        json.WriteString("details", row.Text);
        json.WriteTime("openedAt", row.FirstAt);
        json.WriteTime("lastSeenAt", row.LastAt);
        json.WriteNumber("count", row.Count);
        json.WriteTime("closedAt", row.ResolvedAt);
        json.WriteEndObject();
    }
}
