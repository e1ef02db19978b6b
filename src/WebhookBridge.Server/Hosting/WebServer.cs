using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WebhookBridge.Server.Api;
using WebhookBridge.Server.CommandLine;
using WebhookBridge.Server.Receiving;
using WebhookBridge.Server.Simulation;
using WebhookBridge.Server.WebConsole;
using WebhookBridge.Server.WebConsole.Access;

namespace WebhookBridge.Server.Hosting;

/// <summary>The web server around a gateway: where it listens, what is served where, and how it stops.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private WebServer(WebApplication app) => _app = app;

    /// <summary>Where senders are served, as bound (a port of 0 has become a real one).</summary>
    public IReadOnlyList<string> Urls { get; private set; } = [];

    /// <summary>How this process reaches the address where senders are served.</summary>
    public required OwnAddress OwnAddress { get; init; }

    /// <summary>Where API, metrics and console are served, when that is elsewhere.</summary>
    public IReadOnlyList<string> AdminUrls { get; private set; } = [];

    /// <summary>What the first administrator has to show (the console's first start).</summary>
    public string StartToken => _app.Services.GetRequiredService<FirstStart>().Token;

    /// <summary>Set when the process is told to stop.</summary>
    public CancellationToken Stopping => _app.Lifetime.ApplicationStopping;

    /// <exception cref="CommandException">An address or the certificate cannot be used.</exception>
    public static async Task<WebServer> StartAsync(ServeOptions options, Gateway gateway, GatewayPages pages, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, ApplicationName = typeof(WebServer).Assembly.GetName().Name });
        X509Certificate2? certificate = LoadCertificate(options);
        builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTime);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddConsole(gateway, new ConsoleOptions(options.PublicUrl));
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // every reader has a cap of its own, and tells it
            kestrel.Limits.MaxRequestHeaderCount = 100;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
            foreach (ListenAddress address in options.Urls)
            {
                Listen(kestrel, address, certificate, options.AdminUrls.Count > 0 ? ListenerRole.Public : ListenerRole.Both);
            }

            foreach (ListenAddress address in options.AdminUrls)
            {
                Listen(kestrel, address, certificate, ListenerRole.Admin);
            }
        });

        WebApplication app = builder.Build();
        TrustedProxies proxies = new(options.TrustedProxies);
        ReceiveEndpoint receive = new(gateway.Receive, proxies, options.PublicUrl, gateway.Time);
        // Built when the first page is asked for: a gateway that only receives and delivers does without its memory.
        Lazy<RequestDelegate> console = new(() => BuildConsole(app, proxies, http => pages.HandleAsync(http, http.Request.Path.Value ?? "", publicOnly: false)));
        app.Run(http =>
        {
            string path = http.Request.Path.Value ?? "";
            ListenerRole role = http.Features.Get<RoleOfListener>()?.Role ?? ListenerRole.Both;
            if (ConsoleHosting.IsForConsole(path) && role != ListenerRole.Public)
            {
                return console.Value(http);
            }

            if (path.StartsWith(ReceiveEndpoint.Prefix, StringComparison.Ordinal) && role != ListenerRole.Admin)
            {
                return receive.HandleAsync(http);
            }

            return pages.HandleAsync(http, path, role == ListenerRole.Public);
        });

        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            await app.DisposeAsync();
            string where = string.Join(", ", options.Urls.Concat(options.AdminUrls).Select(address => address.Text));
            throw new CommandException(e is AddressInUseException || e.InnerException is AddressInUseException || e.Message.Contains("in use", StringComparison.OrdinalIgnoreCase)
                ? $"Another program listens on {where} already: stop it, or choose another port with --urls."
                : $"It is not possible to listen on {where} ({e.Message.TrimEnd('.')}): choose another address with --urls.");
        }

        string[] bound = [.. app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];
        return new WebServer(app) { OwnAddress = Own(bound[0], certificate), Urls = [.. bound.Take(options.Urls.Count)], AdminUrls = [.. bound.Skip(options.Urls.Count)] };
    }

    /// <summary>Waits until the process is told to stop, then stops accepting.</summary>
    public async Task WaitForStopAsync()
    {
        await _app.WaitForShutdownAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static RequestDelegate BuildConsole(IApplicationBuilder app, TrustedProxies proxies, RequestDelegate otherwise)
    {
        IApplicationBuilder branch = app.New();
        branch.UseConsole(proxies);
        branch.Run(otherwise);
        return branch.Build();
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address, X509Certificate2? certificate, ListenerRole role)
    {
        if (address.Address is null)
        {
            kestrel.ListenLocalhost(address.Port, Configure);
        }
        else
        {
            kestrel.Listen(address.Address, address.Port, Configure);
        }

        void Configure(ListenOptions listen)
        {
            listen.Protocols = address.Https ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            RoleOfListener feature = new(role);
            listen.Use(next => async connection =>
            {
                connection.Features.Set(feature);
                await using HalfClosedConnection mayHalfClose = new(connection);
                await next(mayHalfClose);
            });
            if (address.Https)
            {
                listen.UseHttps(certificate!, https =>
                {
                    // Some senders show a certificate of their own; which one is genuine is for the source to say, so any is taken here.
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.AllowAnyClientCertificate();
                });
            }
        }
    }

    private static OwnAddress Own(string bound, X509Certificate2? certificate)
    {
        string reachable = bound.Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal).Replace("://[::]", "://[::1]", StringComparison.Ordinal);
        return new OwnAddress(new Uri(reachable), certificate?.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
    }

    private static X509Certificate2? LoadCertificate(ServeOptions options)
    {
        if (options.TlsCertificate is not { } file)
        {
            return null;
        }

        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(file, options.TlsKey);
            // SslStream wants the key in a store-like form, not as loose PEM parts.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"The certificate {file} cannot be used with the key {options.TlsKey} ({e.Message.TrimEnd('.')}): give a PEM certificate chain and its own unencrypted PEM key.");
        }
    }
}

/// <summary>What is served on an address.</summary>
internal enum ListenerRole
{
    Both,

    /// <summary><c>/in/*</c> and <c>/health/live</c> only.</summary>
    Public,

    /// <summary>All but <c>/in/*</c>.</summary>
    Admin,
}

/// <summary>Travels with each connection of an address.</summary>
internal sealed record RoleOfListener(ListenerRole Role);
