using System.Text.Json.Nodes;
using System.Text.Json;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>
/// Adds blobs and entries to an OCI layout directory. What others put there stays. A blob is in the layout whole or not at all, and the
/// index is replaced by one rename.
/// </summary>
/// <param name="directory">The layout, as a full path.</param>
/// <param name="reporter">Is told which other images have the same tag.</param>
/// <param name="intact">Remembers blobs of layouts that were verified; null verifies them each time.</param>
/// <param name="cache">Its blobs, and no other files, get second names in the layout; null copies all.</param>
internal sealed class LayoutWriter(string directory, IReporter reporter, IntactFiles? intact = null, BlobStore? cache = null)
{
    private const string LockFile = ".index.json.lock";

    private static readonly TimeSpan s_lockPatience = TimeSpan.FromMinutes(2);

    private readonly IntactFiles _intact = intact ?? IntactFiles.Load(path: null);

    private string IndexPath => Path.Combine(directory, Layout.Index);

    private string MarkerPath => Path.Combine(directory, Layout.Marker);

    private string Origin => $"'{directory}'";

    /// <summary>Whether it is a layout whose index has these entries, wherever they stand in it, and no others of their names.</summary>
    /// <param name="named">The entries, each with a tag.</param>
    /// <exception cref="ContainerizeException">See <see cref="NameAsync"/>.</exception>
    internal bool Names(IReadOnlyList<Descriptor> named) => IsMarked() && ReadIndex() is { } index && Names(index, named);

    /// <summary>Whether the layout has a file for a blob, of its size.</summary>
    internal bool HasSize(Blob blob) => HasSize(PathOf(blob), blob.Descriptor);

    /// <summary>Whether the layout has a blob, whole.</summary>
    internal Task<bool> HasAsync(Blob blob, CancellationToken cancellationToken) =>
        IsIntactAsync(PathOf(blob), blob.Descriptor, cancellationToken);

    /// <summary>Brings blobs into the layout, one after the other.</summary>
    /// <returns>How many bytes were copied, and how many were there or were linked.</returns>
    internal async Task<(long Written, long Avoided)> AddAllAsync(IEnumerable<Blob> blobs, CancellationToken cancellationToken)
    {
        var (written, avoided) = (0L, 0L);
        foreach (var blob in blobs)
        {
            if (await AddAsync(blob, cancellationToken))
            {
                written += blob.Descriptor.Size;
            }
            else
            {
                avoided += blob.Descriptor.Size;
            }
        }

        return (written, avoided);
    }

    /// <summary>Names what was brought. An index that has all of it already is left as it is.</summary>
    /// <param name="named">Entries with a tag; they replace those of the same names.</param>
    /// <param name="others">Entries that are added where the index does not have their digests.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: the index that is there is damaged.
    /// <see cref="DiagnosticCode.InvalidArchive"/>: the layout is of another version.
    /// </exception>
    internal Task NameAsync(IReadOnlyList<Descriptor> named, IReadOnlyList<Descriptor> others, CancellationToken cancellationToken) =>
        NameLockedAsync(() => Task.FromResult((named, others)), cancellationToken);

    /// <summary>Names what was brought, as above, where that depends on what the layout has: others wait with changing it.</summary>
    /// <param name="entries">Finds the entries.</param>
    internal async Task NameLockedAsync(
        Func<Task<(IReadOnlyList<Descriptor> Named, IReadOnlyList<Descriptor> Others)>> entries, CancellationToken cancellationToken)
    {
        // Projects of one solution may write their images to one layout at the same time. The lock keeps each other's entries;
        // where a file system has no locks, the index is still whole.
        using (await FileLock.AcquireAsync(Path.Combine(directory, LockFile), s_lockPatience, cancellationToken))
        {
            if (!IsMarked())
            {
                AtomicFile.Write(MarkerPath, Layout.MarkerContent, durable: true);
            }

            var (named, others) = await entries();
            var old = ReadIndex();
            TellSameTags(old, named);
            var isNamed = old is not null && Names(old, named);
            var known = Entries(old).Select(entry => entry?["digest"]?.ToString()).ToHashSet(StringComparer.Ordinal);
            IReadOnlyList<Descriptor> missing = [.. others.Where(entry => !known.Contains(entry.Digest.ToString()))];
            if (!isNamed || missing.Count > 0)
            {
                AtomicFile.Write(IndexPath, Merge(old, named, isNamed, missing), durable: true);
            }
        }

        SaveMemory();
    }

    /// <summary>Keeps what is known of verified blobs for the next build.</summary>
    internal void SaveMemory() => _intact.Save();

    // A name alone says nothing: a crash of the machine may have taken the bytes.
    private bool IsMarked()
    {
        try
        {
            if (!RegularFile.IsThere(MarkerPath))
            {
                return false;
            }

            Layout.CheckMarker(RegularFile.ReadAllBytes(MarkerPath, OciJson.MaxDocumentSize), Origin);
            return true;
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return false;
        }
    }

    // Read as a whole first: an index that cannot be understood is neither compared nor written over.
    private byte[]? ReadIndex()
    {
        if (!RegularFile.IsThere(IndexPath))
        {
            return null;
        }

        var index = RegularFile.ReadAllBytes(IndexPath, OciJson.MaxDocumentSize);
        _ = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, index), Origin);
        return index;
    }

    private string PathOf(Blob blob) => Path.Combine(directory, Layout.PathOf(blob.Descriptor.Digest));

    private static bool HasSize(string path, Descriptor descriptor) =>
        new FileInfo(path) is { Exists: true, LinkTarget: null } file && file.Length == descriptor.Size;

    /// <summary>Brings a blob into the layout.</summary>
    /// <returns>Whether its bytes were copied; a blob that was there, or was linked, takes none.</returns>
    private async Task<bool> AddAsync(Blob blob, CancellationToken cancellationToken)
    {
        var path = PathOf(blob);
        if (await IsIntactAsync(path, blob.Descriptor, cancellationToken))
        {
            return false;
        }

        var isLinked = await TryLinkAsync(blob, path, cancellationToken);
        if (!isLinked)
        {
            using var file = AtomicFile.Create(path, isOurs: true);
            await ImageBlobs.CopyAsync(blob, file.Stream, cancellationToken);
            file.Commit(durable: true);
        }

        _intact.NoteWritten(path, blob.Descriptor.Digest);
        return !isLinked;
    }

    private async Task<bool> TryLinkAsync(Blob blob, string path, CancellationToken cancellationToken)
    {
        // A file of the user (a base layout, for example) would change with the layout, and get its mode.
        if (blob is not FileBlob { Offset: 0 } source || source.Path != cache?.PathOf(source.Descriptor.Digest)
            || !await IsIntactAsync(source.Path, source.Descriptor, cancellationToken))
        {
            return false;
        }

        try
        {
            // The name is given by a rename: another build may have brought the blob meanwhile, and named it.
            using var link = HardLink.TryCreate(source.Path, Directory.CreateDirectory(Path.GetDirectoryName(path)!).FullName);
            if (link is not null && !OperatingSystem.IsWindows())
            {
                // Both names share one mode. In the store the directory keeps others out; in the layout they should be able to read.
                File.SetUnixFileMode(link.Path, FileModes.Data);
                // The store does not force its blobs to the disk, and the index must not name what a crash of the machine can lose.
                RegularFile.FlushToDisk(link.Path);
                link.MoveTo(path);
                return true;
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Copying says what is wrong, if it fails too.
        }

        return false;
    }

    // A damaged blob under a good name would stay for ever if its presence were enough.
    private async Task<bool> IsIntactAsync(string path, Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (!HasSize(path, descriptor))
        {
            return false;
        }

        if (_intact.Knows(path, descriptor.Digest))
        {
            return true;
        }

        try
        {
            var stamp = IntactFiles.TryStamp(path);
            await ImageBlobs.CopyAsync(new FileBlob(descriptor, path), Stream.Null, cancellationToken);
            _intact.NoteRead(path, descriptor.Digest, stamp);
            return true;
        }
        catch (Exception failure) when (failure is ContainerizeException || FileFailure.IsOne(failure))
        {
            return false;
        }
    }

    // Tools that know an image of a layout by its tag alone find one of them only.
    private void TellSameTags(byte[]? old, IReadOnlyList<Descriptor> named)
    {
        var tags = named.Select(TagOf).ToHashSet(StringComparer.Ordinal);
        var others = Entries(old).Where(entry => tags.Contains(Annotation(entry, Layout.TagAnnotation)) && !IsReplaced(entry, named))
            .Select(entry => Annotation(entry, Layout.NameAnnotation)).OfType<string>().Distinct().ToList();
        if (others.Count > 0)
        {
            reporter.Message(
                $"The layout '{directory}' holds {string.Join(", ", others)} under the same tag. Both stay, each under its full name; "
                + $"tools that look for the tag alone find only one. Give each project a tag or a layout of its own to tell them apart.");
        }
    }

    /// <summary>The index with the new entries; entries and members of others stay as they are.</summary>
    private byte[] Merge(byte[]? old, IReadOnlyList<Descriptor> named, bool isNamed, IReadOnlyList<Descriptor> others)
    {
        if (old is null)
        {
            return IndexOf([.. named, .. others]);
        }

        var root = OciJson.ReadObject(old, Layout.Index, Origin);
        var all = isNamed ? Entries(old) : Entries(old).Where(entry => !IsReplaced(entry, named)).Concat(Entries(IndexOf(named)));
        root["manifests"] = new JsonArray([.. all.Concat(Entries(IndexOf(others))).Select(entry => entry?.DeepClone())]);
        return OciJson.Write(root);
    }

    private static byte[] IndexOf(IReadOnlyList<Descriptor> entries) =>
        OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = entries });

    private bool Names(byte[] index, IReadOnlyList<Descriptor> named)
    {
        var (there, own) = (Entries(index).Where(entry => IsReplaced(entry, named)).ToList(), Entries(IndexOf(named)));
        return there.Count == own.Count && there.Zip(own, JsonNode.DeepEquals).All(isSame => isSame);
    }

    // Projects of a solution share tags, and often a layout: what has the tag and another full name is another image.
    private static bool IsReplaced(JsonNode? entry, IReadOnlyList<Descriptor> named) =>
        Annotation(entry, Layout.TagAnnotation) is { } tag && named.Any(own => TagOf(own) == tag)
        && (Annotation(entry, Layout.NameAnnotation) is not { } fullName
            || named.Any(own => own.Annotations?.GetValueOrDefault(Layout.NameAnnotation) == fullName));

    private static string? TagOf(Descriptor entry) => entry.Annotations?.GetValueOrDefault(Layout.TagAnnotation);

    private List<JsonNode?> Entries(byte[]? index) =>
        index is not null && OciJson.ReadObject(index, Layout.Index, Origin)["manifests"] is JsonArray entries ? [.. entries] : [];

    private static string? Annotation(JsonNode? entry, string annotation) =>
        entry?["annotations"]?[annotation] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
