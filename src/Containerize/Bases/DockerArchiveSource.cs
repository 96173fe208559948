using System.Security.Cryptography;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>
/// A base image in an archive of <c>docker save</c>, plain or gzipped, of the old form or the new one that is an OCI layout too.
/// Such an archive has no manifest in the registry's sense; one is made for it.
/// </summary>
internal sealed class DockerArchiveSource : IImageSource
{
    private const int HashBuffer = 128 * 1024;

    private readonly string _file;
    private readonly string? _tag;
    private readonly BlobStore _store;

    /// <summary>Creates the source.</summary>
    /// <param name="file">The archive, as a full path.</param>
    /// <param name="tag">The tag or name of the image; null for the only one.</param>
    /// <param name="store">Takes the files of a gzipped archive; a plain one is used in place.</param>
    public DockerArchiveSource(string file, string? tag, BlobStore store)
    {
        _file = file;
        _tag = tag;
        _store = store;
    }

    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var files = await ArchiveFiles.OpenAsync(_file, _store, cancellationToken);
        var json = await files.ReadAsync(DockerArchiveManifest.Name, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.InvalidArchive,
                $"{files.Origin} is no archive of 'docker save': it has no {DockerArchiveManifest.Name}." +
                $"{(files.Find(Layout.Index) is null ? "" : " It is an OCI archive; write oci-archive: before its path.")}");
        var entries = DockerArchiveManifest.Read(json, files.Origin);
        if (entries.Count == 0)
        {
            throw new ContainerizeException(DiagnosticCode.BaseImageNotFound, $"{files.Origin} holds no image.");
        }

        var fitting = _tag is null ? entries : NamePicker.Pick(entries, entry => entry.RepoTags, _tag, files.Origin);
        var images = await ReadConfigsAsync(files, fitting, cancellationToken);
        ContainerizeException? layout = null;
        if (!images.Exists(image => platform.Accepts(image.Config.Platform)))
        {
            try
            {
                return await OpenInLayoutAsync(files, platform, cancellationToken);
            }
            catch (ContainerizeException failure) when (failure.Code is DiagnosticCode.InvalidArchive or DiagnosticCode.BaseImageNotFound
                or DiagnosticCode.PlatformNotFound or DiagnosticCode.InvalidDocument or DiagnosticCode.DigestMismatch)
            {
                // It is no layout, lacks that image, or has it damaged: what is in the list tells more.
                layout = failure;
            }
        }

        var (entry, config) = Pick(files, images, platform);
        Check(config, platform, files.Origin, layout);
        var image = Image.Create(
            ImageFormat.Oci, config, await ReadLayersAsync(files, entry, config, cancellationToken), new Dictionary<string, string>());
        // Of several names, the one that was asked for.
        var names = _tag is null ? entry.RepoTags : NamePicker.Pick(entry.RepoTags, own => [own], _tag, files.Origin);
        return ImageFiles.Named(image, "docker-archive", _file, _tag, names is [var name, ..] ? name : null);
    }

    private static void Check(ImageConfig config, Platform platform, string origin, ContainerizeException? layout)
    {
        try
        {
            PlatformSelector.Check(config, platform, origin);
        }
        catch (ContainerizeException missing) when (layout?.Code is DiagnosticCode.InvalidDocument or DiagnosticCode.DigestMismatch)
        {
            throw new ContainerizeException(missing.Code, $"{(Message)missing.Message} {(Message)layout.Message}", layout);
        }
    }

    // Docker with containerd's image store lists the image of its own platform; those of others are in the layout that the archive is, too,
    // which also lists what is not there.
    private async Task<BaseImage> OpenInLayoutAsync(ImageFiles files, Platform platform, CancellationToken cancellationToken)
    {
        var (image, name) = await LayoutReader.OpenAsync(files, _tag, platform, cancellationToken);
        return ImageFiles.Named(image, "docker-archive", _file, _tag, name);
    }

    private static async Task<List<(DockerArchiveManifest Entry, ImageConfig Config)>> ReadConfigsAsync(
        ImageFiles files, IReadOnlyList<DockerArchiveManifest> entries, CancellationToken cancellationToken)
    {
        var images = new List<(DockerArchiveManifest Entry, ImageConfig Config)>();
        foreach (var entry in entries.DistinctBy(entry => entry.Config))
        {
            images.Add((entry, await ReadConfigAsync(files, entry, cancellationToken)));
        }

        return images;
    }

    private static (DockerArchiveManifest Entry, ImageConfig Config) Pick(
        ImageFiles files, List<(DockerArchiveManifest Entry, ImageConfig Config)> images, Platform platform)
    {
        if (images.Count == 1)
        {
            return images[0];
        }

        // Images of several platforms under one name, or images that have nothing to do with one another.
        var fitting = images.Where(image => platform.Accepts(image.Config.Platform))
            .OrderByDescending(image => platform.Suits(image.Config.Platform)).ToList();
        var names = images.SelectMany(image => image.Entry.RepoTags).Distinct().ToList();
        var samePlatform = images.Select(image => image.Config.Platform.ToString()).Distinct().Count() < images.Count;
        return fitting.Count > 0 && !samePlatform
            && images.All(image => image.Entry.RepoTags.Count is 0 || image.Entry.RepoTags.Count == names.Count)
            ? fitting[0]
            : throw NamePicker.Ambiguous(names, files.Origin);
    }

    private static async Task<ImageConfig> ReadConfigAsync(
        ImageFiles files, DockerArchiveManifest entry, CancellationToken cancellationToken)
    {
        var json = await files.ReadAsync(entry.Config, cancellationToken)
            ?? throw files.Damaged($"the config '{Printable.Clean(entry.Config)}' is missing");
        // The file is named after its digest, which is the image's ID.
        return ImageConfig.Read(
            DigestIn(entry.Config) is { } digest
                ? RawDocument.Verify(
                    new Descriptor { MediaType = MediaTypes.OciConfig, Digest = digest, Size = json.Length }, json, files.Origin)
                : RawDocument.Of(MediaTypes.OciConfig, json),
            files.Origin);
    }

    private static async Task<IReadOnlyList<Layer>> ReadLayersAsync(
        ImageFiles files, DockerArchiveManifest entry, ImageConfig config, CancellationToken cancellationToken)
    {
        var diffIds = config.DiffIds;
        if (diffIds.Count != entry.Layers.Count)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"{files.Origin} is no image that can be built upon: its manifest has {entry.Layers.Count} layers, its config " +
                $"{diffIds.Count}.");
        }

        var layers = new List<Layer>();
        foreach (var (name, diffId) in entry.Layers.Zip(diffIds))
        {
            var part = files.Find(name) ?? throw files.Damaged($"the layer '{Printable.Clean(name)}' is missing");
            layers.Add(new Layer(await ReadLayerAsync(part, name, diffId, cancellationToken), diffId));
        }

        return layers;
    }

    private static async Task<FileBlob> ReadLayerAsync(FilePart part, string name, Digest diffId, CancellationToken cancellationToken)
    {
        var file = RegularFile.OpenRead(part.Path, FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            file.Position = part.Offset;
            var start = new byte[Math.Min(CompressionMark.Length, part.Length)];
            await file.ReadExactlyAsync(start, cancellationToken);
            var encoding = LayerTar.Detect(start) ?? throw new ContainerizeException(
                DiagnosticCode.InvalidArchive,
                $"The layer '{name}' of '{part.Path}' is compressed in a way that images do not have. "
                + "Save the image again with a current tool.");
            // A layer that is not compressed is named by the config already. Either way its reader verifies the bytes.
            var digest = encoding.Compression == LayerCompression.None
                ? diffId
                : DigestIn(name) ?? await HashAsync(file, part, cancellationToken);
            return new FileBlob(
                new Descriptor { MediaType = encoding.MediaType, Digest = digest, Size = part.Length }, part.Path, part.Offset);
        }
    }

    private static async Task<Digest> HashAsync(FileStream file, FilePart part, CancellationToken cancellationToken)
    {
        file.Position = part.Offset;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HashBuffer];
        for (var left = part.Length; left > 0;)
        {
            var count = (int)Math.Min(left, buffer.Length);
            await file.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken);
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        return Digest.FromSha256(hash.GetHashAndReset());
    }

    /// <summary>The digest that a file is named after: <c>blobs/sha256/HEX</c> or <c>HEX.json</c>.</summary>
    private static Digest? DigestIn(string name)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        var isNamed = name.StartsWith("blobs/sha256/", StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal);
        return isNamed && Digest.TryParse(
            "sha256:" + (file.EndsWith(".json", StringComparison.Ordinal) ? file[..^5] : file), out var digest) ? digest : null;
    }
}
