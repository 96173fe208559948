namespace Containerize.Http;

/// <summary>A body whose sending is watched: it tells when bytes move, and whether a failure was this side's.</summary>
internal abstract class MeteredContent : HttpContent
{
    /// <summary>Restarted while bytes move.</summary>
    internal IdleTimer? Idle { get; set; }

    /// <summary>What went wrong on this side: the source of the bytes, not the server.</summary>
    internal Exception? SourceFailure { get; private protected set; }
}
