using System.Globalization;
using System.Net;
using Containerize.Files;

namespace Containerize.Http;

/// <summary>
/// The hosts that <c>NO_PROXY</c> names, read as curl, Docker and Podman read it: all (<c>*</c>), names with what is below them, addresses,
/// networks; names and addresses with a port too. .NET itself knows names, and what is below them where a dot is before them.
/// </summary>
internal sealed class NoProxyList
{
    private static readonly char[] s_separators = [',', ' '];

    private readonly IReadOnlyList<Entry> _entries;

    private NoProxyList(IReadOnlyList<Entry> entries) => _entries = entries;

    /// <summary>Reads a list.</summary>
    /// <param name="text">The entries with commas or blanks between them; null for none.</param>
    internal static NoProxyList Parse(string? text) => new(
        [.. (text ?? "").Split(s_separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Entry.Of)]);

    /// <summary>Reads the list of this process's environment.</summary>
    internal static NoProxyList OfEnvironment() => Parse(TextOf(Environment.GetEnvironmentVariable));

    /// <summary>The list of an environment as text; null where there is none, or an empty one under both names.</summary>
    internal static string? TextOf(Func<string, string?> environment) => UserHome.FirstNotEmpty(environment, "NO_PROXY", "no_proxy");

    /// <summary>Whether a URL is reached without a proxy.</summary>
    internal bool Has(Uri url) => _entries.Any(entry => entry.Covers(url));

    private sealed record Entry(string Host, int? Port, IPNetwork? Network)
    {
        internal static Entry Of(string text)
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                return new("", null, network);
            }

            // An address of version 6 has colons of its own; with a port it stands in brackets.
            var colon = text.LastIndexOf(':');
            var hasPort = colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':', StringComparison.Ordinal) == colon);
            int? port = hasPort && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
                ? given
                : null;
            var host = (port is null ? text : text[..colon]).Trim('[', ']');
            return new((host.StartsWith("*.", StringComparison.Ordinal) ? host[1..] : host).TrimStart('.'), port, null);
        }

        internal bool Covers(Uri url)
        {
            var host = url.IdnHost.Trim('[', ']');
            if (Network is { } network)
            {
                return IPAddress.TryParse(host, out var address) && network.Contains(address);
            }

            if (Port is { } port && port != url.Port)
            {
                return false;
            }

            return Host == "*"
                || (Host.Length > 0 && (host.Equals(Host, StringComparison.OrdinalIgnoreCase)
                || host.EndsWith($".{Host}", StringComparison.OrdinalIgnoreCase)));
        }
    }
}
