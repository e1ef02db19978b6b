using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WebhookBridge.Connectors.Tests.Email;
using WebhookBridge.Testing;

namespace WebhookBridge.Connectors.Tests.RabbitMq;

/// <summary>One broker for the tests that leave it running.</summary>
[CollectionDefinition(Name)]
public sealed class RunningBroker : ICollectionFixture<Broker>
{
    public const string Name = "a broker";
}

/// <summary>Debian's rabbitmq-server as a private node: own name, ports, directories, cookie and port mapper; the machine's own is not touched.</summary>
public sealed class Broker : IAsyncLifetime
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly TempFolder _folder = new();
    private readonly int _mapperPort = FreePort();
    private readonly int _nodePort = FreePort();
    private Process? _mapper;
    private Process? _node;

    public int Port { get; } = FreePort();

    public int TlsPort { get; } = FreePort();

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder.Of("cert.pem"), SmtpStub.CertificatePem);
        await File.WriteAllTextAsync(_folder.Of("key.pem"), SmtpStub.KeyPem);
        await File.WriteAllTextAsync(_folder.Of("rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            listeners.ssl.1 = 127.0.0.1:{TlsPort}
            ssl_options.cacertfile = {_folder.Of("cert.pem")}
            ssl_options.certfile = {_folder.Of("cert.pem")}
            ssl_options.keyfile = {_folder.Of("key.pem")}
            ssl_options.verify = verify_none
            log.console = false

            """);
        await File.WriteAllTextAsync(_folder.Of("enabled_plugins"), "[].");
        _mapper = Start("epmd", ["-address", "127.0.0.1", "-port", $"{_mapperPort}"], output: false);
        await StartNodeAsync();
    }

    public async Task DisposeAsync()
    {
        await StopNodeAsync();
        _mapper?.Kill();
        _mapper?.Dispose();
        _folder.Dispose();
    }

    public async Task StartNodeAsync()
    {
        _node = Start(Program, [], output: true);
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        string said = "";
        while (await _node.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            said += line + "\n";
            if (line.Contains("completed with", StringComparison.Ordinal))
            {
                _ = _node.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException($"rabbitmq-server did not start: {said}");
    }

    public async Task StopNodeAsync()
    {
        if (_node is not null)
        {
            _node.Kill(entireProcessTree: true);
            await _node.WaitForExitAsync();
            _node.Dispose();
            _node = null;
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Process Start(string program, string[] arguments, bool output)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = output, UseShellExecute = false, WorkingDirectory = _folder.Path };
        foreach ((string name, string value) in new[]
        {
            ("HOME", _folder.Path), ("RABBITMQ_NODENAME", $"bridge-test-{Environment.ProcessId}@localhost"), ("ERL_EPMD_PORT", $"{_mapperPort}"), ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_DIST_PORT", $"{_nodePort}"), ("RABBITMQ_CONFIG_FILE", _folder.Of("rabbitmq.conf")), ("RABBITMQ_MNESIA_BASE", _folder.Of("mnesia")), ("RABBITMQ_LOG_BASE", _folder.Of("log")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", _folder.Of("enabled_plugins")), ("RABBITMQ_PID_FILE", _folder.Of("pid")), ("RABBITMQ_CONF_ENV_FILE", _folder.Of("none")),
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"),
        })
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}
