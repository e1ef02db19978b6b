using System.Net;
using WebhookBridge.Abstractions;
using WebhookBridge.Engine.Connectors;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests;

/// <summary>The gateway's own host, its guard open to loopback and every name leading there; what a session keeps is kept in memory.</summary>
internal sealed class StubHost : IDisposable
{
    public StubHost(TimeProvider? time = null, ConnectorMemory? memory = null, EgressPolicy? egress = null, params string[] secrets)
    {
        Redactor = new Redactor(secrets);
        GuardedConnect connect = new(egress ?? new EgressPolicy(AllowPrivate: true, []), static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        Host = new ConnectorHost("crm", 8, connect, Redactor, time ?? new ManualTimeProvider(), memory ?? ConnectorMemory.OfThisProcess());
    }

    public ConnectorHost Host { get; }

    public Redactor Redactor { get; }

    public void Dispose() => Host.Dispose();
}
