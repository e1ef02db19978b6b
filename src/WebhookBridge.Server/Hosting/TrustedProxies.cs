using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

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

    /// <summary>SHA-256 of the sender's certificate in lower-case hex: the one of this connection, or the one that a trusted proxy tells of; null when there is none.</summary>
    /// <remarks>RFC 9440 (<c>Client-Cert: :base64 of DER:</c>), Envoy's <c>X-Forwarded-Client-Cert</c> (<c>Hash=</c> of the nearest hop), and escaped PEM as nginx writes it. What cannot be read is no certificate.</remarks>
    public string? ClientCertificateSha256(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } peer || !IsTrusted(peer))
        {
            return http.Connection.ClientCertificate?.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        }

        IHeaderDictionary headers = http.Request.Headers;
        if (headers["Client-Cert"] is [.., { Length: > 2 } field] && field[0] == ':' && field[^1] == ':')
        {
            byte[] der = new byte[field.Length];
            return Convert.TryFromBase64String(field[1..^1], der, out int length) ? Convert.ToHexStringLower(SHA256.HashData(der.AsSpan(0, length))) : null;
        }

        if (headers["X-Forwarded-Client-Cert"] is [.., { Length: > 0 } hops])
        {
            string? hash = hops.Split(',')[^1].Split(';', StringSplitOptions.TrimEntries).FirstOrDefault(static part => part.StartsWith("Hash=", StringComparison.OrdinalIgnoreCase))?[5..];
            return hash is { Length: 64 } && hash.All(char.IsAsciiHexDigit) ? hash.ToLowerInvariant() : null;
        }

        if ((headers["X-SSL-Client-Cert"] is [.., { Length: > 0 } one] ? one : headers["ssl-client-cert"] is [.., { Length: > 0 } other] ? other : null) is { } escaped)
        {
            try
            {
                using X509Certificate2 certificate = X509Certificate2.CreateFromPem(Uri.UnescapeDataString(escaped));
                return certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
            }
            catch (CryptographicException)
            {
                return null;
            }
        }

        return null;
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
