using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Whether a cache is the user's alone to fill. Content is verified against names, but records say which names to use, so another user who
/// could write records would decide what goes into images. Single records are looked at when they are read. A group may write: on many
/// systems each user has one of his own.
/// </summary>
internal static class CacheTrust
{
    /// <summary>
    /// Why a cache must not be used, as a sentence without its end; null when it may. Windows has no modes; the profile is private there.
    /// </summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be looked at.</exception>
    internal static string? Objection(BlobStore store)
    {
        // The root itself may be a link: its target is what counts.
        var root = FileStatus.Of(store.Root, followLinks: true);
        return root.IsOthers ? "it belongs to another user"
            : root.IsOpenToOthers ? "every user can write there"
            : CacheFiles.Directories.Select(name => ObjectionTo(Path.Combine(store.Root, name)))
            .FirstOrDefault(objection => objection is not null);
    }

    private static string? ObjectionTo(string directory) => FileStatus.TryOf(directory, followLinks: false) switch
    {
        { Kind: FileKind.Link } => $"'{directory}' is a link",
        { IsOthers: true } => $"'{directory}' belongs to another user",
        { IsOpenToOthers: true } => $"every user can write in '{directory}'",
        _ => null,
    };
}
