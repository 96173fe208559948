using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>How long it counts what a base image's tag named before.</summary>
internal sealed record BaseTagPolicy
{
    /// <summary>How long an answer of the registry counts; zero asks each time, which takes one small request.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// When the build of several platforms began, of which this is one; null for a build of one. What a platform was told since then counts
    /// for all: a tag that moves meanwhile would otherwise give an index whose images have different bases.
    /// </summary>
    public DateTimeOffset? BuildStarted { get; init; }

    /// <summary>Whether no registry may be asked at all: then the last answer counts, however old.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The lock file, a full path; null locks nothing.</summary>
    public string? LockFile { get; init; }

    /// <summary>What the tag means for this build, whatever its registry says; null for builds that ask.</summary>
    public Digest? Pinned { get; init; }

    /// <summary>Whether a tag that the lock file lacks is an error instead of being added.</summary>
    public bool IsLocked { get; init; }
}
