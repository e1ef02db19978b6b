using System.CommandLine;

namespace WebhookBridge.Server.CommandLine;

/// <summary>The options that have a variable and a setting too (contract section 6).</summary>
internal static class Options
{
    public static readonly Option<string?> Urls = Text("--urls", "URL,…", "Where to listen; several with commas. Default http://localhost:8080.");
    public static readonly Option<string?> AdminUrls = Text("--admin-urls", "URL,…", "Where API, metrics and console are served. When set, --urls serves only /in/* and /health/live.");
    public static readonly Option<string?> Data = Text("--data", "DIR", "The data directory. Default ./data.");
    public static readonly Option<string?> Config = Text("--config", "FILE", "A configuration file to apply at start.");
    public static readonly Option<string?> PublicUrl = Text("--public-url", "URL", "Scheme and host as senders see them, such as https://hooks.example.com.");
    public static readonly Option<string?> TlsCert = Text("--tls-cert", "FILE", "Certificate chain (PEM) for https addresses.");
    public static readonly Option<string?> TlsKey = Text("--tls-key", "FILE", "Private key (PEM) of the certificate.");
    public static readonly Option<string?> TrustedProxies = Text("--trusted-proxies", "CIDR,…", "Networks whose X-Forwarded-* headers are believed. Default none.");
    public static readonly Option<string?> AllowPrivate = new("--allow-private-destinations")
    {
        Description = "Lets deliveries reach private addresses: all of them, or only the given networks (CIDR,…). Default none.",
        HelpName = "CIDR,…",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static readonly Option<string?> EgressProxy = Text("--egress-proxy", "URL", "An HTTP proxy for all deliveries.");
    public static readonly Option<string?> ApiRate = Text("--api-rate", "N", "Calls of the API that one key may make in a minute; 0 = no limit. Default 6000.");
    public static readonly Option<string?> Server = Text("--server", "URL", "A running gateway to talk to instead of a data directory.");
    public static readonly Option<string?> Key = Text("--key", "KEY", "An API key of the gateway that --server names.");

    /// <summary>Everything that the server itself can be told.</summary>
    public static readonly IReadOnlyList<Option<string?>> Serve =
        [Urls, AdminUrls, Data, Config, PublicUrl, TlsCert, TlsKey, TrustedProxies, AllowPrivate, EgressProxy, ApiRate];

    /// <summary>The names that <c>appsettings.json</c> may hold.</summary>
    public static readonly IReadOnlyList<string> Names = [.. Serve.Append(Server).Append(Key).Select(option => option.Name.TrimStart('-'))];

    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of text for people." };

    public static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };
}
