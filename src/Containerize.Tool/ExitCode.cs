namespace Containerize.Tool;

/// <summary>What the command says to scripts.</summary>
internal static class ExitCode
{
    /// <summary>It worked; two images are equal, or a path was found.</summary>
    internal const int Success = 0;

    /// <summary>
    /// It worked, and found what a script may want to stop at: images differ, a rebuild gives another image, no layer has the path, a
    /// name has no digest, an instruction has no counterpart, other layers would spare bytes, or something does not work.
    /// </summary>
    internal const int Finding = 1;

    /// <summary>It was used wrongly, or failed; the reason is on standard error.</summary>
    internal const int Failure = 2;

    /// <summary>It was cancelled (Ctrl+C): 128 and the number of the signal, as shells have it.</summary>
    internal const int Cancelled = 130;
}
