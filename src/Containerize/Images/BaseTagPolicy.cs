namespace Containerize.Images;

/// <summary>How far it is believed what a base image's tag named before.</summary>
public sealed record BaseTagPolicy
{
    /// <summary>How long an answer of the registry counts; zero asks each time, which takes one small request.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.Zero;

    /// <summary>Whether no registry may be asked at all: then the last answer counts, however old.</summary>
    public bool IsOffline { get; init; }

    /// <summary>The lock file, a full path; null locks nothing.</summary>
    public string? LockFile { get; init; }

    /// <summary>Whether a tag that the lock file lacks is an error instead of being added.</summary>
    public bool IsLocked { get; init; }
}
