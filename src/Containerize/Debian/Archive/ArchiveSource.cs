using Containerize.Http;

namespace Containerize.Debian.Archive;

/// <summary>A part of an archive that packages are taken from.</summary>
internal sealed record ArchiveSource
{
    /// <summary>Its name in lock files, which name no host: <c>main</c>, <c>security</c>, or a project's own.</summary>
    public required string Name { get; init; }

    /// <summary>The archive's address, ending with <c>/</c>: <c>http</c>, <c>https</c> or <c>file</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>The suite; one that ends with <c>/</c> is a directory without suites and components.</summary>
    public required string Suite { get; init; }

    /// <summary>The components.</summary>
    public IReadOnlyList<string> Components { get; init; } = ["main"];

    /// <summary>The keys that may sign it.</summary>
    public required KeyRing Keys { get; init; }

    /// <summary>An archive made before this is refused: the project has seen a newer one.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Whether its end of validity does not count: this machine's apt says so.</summary>
    public bool IgnoresValidUntil { get; init; }

    /// <summary>Whether the build goes on without it when it does not exist, and nothing says that it does.</summary>
    public bool IsOptional { get; init; }

    /// <summary>What says that an optional one exists; null when nothing is known of it.</summary>
    internal string? KnownFrom { get; init; }

    /// <summary>Whether it is a release whose security updates have no address: none was named, and none follows from its own.</summary>
    internal bool LacksSecurity { get; init; }

    /// <summary>Whether the suite is a directory without components.</summary>
    internal bool IsFlat => Suite.EndsWith('/');

    /// <summary>The directory of the release file.</summary>
    internal Uri Directory => new(Address, IsFlat ? (Suite == "/" ? "./" : Suite) : $"dists/{Suite}/");

    /// <inheritdoc/>
    public override string ToString() => $"the archive {VerbatimUrl.Public(Address)} ({Suite})";
}
