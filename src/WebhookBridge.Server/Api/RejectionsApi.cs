using WebhookBridge.Server.Hosting;
using WebhookBridge.Storage.Log;

namespace WebhookBridge.Server.Api;

/// <summary><c>/rejections</c>: requests that were refused, with the reason that their senders were not told.</summary>
internal sealed class RejectionsApi(Gateway gateway)
{
    public IEnumerable<Operation> Operations() =>
    [
        new("GET", "/rejections", ApiScopes.Read, ["source", "code", "from", "to", "limit", "after"], ListAsync),
    ];

    private async Task<ApiAnswer> ListAsync(ApiRequest request)
    {
        Page<RejectionRow> page = await request.PageAsync((after, limit) =>
            gateway.Store.Log.Rejections.PageAsync(request.Query("source"), request.Query("code"), request.Time("from"), request.Time("to"), after, limit));
        return ApiAnswer.Page(page.Items, page.Next, LogJson.Write);
    }
}
