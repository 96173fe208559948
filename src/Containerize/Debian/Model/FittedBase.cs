namespace Containerize.Debian.Model;

/// <summary>
/// What of a base decides the bytes of packages on it. It is found out when their files are compared with those of the base, which takes
/// reading both, and kept.
/// </summary>
/// <param name="links">The links that paths of the packages follow, by their paths.</param>
/// <param name="directories">The directories that the packages have otherwise, by their paths.</param>
internal sealed class FittedBase(
    IEnumerable<KeyValuePair<string, string>> links, IEnumerable<KeyValuePair<string, KeptDirectory>> directories)
{
    /// <summary>The links that paths of the packages follow, by their paths.</summary>
    internal SortedDictionary<string, string> Links { get; } = new(links.ToDictionary(), StringComparer.Ordinal);

    /// <summary>The directories that the packages have otherwise, by their paths: they keep mode and owner.</summary>
    internal SortedDictionary<string, KeptDirectory> Directories { get; } = new(directories.ToDictionary(), StringComparer.Ordinal);

    /// <summary>The digest of the base's bundle of certificate authorities, if packages add to it; null if they do not.</summary>
    internal string? Bundle { get; set; }

    /// <summary>Nothing lies below the packages.</summary>
    internal static FittedBase OfNothing() => new([], []);
}
