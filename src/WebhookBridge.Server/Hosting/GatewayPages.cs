using System.Net;
using System.Text;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.Api.OpenApi;
using WebhookBridge.Server.Feed;
using WebhookBridge.Server.Metrics;

namespace WebhookBridge.Server.Hosting;

/// <summary>What is served beside <c>/in/*</c>: health, metrics, API, OData feed.</summary>
internal sealed class GatewayPages(Gateway gateway, ApiHost api, FeedEndpoint feed, MetricsPage metrics, TrustedProxies proxies)
{
    private static readonly ReadOnlyMemory<byte> Live = "{\"status\":\"live\"}"u8.ToArray();

    public Task HandleAsync(HttpContext http, string path, bool publicOnly)
    {
        if (path == "/health/live")
        {
            return ApiHost.WriteAsync(http, new ApiAnswer(200, "application/json", Live));
        }

        if (publicOnly)
        {
            return NotFoundAsync(http);
        }

        return path switch
        {
            "/health/ready" => ReadyAsync(http),
            "/metrics" => MetricsAsync(http),
            OpenApiDocument.Path => api.WriteDocumentAsync(http),
            _ when path.StartsWith(ApiHost.Prefix + "/", StringComparison.OrdinalIgnoreCase) || path.Equals(ApiHost.Prefix, StringComparison.OrdinalIgnoreCase) => api.HandleAsync(http),
            _ when FeedEndpoint.Owns(path) => feed.HandleAsync(http, proxies.Origin(http)),
            _ => NotFoundAsync(http),
        };
    }

    private static Task NotFoundAsync(HttpContext http) => ApiHost.WriteAsync(http, ApiAnswer.Of(Problems.NotFound, $"There is nothing at {http.Request.Path}."));

    /// <summary>200 when an event would be accepted now; else 503 with the reason.</summary>
    private Task ReadyAsync(HttpContext http)
    {
        string? reason = gateway.Store.Health.Refusal;
        return ApiHost.WriteAsync(http, ApiAnswer.Json(json =>
        {
            json.WriteStartObject();
            json.WriteString("status", reason is null ? "ready" : "not ready");
            json.WriteString("reason", reason);
            json.WriteEndObject();
        }, reason is null ? 200 : 503));
    }

    /// <summary>For a key of scope metrics, or for a caller on this machine (contract section 9).</summary>
    private async Task MetricsAsync(HttpContext http)
    {
        bool local = http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer)
            // A proxy on this machine brings strangers.
            && http.Request.Headers["X-Forwarded-For"].Count == 0 && http.Request.Headers["Forwarded"].Count == 0;
        try
        {
            if ((!local || http.Request.Headers.Authorization.Count > 0) && !(await gateway.Keys.AuthenticateAsync(http)).May(ApiScopes.Metrics))
            {
                throw new ProblemException(Problems.ScopeMissing, "This needs a key with the scope \"metrics\".");
            }
        }
        catch (ProblemException e)
        {
            ApiAnswer refusal = ApiAnswer.Of(e.Problem, e.Message);
            refusal.Headers.AddRange(e.Headers);
            await ApiHost.WriteAsync(http, refusal);
            return;
        }

        await gateway.Pump.CountBacklogAsync();
        await ApiHost.WriteAsync(http, new ApiAnswer(200, "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8.GetBytes(metrics.Write())));
    }
}
