using System.Net.Sockets;
using WebhookBridge.Abstractions;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Conformance;

/// <summary>Stands in for the gateway: every request, whatever its address, goes to one stub server on loopback. Answers are read up to 1 MiB, as the gateway does it.</summary>
public sealed class ConformanceHost : HttpMessageHandler, IConnectorHost
{
    private const int MaxBodyBytes = 1024 * 1024;

    private readonly StubServer _stub;
    private readonly HttpMessageInvoker _inner = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private readonly Dictionary<string, string> _kept = [];
    private int _requests;
    private int _connections;

    /// <param name="stub">Where everything goes.</param>
    public ConformanceHost(StubServer stub)
    {
        _stub = stub;
        Http = new HttpMessageInvoker(this, disposeHandler: false);
    }

    /// <summary>Where TCP connections go on loopback; null = to the stub.</summary>
    public int? Port { get; init; }

    /// <summary>HTTP requests that have been made.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>TCP connections that have been asked for.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether every address counts as inward: then nothing is opened.</summary>
    public bool Inward { get; init; }

    /// <inheritdoc/>
    public string Destination => "conformance";

    /// <inheritdoc/>
    public HttpMessageInvoker Http { get; }

    /// <inheritdoc/>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <inheritdoc/>
    public string UserAgent => "WebhookBridge/0.0";

    /// <inheritdoc/>
    public async ValueTask<Stream> ConnectAsync(string hostName, int port, CancellationToken cancellationToken)
    {
        Guard(hostName);
        Interlocked.Increment(ref _connections);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(System.Net.IPAddress.Loopback, Port ?? _stub.Port, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <inheritdoc/>
    public void Redact(string secret)
    {
    }

    /// <inheritdoc/>
    public ValueTask<string?> RecallAsync(string name, CancellationToken cancellationToken)
    {
        lock (_kept)
        {
            return new(_kept.GetValueOrDefault(name));
        }
    }

    /// <inheritdoc/>
    public ValueTask RememberAsync(string name, string value, CancellationToken cancellationToken)
    {
        lock (_kept)
        {
            _kept[name] = value;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void CredentialsEnd(LocalText what, DateTimeOffset? end)
    {
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri asked = request.RequestUri ?? throw new InvalidOperationException("A request needs an absolute address.");
        Guard(asked.Host);
        Interlocked.Increment(ref _requests);
        request.RequestUri = new Uri(_stub.Url + asked.PathAndQuery);
        HttpResponseMessage answer = await _inner.SendAsync(request, cancellationToken);
        byte[] body;
        string? broken = null;
        try
        {
            await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            using MemoryStream read = new();
            byte[] chunk = new byte[16 * 1024];
            for (int n; broken is null && (n = await stream.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                read.Write(chunk, 0, n);
                broken = read.Length > MaxBodyBytes ? "The answer is larger than 1 MiB; the rest was not read." : null;
            }

            body = read.ToArray();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            body = [];
            broken = "The answer's body broke off.";
        }

        HttpContent content = broken is null ? new ByteArrayContent(body) : new BrokenContent(broken);
        foreach (var header in answer.Content.Headers.NonValidated)
        {
            content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        answer.Content = content;
        return answer;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Guard(string host)
    {
        if (Inward)
        {
            throw new AddressNotAllowedException($"{host} is not a public address.");
        }
    }

    private sealed class BrokenContent(string reason) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
            throw new HttpRequestException(HttpRequestError.ResponseEnded, reason);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
