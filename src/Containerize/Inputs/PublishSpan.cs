using Containerize.Files;

namespace Containerize.Inputs;

/// <summary>The time of a publish so far. What was written in it is of this publish, what was written before of an earlier one.</summary>
/// <param name="Start">When the publish began to write, in nanoseconds since 1970.</param>
/// <param name="End">The latest time that counts, in nanoseconds since 1970: later ones are of a clock that was wrong.</param>
internal readonly record struct PublishSpan(long Start, long End)
{
    // The clock of a file server is not that of this machine.
    private static readonly TimeSpan s_difference = TimeSpan.FromMinutes(1);

    /// <summary>The span until now.</summary>
    /// <param name="start">When the publish began to write, in nanoseconds since 1970; null when it is not known.</param>
    /// <param name="now">The time, taken after the files were listed.</param>
    /// <returns>The span; null when it is not known, or the beginning is later than now.</returns>
    internal static PublishSpan? Until(DateTimeOffset now, long? start) =>
        FileStamp.Nanoseconds((now + s_difference).UtcDateTime) is var end && start <= end ? new(start.Value, end) : null;

    /// <summary>Whether a file was written in it. A copy may have its source's time of content, so any of its times will do.</summary>
    internal bool Has(PublishedFile file) => Has(file.LinkedAt)
        || (file.Stamp is { } stamp && (Has(stamp.Modified) || Has(stamp.Changed)));

    private bool Has(long time) => time >= Start && time <= End;
}
