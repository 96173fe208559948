using System.Text.Json.Nodes;
using System.Text.Json;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>
/// An OCI layout directory. Other images in it stay; the entries of the same tags are replaced, last, by one rename.
/// Blobs that are files already are verified and hard-linked where the file system can, so that their bytes are stored once.
/// Others are copied, and verified in the same pass.
/// </summary>
internal sealed class LayoutDestination : IImageDestination
{
    private const string LockFile = ".index.json.lock";

    private static readonly TimeSpan s_lockPatience = TimeSpan.FromMinutes(2);

    private readonly string _directory;
    private readonly ImageName _name;
    private readonly IReporter _reporter;

    /// <summary>Creates the destination.</summary>
    /// <param name="directory">The layout, as a full path; it may hold other images.</param>
    /// <param name="name">What the image is called in the layout.</param>
    /// <param name="reporter">Is told what was there already.</param>
    public LayoutDestination(string directory, ImageName name, IReporter reporter)
    {
        _directory = directory;
        _name = name;
        _reporter = reporter;
    }

    /// <inheritdoc/>
    public async Task<bool> HoldsAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
            var index = Path.Combine(_directory, Layout.Index);
            return File.Exists(index) && await File.ReadAllBytesAsync(index, cancellationToken) is var old && Merge(old, images).AsSpan().SequenceEqual(old)
                && ImageBlobs.Of(images).All(blob => new FileInfo(Path.Combine(_directory, Layout.PathOf(blob.Descriptor.Digest))) is { Exists: true } file && file.Length == blob.Descriptor.Size);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ContainerizeException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/>, <see cref="DiagnosticCode.DigestMismatch"/>,
    /// or <see cref="DiagnosticCode.InvalidDocument"/> when the layout that is there is damaged; what it names is unchanged.
    /// </exception>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
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

            await UpdateIndexAsync(images, cancellationToken);
            _reporter.Detail($"The layout '{_directory}' had {avoided} of {written + avoided} bytes already.");
            ImageBlobs.TellForeign(images, $"The layout '{Printable.Clean(_directory)}'", _reporter);
            return new DestinationResult("layout", [_directory], written, avoided);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The OCI layout '{Printable.Clean(_directory)}'");
        }
    }

    private async Task<bool> AddAsync(Blob blob, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_directory, Layout.PathOf(blob.Descriptor.Digest));
        if (await IsIntactAsync(path, blob.Descriptor, cancellationToken))
        {
            return false;
        }

        if (await TryLinkAsync(blob, path, cancellationToken))
        {
            return false;
        }

        using var file = AtomicFile.Create(path);
        await ImageBlobs.CopyAsync(blob, file.Stream, cancellationToken);
        file.Commit();
        return true;
    }

    private static async Task<bool> TryLinkAsync(Blob blob, string path, CancellationToken cancellationToken)
    {
        if (blob is not FileBlob { Offset: 0 } source || !await IsIntactAsync(source.Path, source.Descriptor, cancellationToken))
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

        return true;
    }

    // A damaged blob under a good name would stay for ever if its presence were enough.
    private static async Task<bool> IsIntactAsync(string path, Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is not { Exists: true, LinkTarget: null } file || file.Length != descriptor.Size)
        {
            return false;
        }

        try
        {
            await ImageBlobs.CopyAsync(new FileBlob(descriptor, path), Stream.Null, cancellationToken);
            return true;
        }
        catch (ContainerizeException)
        {
            return false;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return false;
        }
    }

    private async Task UpdateIndexAsync(ImageSet images, CancellationToken cancellationToken)
    {
        // Projects of one solution may write their images to one layout at the same time. The lock keeps each other's entries;
        // where a file system has no locks, the index is still whole.
        using (await FileLock.AcquireAsync(Path.Combine(_directory, LockFile), s_lockPatience, cancellationToken))
        {
            var marker = Path.Combine(_directory, Layout.Marker);
            if (!File.Exists(marker))
            {
                AtomicFile.Write(marker, Layout.MarkerContent);
            }

            var path = Path.Combine(_directory, Layout.Index);
            var old = File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellationToken) : null;
            AtomicFile.Write(path, Merge(old, images));
        }
    }

    /// <summary>The index with the image's entries; entries and members of others stay as they are.</summary>
    private byte[] Merge(byte[]? old, ImageSet images)
    {
        var ours = LayoutIndex.Entries(images, _name).ToList();
        if (old is null)
        {
            return OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = ours });
        }

        var origin = $"'{Printable.Clean(_directory)}'";
        // Read as a whole first: an index that cannot be understood is not written over.
        _ = OciJson.ReadIndex(old, origin);
        var root = OciJson.ReadObject(old, Layout.Index, origin);
        var written = OciJson.ReadObject(OciJson.Write(new ImageIndex { Manifests = ours }), Layout.Index, origin)["manifests"]!.AsArray();
        root["manifests"] = new JsonArray(
        [
            .. root["manifests"]!.AsArray().Where(entry => !_name.Tags.Contains(Annotation(entry, Layout.TagAnnotation))).Select(entry => entry?.DeepClone()),
            .. written.Select(entry => entry?.DeepClone()),
        ]);
        return OciJson.Write(root);

        static string? Annotation(JsonNode? entry, string name) => entry?["annotations"]?[name] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
    }
}
