using System.Text.Json;
using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Platforms;
using WebhookBridge.Engine.Receiving;
using WebhookBridge.Testing;

namespace WebhookBridge.Engine.Tests.Platforms;

/// <summary>The platforms as they lie in the checkout.</summary>
internal static class Shipped
{
    public static readonly PlatformCatalog Catalog = PlatformCatalog.Load(PlatformCatalog.FilesOf(new DirectoryInfo(RepositoryRoot.Of("platforms"))));

    public static SourceDefinition Source(string platform, IEnumerable<string> secrets, params (string Name, string Value)[] settings) => new()
    {
        Name = platform + "-test",
        Platform = platform,
        Secrets = [.. secrets.Select(s => new SecretText(s))],
        Settings = settings.ToDictionary(s => s.Name, s => JsonElement.Parse(JsonSerializer.Serialize(s.Value)), StringComparer.Ordinal),
    };

    public static InboundRequest Request(byte[] body, IEnumerable<KeyValuePair<string, string>> headers, string method = "POST", string? url = null, string? pathSecret = null, DateTimeOffset? at = null)
    {
        var uri = url is null ? "https://gateway.example/in/test" : url;
        int path = uri.IndexOf('/', uri.IndexOf("://", StringComparison.Ordinal) + 3);
        int query = uri.IndexOf('?', StringComparison.Ordinal);
        return new InboundRequest
        {
            Method = method,
            PublicOrigin = uri[..path],
            Path = query < 0 ? uri[path..] : uri[path..query],
            Query = query < 0 ? string.Empty : uri[query..],
            Headers = [.. headers],
            Body = body,
            ReceivedAt = at ?? new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero),
            PathSecret = pathSecret,
        };
    }
}
