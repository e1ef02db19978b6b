using System.Net;

namespace WebhookBridge.Server.Hosting;

/// <summary>Believes forwarded headers only of networks that an administrator names (contract section 6).</summary>
internal sealed class TrustedProxies(IReadOnlyList<IPNetwork> networks)
{
    /// <summary>The sender's address: the last one in <c>X-Forwarded-For</c> that is no trusted proxy, if the connection comes from one.</summary>
    public string? RemoteIp(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } peer)
        {
            return null;
        }

        if (!IsTrusted(peer))
        {
            return Plain(peer).ToString();
        }

        IPAddress nearest = peer;
        string[] hops = string.Join(',', http.Request.Headers["X-Forwarded-For"].ToArray()).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (int i = hops.Length - 1; i >= 0; i--)
        {
            if (!IPAddress.TryParse(hops[i], out IPAddress? hop))
            {
                break;
            }

            nearest = hop;
            if (!IsTrusted(hop))
            {
                break;
            }
        }

        return Plain(nearest).ToString();
    }

    /// <summary>Scheme and host as the sender used them.</summary>
    public string Origin(HttpContext http)
    {
        HttpRequest request = http.Request;
        string scheme = request.Scheme;
        string host = request.Host.Value ?? "";
        if (http.Connection.RemoteIpAddress is { } peer && IsTrusted(peer))
        {
            scheme = request.Headers["X-Forwarded-Proto"] is [.., "http" or "https"] proto ? proto[^1]! : scheme;
            host = request.Headers["X-Forwarded-Host"] is [.., { Length: > 0 } forwarded] && Uri.CheckHostName(forwarded.Split(':')[0]) != UriHostNameType.Unknown ? forwarded : host;
        }

        return $"{scheme}://{host}";
    }

    /// <summary>Whether the connection comes from a proxy whose word counts.</summary>
    public bool IsTrusted(IPAddress address)
    {
        if (networks.Count == 0)
        {
            return false;
        }

        IPAddress plain = Plain(address);
        foreach (IPNetwork network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
