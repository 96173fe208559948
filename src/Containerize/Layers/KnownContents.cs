using System.Collections.Concurrent;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>
/// What one build has read of files, so that copies of them need no second digest: a copy is read, and compared by a checksum that is many
/// times as fast. A publish copies what packages bring; the layers that it fills are made of the packages before.
/// </summary>
internal sealed class KnownContents
{
    private readonly ConcurrentDictionary<(long Size, string Name), KnownContent> _files = new();

    /// <summary>What a file may be a copy of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Its size, in bytes.</param>
    /// <returns>The content, to be compared by its checksum; null when no file of that name and size was read.</returns>
    internal KnownContent? Find(string path, long size) =>
        _files.TryGetValue((size, Path.GetFileName(path)), out var known) ? known : null;

    /// <summary>Keeps what was read.</summary>
    internal void Add(string path, long size, UInt128 check, Digest digest) =>
        _files[(size, Path.GetFileName(path))] = new KnownContent(check, digest);
}

/// <summary>What a file contains.</summary>
/// <param name="Check">Tells whether a copy has the same bytes (XXH128).</param>
/// <param name="Digest">The digest of the bytes.</param>
internal readonly record struct KnownContent(UInt128 Check, Digest Digest);
