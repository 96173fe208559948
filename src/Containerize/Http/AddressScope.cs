using System.Net.Sockets;
using System.Net;

namespace Containerize.Http;

/// <summary>Where an address leads: what a server's answer must not choose freely.</summary>
[Flags]
internal enum AddressScopes
{
    None = 0,
    Public = 1,
    Private = 2,
    Loopback = 4,
    LinkLocal = 8,
    All = Public | Private | Loopback | LinkLocal,
}

/// <summary>Tells where an address leads.</summary>
internal static class AddressScope
{
    internal static AddressScopes Of(IPAddress address)
    {
        var plain = Embedded(address) ?? address;
        return plain.AddressFamily == AddressFamily.InterNetwork ? OfIPv4(plain.GetAddressBytes()) : OfIPv6(plain);
    }

    /// <summary>The scope of a host that is written as an address or as <c>localhost</c>; null when only the resolver knows.</summary>
    internal static AddressScopes? OfLiteral(string host) =>
        IPAddress.TryParse(host, out var address) ? Of(address) : IsLocalhost(host) ? AddressScopes.Loopback : null;

    internal static bool IsLoopback(string host) => OfLiteral(host) == AddressScopes.Loopback;

    private static bool IsLocalhost(string host)
    {
        var name = host.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static AddressScopes OfIPv4(ReadOnlySpan<byte> bytes) => (bytes[0], bytes[1]) switch
    {
        (0 or 127, _) => AddressScopes.Loopback,
        (10, _) or (172, >= 16 and <= 31) or (192, 168) or (100, >= 64 and <= 127) => AddressScopes.Private,
        (169, 254) or ( >= 224, _) => AddressScopes.LinkLocal,
        _ => AddressScopes.Public,
    };

    private static AddressScopes OfIPv6(IPAddress address) =>
        IPAddress.IsLoopback(address) || address.Equals(IPAddress.IPv6Any) ? AddressScopes.Loopback
        : address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal ? AddressScopes.Private
        : address.IsIPv6LinkLocal || address.IsIPv6Multicast ? AddressScopes.LinkLocal
        : AddressScopes.Public;

    /// <summary>The IPv4 address inside an IPv6 one: mapped, NAT64 (<c>64:ff9b::/96</c>) or 6to4 (<c>2002::/16</c>).</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
            : bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) ? new(bytes.AsSpan(12, 4))
            : bytes is [0x20, 0x02, ..] ? new(bytes.AsSpan(2, 4))
            : null;
    }
}
