using System.Globalization;
using Containerize.Oci;

namespace Containerize.Debian.Model;

/// <summary>A package that an archive offers.</summary>
internal sealed record DebianPackage
{
    /// <summary>How much apt prefers packages of an archive that says nothing else.</summary>
    internal const int Preferred = 500;

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version.</summary>
    public required DebianVersion Version { get; init; }

    /// <summary>The architecture: Debian's word (<c>amd64</c>), or <c>all</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Which archive offers it, by its name in lock files: <c>main</c>, <c>security</c>, or a project's own.</summary>
    public required string Archive { get; init; }

    /// <summary>The .deb, as a path below the archive's address.</summary>
    public required string Path { get; init; }

    /// <summary>The size of the .deb, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The digest of the .deb.</summary>
    public required Digest Digest { get; init; }

    /// <summary>What must be there: <c>Pre-Depends</c> and <c>Depends</c>, in this order.</summary>
    public IReadOnlyList<IReadOnlyList<Relation>> Depends { get; init; } = [];

    /// <summary>What it stands for besides its name.</summary>
    public IReadOnlyList<Relation> Provides { get; init; } = [];

    /// <summary>What must not be there: <c>Conflicts</c> and <c>Breaks</c>.</summary>
    public IReadOnlyList<Relation> Conflicts { get; init; } = [];

    /// <summary>How important Debian finds it: 0 (required) to 4 (extra).</summary>
    public int Rank { get; init; } = 3;

    /// <summary>How much apt prefers it because of its archive: <see cref="Preferred"/>, or less.</summary>
    public int Preference { get; init; } = Preferred;

    /// <summary>Reads a paragraph of an index.</summary>
    /// <param name="archive">The archive's name.</param>
    /// <param name="preference">How much apt prefers packages of the archive.</param>
    /// <returns>The package; null when what is needed to fetch it is missing or makes no sense.</returns>
    internal static DebianPackage? Read(Stanza stanza, string archive, int preference) =>
        stanza["Package"] is { Length: > 0 } name && stanza["Version"] is { Length: > 0 } version
            && stanza["Filename"] is { Length: > 0 } path && IsSafe(path)
        && long.TryParse(stanza["Size"], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
        && Digest.TryParse("sha256:" + stanza["SHA256"], out var digest)
            ? new DebianPackage
            {
                Name = name,
                Version = new DebianVersion(version),
                Architecture = stanza["Architecture"] ?? "all",
                Archive = archive,
                Preference = preference,
                Path = path,
                Size = size,
                Digest = digest,
                Depends = [.. Relation.Parse(stanza["Pre-Depends"]), .. Relation.Parse(stanza["Depends"])],
                Provides = [.. Relation.Parse(stanza["Provides"]).Select(group => group[0])],
                Conflicts = [.. Relation.Parse(stanza["Conflicts"]).Concat(Relation.Parse(stanza["Breaks"])).Select(group => group[0])],
                Rank = Array.IndexOf(["required", "important", "standard", "optional", "extra"], stanza["Priority"]) is >= 0 and var rank
                    ? rank
                    : 3,
            }
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Version}";

    // It becomes part of an address; it must not leave the archive.
    internal static bool IsSafe(string path) =>
        !path.StartsWith('/') && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains("://", StringComparison.Ordinal)
        && !path.Any(char.IsControl) && !path.Split('/').Contains("..");
}
