namespace Containerize.Oci;

/// <summary>A registry, or a path in one, as people and other tools write it: <c>[scheme://]host[:port][/path]</c>.</summary>
/// <param name="Scheme">The scheme in lower case; empty where none is written.</param>
/// <param name="Host">Host and optional port.</param>
/// <param name="Path">The path without slashes around it; empty for the registry itself.</param>
internal sealed record RegistryLocation(string Scheme, string Host, string Path)
{
    private const string SchemeEnd = "://";

    /// <summary>Whether it asks for a connection without TLS.</summary>
    internal bool IsPlainHttp => Scheme == "http";

    /// <summary>Whether host and path are well formed.</summary>
    internal bool IsValid => ImageReference.IsRegistry(Host) && (Path.Length == 0 || ImageReference.IsRepository(Path));

    /// <summary>Takes a text apart; whether its parts are well formed is not looked at.</summary>
    internal static RegistryLocation Parse(string text)
    {
        var all = text.Trim();
        var end = all.IndexOf(SchemeEnd, StringComparison.Ordinal);
        var rest = end < 0 ? all : all[(end + SchemeEnd.Length)..];
        var host = rest.Split('/', 2)[0];
        return new(end < 0 ? "" : all[..end].ToLowerInvariant(), host, rest[host.Length..].Trim('/'));
    }

    /// <summary>The location without its scheme.</summary>
    public override string ToString() => Path.Length == 0 ? Host : $"{Host}/{Path}";
}
