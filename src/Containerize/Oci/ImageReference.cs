using System.Text.RegularExpressions;

namespace Containerize.Oci;

/// <summary>Names a repository in a registry.</summary>
/// <param name="Registry">Host and optional port, lower case; Docker Hub is <c>docker.io</c>.</param>
/// <param name="Name">The repository's path; it obeys the grammar of the distribution specification.</param>
internal sealed record RepositoryReference(string Registry, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Registry}/{Name}";
}

/// <summary>Names an image in a registry: repository plus tag or digest or both. With both, the digest decides.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Tag">The tag, if one was given.</param>
/// <param name="Digest">The digest, if one was given.</param>
internal sealed partial record ImageReference(RepositoryReference Repository, string? Tag, Digest? Digest)
{
    /// <summary>Docker Hub's name in references.</summary>
    public const string DockerHub = "docker.io";

    private const int MaxRepositoryLength = 255;

    /// <summary>What stands behind the repository in a manifest's URL: the digest, else the tag, else <c>latest</c>.</summary>
    public string Target => Digest?.ToString() ?? Tag ?? "latest";

    /// <summary>Parses <c>[registry/]repository[:tag][@digest]</c>. Without a registry it is Docker Hub's, as docker reads it.</summary>
    /// <returns>The parsed reference; a missing tag stays missing.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    public static ImageReference Parse(string text)
    {
        var rest = text;
        Digest? digest = null;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed))
            {
                throw Invalid(text, "what stands behind '@' is not a digest ('sha256:' and 64 lower-case hexadecimal digits)");
            }

            digest = parsed;
            rest = rest[..at];
        }

        string? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
            if (!IsTag(tag))
            {
                throw Invalid(text, $"'{Printable.Clean(tag)}' is not a tag (letters, digits, '_', '.', '-'; at most 128)");
            }
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var named = NamesRegistry(rest);
        var registry = named ? rest[..slash] : DockerHub;
        var name = named ? rest[(slash + 1)..] : rest;
        if (!IsRegistry(registry))
        {
            throw Invalid(text, $"'{Printable.Clean(registry)}' is not a registry's host and port (1 to 65535)");
        }

        registry = NormalizeRegistry(registry);
        if (registry == DockerHub && !name.Contains('/', StringComparison.Ordinal))
        {
            name = "library/" + name;
        }

        return IsRepository(name)
            ? new(new(registry, name), tag, digest)
            : throw Invalid(
                text,
                $"'{Printable.Clean(name)}' is not a repository name (lower-case letters and digits, parts separated by '/', inside them " +
                $"single '.', '_', '__' or '-')");
    }

    /// <summary>
    /// Whether the first part of a name is a registry. Docker's rule: it could be a host with a domain or port, or is localhost.
    /// </summary>
    /// <param name="name">Repository, or registry and repository; no tag.</param>
    public static bool NamesRegistry(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        return first == "localhost" || first.Any(character => character is '.' or ':' || char.IsAsciiLetterUpper(character));
    }

    /// <summary>One name for the names a registry is known by: lower case; Docker Hub's other hosts are <c>docker.io</c>.</summary>
    /// <param name="registry">Host and optional port.</param>
    public static string NormalizeRegistry(string registry)
    {
        var lower = registry.ToLowerInvariant();
        return lower is "index.docker.io" or "registry-1.docker.io" or "registry.hub.docker.com" ? DockerHub : lower;
    }

    /// <summary>Whether text is a registry's host with an optional port: a name, an IPv4 address or an IPv6 address in brackets.</summary>
    /// <remarks>What the grammar allows and no URL can have (a port over 65535, an address that is none) is not a registry.</remarks>
    public static bool IsRegistry(string text) =>
        RegistryPattern().IsMatch(text) && Uri.TryCreate($"https://{text}", UriKind.Absolute, out var url) && url.Port > 0
            && url.IdnHost.Length > 0;

    /// <summary>Whether text is a repository name.</summary>
    /// <remarks>OCI distribution specification, "Pulling manifests".</remarks>
    public static bool IsRepository(string text) => text.Length <= MaxRepositoryLength && RepositoryPattern().IsMatch(text);

    /// <summary>Whether text is a tag.</summary>
    /// <remarks>OCI distribution specification, "Pulling manifests".</remarks>
    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => $"{Repository}{(Tag is null ? "" : ":" + Tag)}{(Digest is null ? "" : "@" + Digest)}";

    private static ContainerizeException Invalid(string text, string why) =>
        new(
            DiagnosticCode.InvalidReference,
            $"'{Printable.Clean(text)}' is not an image reference: {why}. "
                + $"Write registry/repository:tag or registry/repository@sha256:….");

    [GeneratedRegex(
        @"\A(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegistryPattern();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();
}
