using System.Text.Json.Nodes;
using System.Text.Json;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// An OCI layout directory. Other images in it stay; the entries of the same names and tags are replaced, last, by one rename.
/// Blobs of the cache are verified and hard-linked where the file system can, so that their bytes are stored once.
/// Others are copied, and verified in the same pass.
/// </summary>
/// <param name="directory">The layout, as a full path; it may hold other images.</param>
/// <param name="name">What the image is called in the layout.</param>
/// <param name="reporter">Is told what was there already, and which other images have the same tag.</param>
/// <param name="intact">Remembers blobs of layouts that were verified; null verifies them each time.</param>
/// <param name="cache">Its blobs, and no other files, get second names in the layout; null copies all.</param>
internal sealed class LayoutDestination(
    string directory, ImageName name, IReporter reporter, IntactFiles? intact = null, BlobStore? cache = null) : IImageDestination
{
    private const string Kind = "layout";
    private const string LockFile = ".index.json.lock";

    private static readonly TimeSpan s_lockPatience = TimeSpan.FromMinutes(2);

    private readonly IntactFiles _intact = intact ?? IntactFiles.Load(path: null);

    /// <inheritdoc/>
    public string Id => $"{Kind} {directory} {string.Join(' ', name.References)}";

    /// <inheritdoc/>
    public bool NeedsFiles => true;

    /// <inheritdoc/>
    public async Task<DestinationResult?> FindAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
            var index = Path.Combine(directory, Layout.Index);
            var old = RegularFile.IsThere(index) ? RegularFile.ReadAllBytes(index, OciJson.MaxDocumentSize) : null;
            if (old is null || !Names(old, images))
            {
                return null;
            }

            var blobs = ImageBlobs.Of(images);
            // The sizes first: what is missing is found without reading what is there.
            if (!blobs.All(blob => HasSize(PathOf(blob), blob.Descriptor)))
            {
                return null;
            }

            foreach (var blob in blobs)
            {
                if (!await IsIntactAsync(PathOf(blob), blob.Descriptor, cancellationToken))
                {
                    return null;
                }
            }

            _intact.Save();
            return new DestinationResult(Kind, [directory], 0, blobs.Sum(blob => blob.Descriptor.Size));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ContainerizeException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/>,
    /// <see cref="DiagnosticCode.DigestMismatch"/>, or <see cref="DiagnosticCode.InvalidDocument"/> when the layout that is there is
    /// damaged; what it names is unchanged.
    /// </exception>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null)
    {
        try
        {
            if (evidence is not null)
            {
                await AddBlobsAsync(evidence, cancellationToken);
            }

            var (written, avoided) = (0L, 0L);
            foreach (var blob in ImageBlobs.Of(images))
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

            await UpdateIndexAsync(images, evidence, cancellationToken);
            _intact.Save();
            reporter.Detail($"The layout '{directory}' had {avoided} of {written + avoided} bytes already.");
            ImageBlobs.TellForeign(images, $"The layout '{directory}'", reporter);
            return new DestinationResult(Kind, [directory], written, avoided);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }

    /// <inheritdoc/>
    public async Task AttachAsync(ImageSet images, Evidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            await AddBlobsAsync(evidence, cancellationToken);
            await UpdateIndexAsync(images, evidence, cancellationToken);
            _intact.Save();
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{directory}'");
        }
    }

    private async Task AddBlobsAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        foreach (var blob in LayoutEvidence.Blobs(evidence).DistinctBy(blob => blob.Descriptor.Digest))
        {
            await AddAsync(blob, cancellationToken);
        }
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
            using var file = AtomicFile.Create(path);
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

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        if (!HardLink.TryCreate(source.Path, path))
        {
            return false;
        }

        if (!OperatingSystem.IsWindows())
        {
            // Both names share one mode. In the store the directory keeps others out; in the layout they should be able to read.
            File.SetUnixFileMode(path, FileModes.Data);
        }

        // The store does not force its blobs to the disk, and the index must not name what a crash of the machine can lose.
        RegularFile.FlushToDisk(path);
        return true;
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

    private async Task UpdateIndexAsync(ImageSet images, Evidence? evidence, CancellationToken cancellationToken)
    {
        // Projects of one solution may write their images to one layout at the same time. The lock keeps each other's entries;
        // where a file system has no locks, the index is still whole.
        using (await FileLock.AcquireAsync(Path.Combine(directory, LockFile), s_lockPatience, cancellationToken))
        {
            var marker = Path.Combine(directory, Layout.Marker);
            if (!File.Exists(marker))
            {
                AtomicFile.Write(marker, Layout.MarkerContent);
            }

            var path = Path.Combine(directory, Layout.Index);
            var old = RegularFile.IsThere(path) ? RegularFile.ReadAllBytes(path, OciJson.MaxDocumentSize) : null;
            TellSameTags(old);
            var isNamed = old is not null && Names(old, images);
            IReadOnlyList<Descriptor> missing = evidence is null ? [] : LayoutEvidence.Missing(evidence, Entries(old));
            if (!isNamed || missing.Count > 0)
            {
                AtomicFile.Write(path, Merge(old, images, isNamed, missing), durable: true);
            }
        }
    }

    // Tools that know an image of a layout by its tag alone find one of them only.
    private void TellSameTags(byte[]? old)
    {
        var others = Entries(old).Where(entry => name.Tags.Contains(Annotation(entry, Layout.TagAnnotation)) && !IsReplaced(entry))
            .Select(entry => Annotation(entry, Layout.NameAnnotation)).OfType<string>().Distinct().ToList();
        if (others.Count > 0)
        {
            reporter.Message(
                $"The layout '{directory}' holds {string.Join(", ", others)} under the same tag. Both stay, each under its full name; "
                + $"tools that look for the tag alone find only one. Give each project a tag or a layout of its own to tell them apart.");
        }
    }

    /// <summary>The index with the image's entries and its evidence; entries and members of others stay as they are.</summary>
    private byte[] Merge(byte[]? old, ImageSet images, bool isNamed, IReadOnlyList<Descriptor> evidence)
    {
        if (old is null)
        {
            return IndexOf([.. LayoutIndex.Entries(images, name), .. evidence]);
        }

        // Read as a whole first: an index that cannot be understood is not written over.
        _ = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, old), Origin);
        var root = OciJson.ReadObject(old, Layout.Index, Origin);
        var all = isNamed ? Entries(old) : Entries(old).Where(entry => !IsReplaced(entry)).Concat(Entries(Own(images)));
        root["manifests"] = new JsonArray([.. all.Concat(Entries(IndexOf(evidence))).Select(entry => entry?.DeepClone())]);
        return OciJson.Write(root);
    }

    private byte[] Own(ImageSet images) => IndexOf([.. LayoutIndex.Entries(images, name)]);

    private static byte[] IndexOf(IReadOnlyList<Descriptor> entries) =>
        OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = entries });

    /// <summary>Whether an index has the image's entries, wherever they stand in it.</summary>
    private bool Names(byte[] index, ImageSet images)
    {
        _ = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, index), Origin);
        var (there, own) = (Entries(index).Where(IsReplaced).ToList(), Entries(Own(images)));
        return there.Count == own.Count && there.Zip(own, JsonNode.DeepEquals).All(isSame => isSame);
    }

    private string Origin => $"'{directory}'";

    // Projects of a solution share tags, and often a layout: what has the tag and another full name is another image.
    private bool IsReplaced(JsonNode? entry) => Annotation(entry, Layout.TagAnnotation) is { } tag && name.Tags.Contains(tag)
        && (Annotation(entry, Layout.NameAnnotation) is not { } fullName || name.FullReferences.Contains(fullName));

    private List<JsonNode?> Entries(byte[]? index) =>
        index is not null && OciJson.ReadObject(index, Layout.Index, Origin)["manifests"] is JsonArray entries ? [.. entries] : [];

    private static string? Annotation(JsonNode? entry, string annotation) =>
        entry?["annotations"]?[annotation] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}
