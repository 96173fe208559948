namespace Containerize.Registry.Machine;

/// <summary>How the repositories below a prefix are reached.</summary>
/// <param name="Prefix">A registry, or a registry and the beginning of a path; <c>*.example.com</c> stands for all subdomains.</param>
internal sealed record RegistryRule(string Prefix)
{
    /// <summary>Where they are instead, with the prefix replaced; null: where their name says.</summary>
    internal string? Location { get; init; }

    /// <summary>Whether they may not be used on this machine.</summary>
    internal bool IsBlocked { get; init; }

    /// <summary>Where they are read from first.</summary>
    internal IReadOnlyList<RegistryMirror> Mirrors { get; init; } = [];
}

/// <summary>A place to read from first.</summary>
/// <param name="Location">Host, optional port, optional path.</param>
/// <param name="ForTags">Whether tags may be looked up there.</param>
/// <param name="ForDigests">Whether content may be fetched there by digest.</param>
internal sealed record RegistryMirror(string Location, bool ForTags = true, bool ForDigests = true);
