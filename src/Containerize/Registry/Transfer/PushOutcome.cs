namespace Containerize.Registry.Transfer;

/// <summary>How a blob came into a repository.</summary>
internal enum PushKind
{
    /// <summary>It was there.</summary>
    AlreadyThere,

    /// <summary>The registry linked it from another of its repositories.</summary>
    Mounted,

    /// <summary>It was uploaded.</summary>
    Uploaded,
}

/// <summary>What pushing a blob took.</summary>
/// <param name="Kind">How it came there.</param>
/// <param name="BytesSent">How many bytes of blobs were sent, repetitions included.</param>
internal readonly record struct PushOutcome(PushKind Kind, long BytesSent);
