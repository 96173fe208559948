using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Whether a cache is the user's alone to fill. Content is verified against names, but records say which names to use, so whoever can write
/// records decides what goes into images. A group may write: on many systems each user has one of his own.
/// </summary>
internal static class CacheTrust
{
    // Where content and records lie, and the temporary files that become content.
    private static readonly string[] s_directories = ["blobs", Path.Combine("blobs", "sha256"), "layers", "trees", "choices", "verified", Path.Combine("verified", "sha256"), "tags", "pushed", "tmp"];

    /// <summary>Why a cache must not be used.</summary>
    /// <param name="store">The cache.</param>
    /// <returns>The reason, as a sentence without its end; null when there is none. Windows has no modes; the profile is private there.</returns>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be looked at.</exception>
    public static string? Objection(BlobStore store)
    {
        if (DirectoryOwner.IsOther(store.Root))
        {
            return "it belongs to another user";
        }

        // The root itself may be a link: its target is what counts, and was looked at.
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(store.Root).HasFlag(UnixFileMode.OtherWrite))
        {
            return "every user can write there";
        }

        return s_directories.Select(name => ObjectionTo(new DirectoryInfo(Path.Combine(store.Root, name)))).FirstOrDefault(objection => objection is not null);
    }

    private static string? ObjectionTo(DirectoryInfo directory) =>
        directory.LinkTarget is not null ? $"'{Printable.Clean(directory.FullName)}' is a link"
        : directory.Exists && DirectoryOwner.IsOther(directory.FullName) ? $"'{Printable.Clean(directory.FullName)}' belongs to another user"
        : null;
}
