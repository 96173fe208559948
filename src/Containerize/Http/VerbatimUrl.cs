using System.Buffers;
using System.Globalization;
using System.Text;

namespace Containerize.Http;

/// <summary>
/// URLs as registries write them. <see cref="Uri"/> decodes and re-encodes paths and queries by itself, which breaks signatures
/// (GitLab's storage, S3); here they stay as they came.
/// </summary>
internal static class VerbatimUrl
{
    private static readonly SearchValues<char> s_schemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private static readonly UriCreationOptions s_verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Parses an absolute http or https URL; null when it is none.</summary>
    internal static Uri? TryCreate(string text)
    {
        var escaped = EscapeUnprintable(text.Split('#')[0]);
        return Uri.TryCreate(escaped, s_verbatim, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? url : null;
    }

    internal static Uri Create(string text) => TryCreate(text) ?? throw new FormatException($"'{Printable.Clean(text)}' is not a URL");

    /// <summary>Reads a <c>Location</c>: absolute, without scheme, without host, or relative to the request.</summary>
    /// <param name="request">The URL of the request that was answered.</param>
    /// <param name="location">The header's value.</param>
    /// <returns>The URL, or null when the value makes none.</returns>
    internal static Uri? TryResolve(Uri request, string location)
    {
        var text = location.Trim();
        var authority = $"{request.Scheme}://{request.Authority}";
        var path = request.PathAndQuery.Split('?')[0];
        var absolute = text switch
        {
            "" => null,
            _ when text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) => text,
            _ when text.StartsWith("//", StringComparison.Ordinal) => $"{request.Scheme}:{text}",
            ['/', ..] => authority + text,
            ['?', ..] => authority + path + text,
            _ when HasScheme(text) => null,
            _ => authority + path[..(path.LastIndexOf('/') + 1)] + text,
        };
        return absolute is not null && TryCreate(absolute) is { } target ? Upgrade(request, target) : null;
    }

    /// <summary>A registry behind a TLS proxy does not know that it is reached by https and writes http; the same host is meant.</summary>
    internal static Uri Upgrade(Uri request, Uri target)
    {
        var hidden = target.Scheme == "http" && request.Scheme == "https"
            && string.Equals(target.IdnHost, request.IdnHost, StringComparison.OrdinalIgnoreCase)
            && (target.IsDefaultPort || target.Port == request.Port);
        return hidden ? Create($"https://{request.Authority}{target.PathAndQuery}") : target;
    }

    /// <summary>Adds a parameter behind the query that is there, which stays as it is.</summary>
    internal static Uri WithParameter(Uri url, string name, string value)
    {
        var text = Text(url);
        var separator = !text.Contains('?', StringComparison.Ordinal) ? "?" : text[^1] is '?' or '&' ? "" : "&";
        return Create($"{text}{separator}{name}={Uri.EscapeDataString(value)}");
    }

    /// <summary>The URL as it is sent.</summary>
    internal static string Text(Uri url) => $"{url.Scheme}://{url.Authority}{url.PathAndQuery}";

    /// <summary>The URL for messages: signatures stand in queries, so they are left out.</summary>
    internal static string Public(Uri url) => Printable.Clean($"{url.Scheme}://{url.Authority}{url.PathAndQuery.Split('?')[0]}");

    /// <summary>What a server wrote in the place of a URL, for messages: without the query and a login before the host.</summary>
    internal static string Public(string text)
    {
        var path = text.Split('?', '#')[0];
        var start = path.IndexOf("//", StringComparison.Ordinal) is >= 0 and var slashes ? slashes + 2 : 0;
        var host = path[start..].Split('/')[0];
        return Printable.Clean(path[..start] + path[(start + host.LastIndexOf('@') + 1)..]);
    }

    internal static bool SameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port
            && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool HasScheme(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && char.IsAsciiLetter(text[0]) && !text.AsSpan(0, colon).ContainsAnyExcept(s_schemeCharacters);
    }

    /// <summary>Blanks and control characters would break the request line; everything else is left alone.</summary>
    private static string EscapeUnprintable(string text)
    {
        if (text.All(c => c is > ' ' and < '\x7f'))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var part in Encoding.UTF8.GetBytes(text))
        {
            _ = part is > (byte)' ' and < 0x7f ? escaped.Append((char)part) : escaped.Append(CultureInfo.InvariantCulture, $"%{part:X2}");
        }

        return escaped.ToString();
    }
}
