using System.Net;
using WebhookBridge.Abstractions;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Connectors;

/// <summary>A host whose HTTP leads every request to one stub server, whatever its address: for connectors that insist on their platform's.</summary>
internal sealed class FakeHost(StubServer stub, TimeProvider? time = null) : HttpMessageHandler, IConnectorHost
{
    private readonly SocketsHttpHandler _inner = new() { UseProxy = false, AllowAutoRedirect = false };
    private HttpMessageInvoker? _invoker;

    public List<string> Redacted { get; } = [];

    public string Destination => "crm";

    public HttpMessageInvoker Http => _invoker ??= new HttpMessageInvoker(this);

    public TimeProvider Time { get; } = time ?? new ManualTimeProvider();

    public string UserAgent => "WebhookBridge/0.1";

    public ValueTask<Stream> ConnectAsync(string hostName, int port, CancellationToken cancellationToken) => throw new AddressNotAllowedException("not in this test");

    public void Redact(string secret) => Redacted.Add(secret);

    public ValueTask<string?> RecallAsync(string name, CancellationToken cancellationToken) => new((string?)null);

    public ValueTask RememberAsync(string name, string value, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void CredentialsEnd(LocalText what, DateTimeOffset? end)
    {
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(stub.Url + request.RequestUri!.PathAndQuery);
        using HttpMessageInvoker invoker = new(_inner, disposeHandler: false);
        HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        return response;
    }

    protected override void Dispose(bool disposing)
    {
        _inner.Dispose();
        base.Dispose(disposing);
    }
}
