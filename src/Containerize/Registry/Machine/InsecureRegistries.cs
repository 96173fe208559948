using System.Net.Sockets;
using System.Net;
using Containerize.Oci;

namespace Containerize.Registry.Machine;

/// <summary>The registries that may be reached without a trusted certificate: hosts, hosts with ports, and networks.</summary>
internal sealed class InsecureRegistries
{
    private readonly HashSet<string> _hosts = [];
    private readonly List<IPNetwork> _networks = [];

    /// <param name="entries">Hosts with optional ports, networks as <c>10.0.0.0/8</c>; a scheme before them is ignored.</param>
    internal InsecureRegistries(IEnumerable<string> entries)
    {
        foreach (var entry in entries.Select(entry => entry.Trim()).Where(entry => entry.Length > 0))
        {
            if (IPNetwork.TryParse(entry, out var network))
            {
                _networks.Add(network);
                continue;
            }

            _hosts.Add(ImageReference.NormalizeRegistry(RegistryLocation.Parse(entry).ToString()));
        }
    }

    /// <summary>Whether a registry is one of them, by its name or by an address its name leads to.</summary>
    internal async Task<bool> ContainsAsync(string authority, CancellationToken cancellationToken)
    {
        var host = new Uri($"https://{authority}").IdnHost;
        if (_hosts.Contains(ImageReference.NormalizeRegistry(authority)) || _hosts.Contains(ImageReference.NormalizeRegistry(host)))
        {
            return true;
        }

        return _networks.Count > 0
            && (await ResolveAsync(host, cancellationToken)).Any(address => _networks.Any(network => network.Contains(address)));
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return IPAddress.TryParse(host, out var address) ? [address] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException)
        {
            // Connecting will say so.
            return [];
        }
    }
}
