namespace Containerize.Files;

/// <summary>The permissions that files and directories are given, in images and on this machine.</summary>
internal static class FileModes
{
    /// <summary><c>rw-r--r--</c></summary>
    internal const UnixFileMode Data = (UnixFileMode)0b110_100_100;

    /// <summary><c>rwxr-xr-x</c>, for programs and directories.</summary>
    internal const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <summary><c>rwxrwxrwx</c>, which links have; no system asks for it.</summary>
    internal const UnixFileMode Link = (UnixFileMode)0b111_111_111;

    /// <summary><c>rw-------</c></summary>
    internal const UnixFileMode PrivateData = (UnixFileMode)0b110_000_000;

    /// <summary><c>rwx------</c></summary>
    internal const UnixFileMode PrivateDirectory = (UnixFileMode)0b111_000_000;

    /// <summary>The bits that make a file a program, for any user.</summary>
    internal const UnixFileMode AnyExecute = (UnixFileMode)0b001_001_001;
}
