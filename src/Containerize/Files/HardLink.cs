using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Containerize.Files;

/// <summary>
/// A second name for a file, so that its bytes are stored once: a temporary one until <see cref="MoveTo"/>. The framework has no call for
/// it. There is none on Windows, where a file has one access list under all its names: it would go with a private file into any directory.
/// </summary>
internal sealed partial class HardLink : IDisposable
{
    // A file is locked under all its names, so a sweeper of temporary files finds this one held.
    private readonly SafeFileHandle _held;

    private HardLink(SafeFileHandle held, string path)
    {
        _held = held;
        Path = path;
    }

    /// <summary>The temporary name.</summary>
    internal string Path { get; }

    /// <summary>Gives a file a second name.</summary>
    /// <param name="directory">Where; it exists.</param>
    /// <returns>The name; null where it cannot be given: both must be on one file system, which must know links, and the file must be the
    /// user's.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    internal static HardLink? TryCreate(string existing, string directory)
    {
        // Following the last component of a link would give the name to a file that was not chosen.
        if (OperatingSystem.IsWindows() || new FileInfo(existing).LinkTarget is not null)
        {
            return null;
        }

        var held = RegularFile.OpenHandle(existing);
        var path = System.IO.Path.Combine(directory, AbandonedFiles.NewName());
        if (Link(existing, path) == 0)
        {
            return new(held, path);
        }

        held.Dispose();
        return null;
    }

    /// <summary>Makes a name of the directory the file's, whatever has it.</summary>
    /// <exception cref="IOException">A directory has it, or it cannot be given.</exception>
    internal void MoveTo(string path) => File.Move(Path, path, overwrite: true);

    /// <summary>Removes the temporary name.</summary>
    public void Dispose()
    {
        // Also after a move: between two names of one file it does nothing.
        File.Delete(Path);
        _held.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string path);
}
