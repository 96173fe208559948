using Containerize.Files;

namespace Containerize.Inputs;

/// <summary>
/// Which files' execute bits say something. Where all files have one, the file system gives it (as those of Windows do in Linux), and it
/// says nothing: such files would have other modes on each machine. Each file system counts by itself.
/// </summary>
internal sealed class ExecuteBits
{
    // Where mounts are not told apart, all are one.
    private readonly HashSet<ulong> _withoutBit = [];

    /// <summary>What the files of a directory tell, without those below it.</summary>
    /// <param name="directory">The directory; one that cannot be read tells nothing.</param>
    internal static ExecuteBits Of(string directory)
    {
        var bits = new ExecuteBits();
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory))
            {
                if (FileStatus.TryOf(file, followLinks: false) is { Kind: FileKind.File } status)
                {
                    bits.See(status);
                }
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The files that are asked for tell by themselves.
        }

        return bits;
    }

    /// <summary>Learns from a file.</summary>
    internal void See(FileStatus file)
    {
        if (!ExecuteBit.IsIn(file.Mode))
        {
            _withoutBit.Add(file.Mount ?? 0);
        }
    }

    /// <summary>Whether a file has an execute bit that says something. All files that are asked for have to be seen before.</summary>
    internal bool IsIn(FileStatus file) => ExecuteBit.IsIn(file.Mode) && _withoutBit.Contains(file.Mount ?? 0);
}
