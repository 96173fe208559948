using System.Runtime.InteropServices;

namespace Containerize.Files;

/// <summary>A second name for a file, so that its bytes are stored once. The framework has no call for it.</summary>
internal static partial class HardLink
{
    /// <summary>Gives a file a second name.</summary>
    /// <param name="path">The new name; it must not exist.</param>
    /// <returns>Whether it could be done: both must be on one file system, which must know links, and the file must be the
    /// user's.</returns>
    internal static bool TryCreate(string existing, string path)
    {
        // Following the last component of a link would give the name to a file that was not chosen.
        if (new FileInfo(existing).LinkTarget is not null)
        {
            return false;
        }

        return OperatingSystem.IsWindows() ? CreateHardLink(path, existing, 0) : Link(existing, path) == 0;
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string path);

    [LibraryImport("kernel32.dll", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string path, string existing, nint securityAttributes);
}
