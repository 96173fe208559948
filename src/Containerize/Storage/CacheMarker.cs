using System.Text;
using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// The file that says that a directory is a cache of Containerize. Without it nothing in a directory is removed, and a directory that holds
/// other files does not get it: it may be a home, or the cache of a CI system, that a setting names by mistake.
/// </summary>
/// <remarks>The first line is that of the Cache Directory Tagging Specification: backups leave out what is tagged.</remarks>
internal static class CacheMarker
{
    /// <summary>The file's name.</summary>
    internal const string FileName = "CACHEDIR.TAG";

    private const string Signature = "Signature: 8a477f597d28d172789f06886806bc55\n";

    private const string Ours =
        Signature + "# This directory is a cache of Containerize: anything in it may be removed at any time, and it is pruned.\n";

    private const int MaxSize = 4096;

    /// <summary>Whether a directory has the marker.</summary>
    internal static bool IsOn(string directory) => TryRead(directory)?.StartsWith(Ours, StringComparison.Ordinal) == true;

    /// <summary>
    /// Whether a directory has the marker of another program. A marker without a signature is damaged, as after a crash, and counts for
    /// nothing.
    /// </summary>
    internal static bool IsOthers(string directory) =>
        TryRead(directory)?.StartsWith(Signature, StringComparison.Ordinal) == true && !IsOn(directory);

    /// <summary>Why a directory must not become a cache, as a sentence without its end; null when it is one, or may become one.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be looked at.</exception>
    internal static string? Objection(string directory) =>
        IsOn(directory) || CacheFiles.HoldsNothingElse(directory)
            // Another build may have begun to fill it meanwhile; the marker comes first.
            || IsOn(directory)
            ? null
            : $"it holds files that are not Containerize's, and lacks the file {FileName} by which Containerize knows its caches";

    /// <summary>Makes sure that a directory is a cache, or may become one.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CacheUnusable"/>: it is something else.</exception>
    internal static void Require(BlobStore store)
    {
        if (Objection(store.Root) is { } objection)
        {
            throw new ContainerizeException(
                DiagnosticCode.CacheUnusable, $"'{store.Root}' is not a cache: {objection}. Nothing in it was changed. Check " +
                    $"ContainerizeCacheDirectory.");
        }
    }

    /// <summary>Marks a directory that may become a cache.</summary>
    internal static void Put(BlobStore store)
    {
        if (!IsOn(store.Root))
        {
            store.WriteFile(FileName, Encoding.UTF8.GetBytes(Ours));
        }
    }

    private static string? TryRead(string directory)
    {
        try
        {
            var path = Path.Combine(directory, FileName);
            return FileStatus.TryOf(path, followLinks: false) is { Kind: FileKind.File } ? RegularFile.ReadAllText(path, MaxSize) : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }
}
