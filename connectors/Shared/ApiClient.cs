using RestEase;
using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Shared;

/// <summary>Makes the client of an HTTP API from an interface with RestEase's attributes, over the host's guarded HTTP.</summary>
/// <remarks>
/// The interface stays internal to its connector; its assembly needs <c>[assembly: InternalsVisibleTo(RestEase.RestClient.FactoryAssemblyName)]</c>. It bears
/// <c>[AllowAnyStatusCode]</c>, its methods return <c>Task&lt;HttpResponseMessage&gt;</c> and their paths do not begin with a slash: <see cref="ApiSession.AskAsync"/> judges
/// and reads the answers.
/// </remarks>
public static class ApiClient
{
    /// <summary>A client of the API at <paramref name="address"/>. Thread-safe; lives as long as the session; nothing to dispose of.</summary>
    /// <param name="host">What the gateway lends to the session.</param>
    /// <param name="address">Scheme, host and the part of the path that all calls share.</param>
    /// <param name="headers">Sent with each request, such as the API key. Their values are made known to the host's redaction.</param>
    /// <param name="oauth">Signs each request in; null = by <paramref name="headers"/> or not at all.</param>
    public static T For<T>(IConnectorHost host, string address, IEnumerable<KeyValuePair<string, string>>? headers = null, OAuth2? oauth = null)
        where T : class
    {
        HttpClient http = new(new HostHandler(host, oauth), disposeHandler: false)
        {
            BaseAddress = new Uri(address.EndsWith('/') ? address : address + "/"),
            Timeout = Timeout.InfiniteTimeSpan, // the attempt's own time is the host's business
        };
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", host.UserAgent);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/json");
        foreach ((string name, string value) in headers ?? [])
        {
            host.Redact(value);
            http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return new RestClient(http) { RequestBodySerializer = new JsonBodies(), ResponseDeserializer = new JsonBodies.Reader() }.For<T>();
    }

    /// <summary>One header.</summary>
    public static KeyValuePair<string, string> Header(string name, string value) => new(name, value);

    /// <summary>Hands requests to the host; with OAuth it sets the token, and after a 401 asks for a new one, once.</summary>
    private sealed class HostHandler(IConnectorHost host, OAuth2? oauth) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (oauth is null)
            {
                return await host.Http.SendAsync(request, cancellationToken);
            }

            string token = await oauth.TokenAsync(cancellationToken);
            request.Headers.Authorization = new(oauth.Scheme, token);
            HttpResponseMessage answer = await host.Http.SendAsync(request, cancellationToken);
            if (answer.StatusCode != System.Net.HttpStatusCode.Unauthorized)
            {
                return answer;
            }

            // The token may have been withdrawn before its time. What was refused had no effect, so asking again repeats nothing.
            answer.Dispose();
            oauth.Forget(token);
            request.Headers.Authorization = new(oauth.Scheme, await oauth.TokenAsync(cancellationToken));
            return await host.Http.SendAsync(request, cancellationToken);
        }
    }
}
