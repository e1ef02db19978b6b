using System.Net.Http.Headers;
using System.Text.Json;

namespace WebhookBridge.Server.CommandLine;

/// <summary>A running gateway, spoken to over its API by a command of the same program (<c>--server URL --key KEY</c>).</summary>
internal sealed class RemoteGateway : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _url;

    public RemoteGateway(string url, string? key)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            throw new CommandException($"--server does not understand \"{url}\": write an address such as http://localhost:8080.", ExitCodes.WrongUsage);
        }

        _url = url;
        // The operator names this address on the command line; the guard for deliveries is for addresses that others name.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        if (key is { Length: > 0 })
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Sends one call and gives status, body and headers, whatever the status.</summary>
    public async Task<(int Status, byte[] Body, HttpResponseMessage Answer)> SendAsync(HttpMethod method, string path, byte[]? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path.TrimStart('/'));
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        }

        try
        {
            HttpResponseMessage answer = await _http.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(), answer);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"No gateway answers at {_url} ({e.HttpRequestError}): start it with `webhookbridge serve`, or check --server.");
        }
        catch (TaskCanceledException)
        {
            throw new CommandException($"The gateway at {_url} did not answer in time: check its log.");
        }
    }

    /// <summary>As <see cref="SendAsync"/>, but an error ends the command with the problem's own words.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        (int status, byte[] answer, HttpResponseMessage message) = await SendAsync(method, path, body, headers: headers);
        using (message)
        {
            if (status is >= 200 and < 300)
            {
                return answer.Length == 0 ? default : JsonElement.Parse(answer);
            }

            throw new CommandException(Explain(status, answer));
        }
    }

    /// <summary>One sentence out of a problem document.</summary>
    public string Explain(int status, byte[] answer)
    {
        try
        {
            JsonElement problem = JsonElement.Parse(answer);
            string detail = problem.GetProperty("detail").GetString()!;
            return status == 401 ? $"{detail} Give a key with --key or WEBHOOKBRIDGE_KEY." : detail;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"{_url} answered {status}, which no gateway would: check --server.";
        }
    }

    public void Dispose() => _http.Dispose();
}
