using System.Runtime.InteropServices;

namespace Containerize.Files;

/// <summary>Tells whose a directory is. The framework has no call for it.</summary>
internal static partial class DirectoryOwner
{
    private const int CurrentDirectory = -100;
    private const uint OwnerField = 8;

    /// <summary>Whether a directory is another user's, who could put there what he likes. Links are followed: it is their target that counts.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>Whether it is; false where the system does not say (all but Linux).</returns>
    public static bool IsOther(string path) =>
        OperatingSystem.IsLinux() && Statx(CurrentDirectory, path, 0, OwnerField, out var status) == 0 && status.Owner != EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();

    /// <summary><c>struct statx</c>, which is the same on all architectures.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint Owner;
    }
}
