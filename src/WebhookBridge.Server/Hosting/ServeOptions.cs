using System.CommandLine;
using System.Net;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Server.CommandLine;

namespace WebhookBridge.Server.Hosting;

/// <summary>How the server is run, checked: what is wrong is said before anything starts.</summary>
internal sealed record ServeOptions
{
    public const string DefaultUrl = "http://localhost:8080";

    public required IReadOnlyList<ListenAddress> Urls { get; init; }

    /// <summary>Empty = the same as <see cref="Urls"/>.</summary>
    public IReadOnlyList<ListenAddress> AdminUrls { get; init; } = [];

    public required string DataDirectory { get; init; }

    public string? ConfigFile { get; init; }

    /// <summary>Scheme, host and port as senders see them.</summary>
    public string? PublicUrl { get; init; }

    public string? TlsCertificate { get; init; }

    public string? TlsKey { get; init; }

    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    public bool AllowPrivate { get; init; }

    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    public Uri? EgressProxy { get; init; }

    /// <summary>Calls of the API that one key may make in a minute; 0 = no limit.</summary>
    public int CallsPerMinute { get; init; } = Api.RateLimits.DefaultCalls;

    /// <summary>A first API key for use without a console.</summary>
    public string? AdminKey { get; init; }

    /// <exception cref="CommandException">Something cannot be understood.</exception>
    public static ServeOptions Read(ParseResult arguments, CommandContext context)
    {
        string? Find(Option<string?> option) => context.Settings.Find(arguments, option);

        string? allow = Find(Options.AllowPrivate);
        bool allowAll = allow is "" or "true" or "*";
        ServeOptions options = new()
        {
            Urls = Addresses("--urls", Find(Options.Urls) ?? DefaultUrl),
            AdminUrls = Find(Options.AdminUrls) is { Length: > 0 } admin ? Addresses("--admin-urls", admin) : [],
            DataDirectory = context.DataDirectory(arguments),
            ConfigFile = Find(Options.Config) is { Length: > 0 } file ? file : null,
            PublicUrl = Find(Options.PublicUrl) is { Length: > 0 } url
                ? ConfigurationDocument.TryOrigin(url) ?? throw Wrong("--public-url", url, "write scheme and host without a path, such as https://hooks.example.com")
                : null,
            TlsCertificate = Find(Options.TlsCert),
            TlsKey = Find(Options.TlsKey),
            TrustedProxies = Networks("--trusted-proxies", Find(Options.TrustedProxies)),
            AllowPrivate = allowAll,
            AllowedNetworks = allowAll || allow == "false" ? [] : Networks("--allow-private-destinations", allow),
            EgressProxy = Find(Options.EgressProxy) is { Length: > 0 } proxy
                ? Uri.TryCreate(proxy, UriKind.Absolute, out Uri? uri) && uri.Scheme == "http" ? uri : throw Wrong("--egress-proxy", proxy, "write an http address, such as http://proxy.internal:3128")
                : null,
            CallsPerMinute = Find(Options.ApiRate) is not { Length: > 0 } rate ? Api.RateLimits.DefaultCalls
                : int.TryParse(rate, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int calls) ? calls
                : throw Wrong("--api-rate", rate, "write the calls that a key may make in a minute, such as 6000, or 0 for no limit"),
            AdminKey = context.Settings.Variable("ADMIN_KEY"),
        };
        if ((options.TlsCertificate is null) != (options.TlsKey is null))
        {
            throw new CommandException("--tls-cert and --tls-key belong together: give both or none.", ExitCodes.WrongUsage);
        }

        if (options.TlsCertificate is null && options.Urls.Concat(options.AdminUrls).FirstOrDefault(address => address.Https) is { } https)
        {
            throw new CommandException($"{https.Text} needs a certificate: add --tls-cert FILE and --tls-key FILE, or listen on http behind a proxy.", ExitCodes.WrongUsage);
        }

        if (options.AdminKey is { Length: < 16 })
        {
            throw new CommandException("WEBHOOKBRIDGE_ADMIN_KEY is too short to be a key: use at least 16 characters, such as the output of `openssl rand -hex 24`.", ExitCodes.WrongUsage);
        }

        return options;
    }

    public GatewayOptions ToGatewayOptions(Settings settings) => new()
    {
        DataDirectory = DataDirectory,
        MasterKey = settings.Variable("MASTER_KEY"),
        AllowPrivate = AllowPrivate,
        AllowedNetworks = AllowedNetworks,
        EgressProxy = EgressProxy,
        PublicUrl = PublicUrl,
        CallsPerMinute = CallsPerMinute,
    };

    public static List<ListenAddress> Addresses(string option, string text) =>
        [.. Split(text).Select(part => ListenAddress.TryParse(part) ?? throw Wrong(option, part, "write http://host:port or https://host:port, such as http://localhost:8080 or http://0.0.0.0:8080"))];

    private static List<IPNetwork> Networks(string option, string? text) =>
        [.. Split(text ?? "").Select(part => IPNetwork.TryParse(part, out IPNetwork network) ? network
            : IPAddress.TryParse(part, out IPAddress? one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
            : throw Wrong(option, part, "write networks such as 10.0.0.0/8,192.168.1.5/32"))];

    private static string[] Split(string text) => text.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static CommandException Wrong(string option, string value, string fix) => new($"{option} does not understand \"{value}\": {fix}.", ExitCodes.WrongUsage);
}

/// <summary>One address to listen on.</summary>
/// <param name="Address">Null = localhost, both families.</param>
internal sealed record ListenAddress(string Text, bool Https, IPAddress? Address, int Port)
{
    /// <summary>Understands a host name only as localhost: a server binds to addresses, and any other name means every address, as elsewhere in ASP.NET.</summary>
    public static ListenAddress? TryParse(string text)
    {
        string plain = text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        if (!Uri.TryCreate(plain, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            return null;
        }

        bool localhost = string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase);
        IPAddress? address = IPAddress.TryParse(uri.IdnHost, out IPAddress? literal) ? literal
            : !localhost ? IPAddress.Any
            : uri.Port == 0 ? IPAddress.Loopback // a free port cannot be asked for in two families at once
            : null;
        return new(text, uri.Scheme == "https", address, uri.Port);
    }
}
