using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>How long it counts what a base image's tag named before.</summary>
internal sealed record BaseTagPolicy
{
    /// <summary>How long an answer of the registry counts; zero asks each time, which takes one small request.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// When the build began, to the second; null asks for each image. What was told since then counts for all projects and platforms of the
    /// build.
    /// </summary>
    public DateTimeOffset? BuildStarted { get; init; }

    /// <summary>
    /// Whether the image is one of several platforms: then they ask in turn. A tag that moves meanwhile would otherwise give an index whose
    /// images have different bases.
    /// </summary>
    public bool IsOneOfSeveral { get; init; }

    /// <summary>Whether no registry may be asked at all: then the last answer counts, however old.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The lock file, a full path; null locks nothing.</summary>
    public string? LockFile { get; init; }

    /// <summary>What the tag means for this build, whatever its registry says; null for builds that ask.</summary>
    public Digest? Pinned { get; init; }

    /// <summary>Whether a tag that the lock file lacks is an error instead of being added.</summary>
    public bool IsLocked { get; init; }
}
