using System.Net;
using System.Reflection;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Model;

namespace WebhookBridge.Engine.Connectors;

/// <summary>What one destination's session is lent: its own HTTP handler (connections of one destination are never used for another), guard, clock and redactor.</summary>
public sealed class ConnectorHost : IConnectorHost, IDisposable
{
    private const int MaxResponseHeadKilobytes = 32;

    private static readonly string Version = typeof(ConnectorHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private readonly GuardedConnect _connect;
    private readonly Redactor _redactor;
    private readonly ConnectorMemory _memory;
    private volatile CredentialsEnd? _credentialsEnd;

    public ConnectorHost(string destination, int concurrency, GuardedConnect connect, Redactor redactor, TimeProvider time, ConnectorMemory memory)
    {
        _memory = memory;
        Destination = destination;
        Time = time;
        _connect = connect;
        _redactor = redactor;
        Http = new HttpMessageInvoker(new TracedHandler(NewHandler(concurrency), redactor));
    }

    public string Destination { get; }

    public HttpMessageInvoker Http { get; }

    public TimeProvider Time { get; }

    public string UserAgent { get; } = UserAgentText;

    /// <summary><c>WebhookBridge/x.y</c> (contract section 10).</summary>
    public static string UserAgentText { get; } = "WebhookBridge/" + string.Join('.', Version.Split('.').Take(2));

    public ValueTask<Stream> ConnectAsync(string hostName, int port, CancellationToken cancellationToken) =>
        _connect.ConnectAsync(hostName, port, AttemptTrace.Current, cancellationToken);

    public void Redact(string secret) => _redactor.Add(secret);

    /// <summary>Until when the credentials are good, as far as the session has said.</summary>
    public CredentialsEnd? Ending => _credentialsEnd;

    public ValueTask<string?> RecallAsync(string name, CancellationToken cancellationToken) => _memory.Recall(Destination, name);

    public ValueTask RememberAsync(string name, string value, CancellationToken cancellationToken) => value.Length <= ConnectorMemory.MaxLength
        ? _memory.Remember(Destination, name, value)
        : throw new ArgumentException($"At most {ConnectorMemory.MaxLength} characters can be kept.", nameof(value));

    public void CredentialsEnd(LocalText what, DateTimeOffset? end) => _credentialsEnd = end is { } known ? new CredentialsEnd(what, known) : null;

    public void Dispose() => Http.Dispose();

    private SocketsHttpHandler NewHandler(int concurrency) => new()
    {
        UseProxy = false, // the variables of the environment must not lead traffic elsewhere; the administrator's proxy is GuardedConnect's
        AllowAutoRedirect = false, // a redirect would slip past the check of the address
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = Math.Max(concurrency, 1),
        MaxResponseHeadersLength = MaxResponseHeadKilobytes,
        MaxResponseDrainSize = 64 * 1024,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a changed DNS entry takes effect
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        ConnectTimeout = TimeSpan.FromSeconds(15),
        ConnectCallback = OpenAsync,
        PlaintextStreamFilter = static (context, _) =>
        {
            if (context.InitialRequestMessage.Options.TryGetValue(TracedHandler.TraceKey, out AttemptTrace? trace))
            {
                trace.Enter(context.InitialRequestMessage.Content is null ? AttemptPhase.Wait : AttemptPhase.Send);
            }

            return ValueTask.FromResult(context.PlaintextStream);
        },
    };

    private async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.TryGetValue(TracedHandler.TraceKey, out AttemptTrace? trace);
        Stream stream = await _connect.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, trace, cancellationToken);
        if (context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps)
        {
            trace?.Enter(AttemptPhase.Tls);
        }

        return stream;
    }
}
