using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookBridge.EndToEnd.Tests;

/// <summary>A platform that signs by Standard Webhooks and, like a real one, sends again what was not acknowledged.</summary>
internal sealed class Sender : IDisposable
{
    public const string Secret = "whsec_Y3Jhc2gtdGVzdHMtc2VjcmV0LTAxMjM0NTY3ODk=";

    private static readonly byte[] Key = Convert.FromBase64String(Secret["whsec_".Length..]);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly string _url;
    private int _next;

    public Sender(string url) => _url = url;

    /// <summary>The sender's id of each event that got a 2xx, with our id.</summary>
    public ConcurrentDictionary<string, string> Acknowledged { get; } = new();

    /// <summary>How often an event was answered "accepted" (and not "duplicate").</summary>
    public ConcurrentDictionary<string, int> AcceptedTimes { get; } = new();

    /// <summary>Sent at least once without an acknowledgement.</summary>
    public ConcurrentDictionary<string, int> Open { get; } = new();

    /// <summary>Statuses other than 2xx that came.</summary>
    public ConcurrentDictionary<int, int> Statuses { get; } = new();

    /// <summary>Sends new events one after the other from several connections until stopped.</summary>
    public Task RunAsync(int connections, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(
        async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await SendAsync(Interlocked.Increment(ref _next), CancellationToken.None);
            }
        },
        CancellationToken.None)));

    /// <summary>Sends what is open until all is acknowledged.</summary>
    public async Task ResendAsync()
    {
        for (int round = 0; !Open.IsEmpty; round++)
        {
            round.ShouldBeLessThan(100, "some events are never acknowledged");
            await Task.Delay(TimeSpan.FromMilliseconds(round == 0 ? 0 : 200), TimeProvider.System); // a store that has just failed is checked before it takes anything
            await Parallel.ForEachAsync(Open.Values.ToList(), async (number, stop) => await SendAsync(number, stop));
        }
    }

    /// <summary>One signed event: what is sent and the headers that prove it.</summary>
    public static (string Id, string Body, IReadOnlyList<KeyValuePair<string, string>> Headers) Compose(int number)
    {
        string id = "msg_" + number.ToString("D8", CultureInfo.InvariantCulture);
        string body = $$"""{"id":"evt_{{number:D8}}","type":"payment.succeeded","createdDate":"2026-11-22T10:00:00.000Z","payload":{"id":"p_{{number:D8}}","type":"payment","status":"succeeded","mode":"live","amount":{{1000 + number}},"currency":"ZAR","metadata":{"checkoutId":"ch_{{number % 2}}"} } }""";
        string timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string signature = Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
        return (id, body, [new("webhook-id", id), new("webhook-timestamp", timestamp), new("webhook-signature", "v1," + signature)]);
    }

    /// <returns>The status, or 0 when no answer came.</returns>
    public async Task<int> SendAsync(int number, CancellationToken stop)
    {
        (string id, string body, IReadOnlyList<KeyValuePair<string, string>> headers) = Compose(number);
        Open[id] = number;
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request, stop);
            int status = (int)answer.StatusCode;
            if (!answer.IsSuccessStatusCode)
            {
                Statuses.AddOrUpdate(status, 1, static (_, n) => n + 1);
                return status;
            }

            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
            Acknowledged[id] = json.RootElement.GetProperty("id").GetString()!;
            if (json.RootElement.GetProperty("status").GetString() == "accepted")
            {
                AcceptedTimes.AddOrUpdate(id, 1, static (_, n) => n + 1);
            }

            Open.TryRemove(id, out _);
            return status;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException) // the latter bare, when the process dies between connecting and sending
        {
            return 0;
        }
        catch (TaskCanceledException)
        {
            return 0;
        }
    }

    public void Dispose() => _http.Dispose();
}
