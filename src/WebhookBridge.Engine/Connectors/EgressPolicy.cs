using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace WebhookBridge.Engine.Connectors;

/// <summary>Which addresses outgoing connections may lead to (design invariant 9). Pure.</summary>
/// <param name="AllowPrivate">Loopback, private, shared and link-local addresses are allowed; cloud metadata only by <paramref name="AllowedNetworks"/>.</param>
/// <param name="AllowedNetworks">Networks that are allowed although they are not public. Multicast, unspecified and broadcast never are.</param>
/// <param name="Proxy">An egress proxy that the administrator named (<c>http://host:port</c>); null = straight out.</param>
public sealed record EgressPolicy(bool AllowPrivate, IReadOnlyList<IPNetwork> AllowedNetworks, Uri? Proxy = null)
{
    /// <summary>Public addresses only.</summary>
    public static readonly EgressPolicy PublicOnly = new(AllowPrivate: false, []);

    // IANA IPv4 and IPv6 special-purpose address registries (RFC 6890 and successors).
    private static readonly IPNetwork[] Never =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("255.255.255.255/32"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("ff00::/8"),
        IPNetwork.Parse("2001::/32"), // Teredo (RFC 4380): two IPv4 addresses inside, and nobody's destination
    ];

    private static readonly IPNetwork[] Metadata =
    [
        IPNetwork.Parse("169.254.169.254/32"), IPNetwork.Parse("169.254.170.0/24"), IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("192.0.0.192/32"), IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("fd00:ec2::/32"), IPNetwork.Parse("fd20:ce::/32"),
    ];

    private static readonly IPNetwork[] NotPublic4 =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("240.0.0.0/4"),
    ];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotPublic6 =
    [
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20"),
    ];

    /// <summary>Whether a connection to <paramref name="address"/> may be opened.</summary>
    public bool Allows(IPAddress address)
    {
        // A translated address is as good as the IPv4 address it leads to, and as bad.
        if (TryUnwrap(address, out IPAddress? inner))
        {
            return Allows(inner);
        }

        if (In(Never, address))
        {
            return false;
        }

        if (In(AllowedNetworks, address))
        {
            return true;
        }

        if (In(Metadata, address))
        {
            return false;
        }

        return AllowPrivate || IsPublic(address);
    }

    private static bool IsPublic(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? !In(NotPublic4, address)
        : Global6.Contains(address) && !In(NotPublic6, address);

    private static bool In(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        for (int i = 0; i < networks.Count; i++)
        {
            if (networks[i].Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The IPv4 address inside an IPv6 one: mapped and compatible (RFC 4291), NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), ISATAP (RFC 5214).</summary>
    private static bool TryUnwrap(IPAddress address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? inner)
    {
        inner = null;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        uint third = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        uint last = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);

        if (high == 0 && (third == 0x0000FFFF || (third == 0 && last > 1)))
        {
            inner = new IPAddress(bytes[12..]);
        }
        else if ((high >> 32 == 0x0064FF9B && (uint)high == 0 && third == 0) || high >> 16 == 0x0064FF9B0001)
        {
            inner = new IPAddress(bytes[12..]);
        }
        else if (high >> 48 == 0x2002)
        {
            inner = new IPAddress(bytes[2..6]);
        }
        else if (third is 0x00005EFE or 0x02005EFE)
        {
            inner = new IPAddress(bytes[12..]);
        }

        return inner is not null;
    }
}
