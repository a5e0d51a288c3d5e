using System.Net;
using System.Net.Sockets;

namespace Chat.Functions.Previews;

/// <summary>Whether an address is one of the public Internet, and leads to no network of the operator's or the platform's.</summary>
/// <remarks>
/// By the special-purpose registries of IANA. Of IPv6 only global unicast is taken, without what carries an IPv4 address or another
/// network's inside. 168.63.129.16 is public by its number, but Azure's own:
/// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16.
/// </remarks>
internal static class PublicAddress
{
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (plain.AddressFamily == AddressFamily.InterNetwork || Global.Contains(plain))
            && !Array.Exists(Special, network => network.Contains(plain));
    }
}
