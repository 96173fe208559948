using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>Finds an image in an OCI layout: index.json, nested indexes, manifest, config; each document is verified.</summary>
internal static class LayoutReader
{
    private const int MaxDepth = 5;

    /// <summary>Opens the image.</summary>
    /// <param name="files">The layout's files.</param>
    /// <param name="tag">The tag or name to look for; null for the only image.</param>
    /// <param name="platform">The wanted platform.</param>
    /// <returns>The image, and what the layout calls it.</returns>
    internal static async Task<(Image Image, string? Name)> OpenAsync(
        ImageFiles files, string? tag, Platform platform, CancellationToken cancellationToken)
    {
        var entry = await PickAsync(files, await ReadIndexAsync(files, cancellationToken), tag, platform, cancellationToken);
        var image = await ResolveAsync(files, entry, platform, cancellationToken);
        PlatformSelector.Check(image.Config, platform, files.Origin);
        return (image, Layout.NamesOf(entry).FirstOrDefault());
    }

    /// <summary>What the images of a layout are called, in the order of its index; each name once.</summary>
    internal static async Task<IReadOnlyList<string>> NamesAsync(ImageFiles files, CancellationToken cancellationToken) =>
    [
        .. PlatformSelector.Offers(await ReadIndexAsync(files, cancellationToken))
            .Select(entry => Layout.NamesOf(entry).FirstOrDefault()).OfType<string>().Distinct(StringComparer.Ordinal),
    ];

    private static async Task<ImageIndex> ReadIndexAsync(ImageFiles files, CancellationToken cancellationToken)
    {
        var json = await files.ReadAsync(Layout.Index, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.InvalidArchive,
                $"{files.Origin} is no OCI layout: it has no {Layout.Index}." + (files.Find(DockerArchiveManifest.Name) is null
                    ? $""
                    : $" It was written by 'docker save'; write docker-archive: before its path."));
        if (await files.ReadAsync(Layout.Marker, cancellationToken) is { } marker)
        {
            Layout.CheckMarker(marker, files.Origin);
        }

        return OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, json), files.Origin);
    }

    private static async Task<Descriptor> PickAsync(
        ImageFiles files, ImageIndex index, string? tag, Platform platform, CancellationToken cancellationToken)
    {
        var origin = files.Origin;
        // Signatures in the older form are entries with a tag, as images are.
        var entries = PlatformSelector.Offers(index)
            .Where(entry => tag is not null || !Layout.NamesOf(entry).Any(EvidenceTag.IsOne)).ToList();
        if (entries.Count == 0)
        {
            throw new ContainerizeException(DiagnosticCode.BaseImageNotFound, $"{origin} holds no image.");
        }

        IReadOnlyList<Descriptor> fitting = tag is null ? entries : NamePicker.Pick(entries, Layout.NamesOf, tag, origin);
        fitting = await OneImageAsync(files, fitting, cancellationToken);
        if (fitting.Count == 1)
        {
            return fitting[0];
        }

        return await PlatformSelector.SelectAsync(
            index with { Manifests = [.. fitting] }, platform, origin, _ => Task.FromResult<Platform?>(null));
    }

    /// <summary>
    /// The entries of a layout that are one image. Several that have one name, or none, and each another platform, are an index that the
    /// layout does not name.
    /// </summary>
    /// <param name="fitting">The entries that the user may mean, at least one.</param>
    /// <returns>One entry, or several that name their platforms; what BuildKit notes beside them is among these.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.BaseImageNotFound"/>: they are several images.</exception>
    internal static async Task<IReadOnlyList<Descriptor>> OneImageAsync(
        ImageFiles files, IReadOnlyList<Descriptor> fitting, CancellationToken cancellationToken)
    {
        IReadOnlyList<Descriptor> entries = [.. fitting.DistinctBy(entry => entry.Digest)];
        if (entries.Count == 1)
        {
            return [fitting[0]];
        }

        var names = fitting.Select(entry => Layout.NamesOf(entry).FirstOrDefault()).Distinct().ToList();
        if (names.Count > 1)
        {
            throw NamePicker.Ambiguous(names.OfType<string>(), files.Origin);
        }

        // Images of one platform, or indexes, that the layout does not tell apart have nothing to do with one another.
        var named = await PlatformSelector.NameAsync(entries, entry => PlatformOfAsync(files, entry, cancellationToken));
        entries = [.. named.Where(entry => entry.Platform is not null || MediaTypes.IsIndex(entry.MediaType))];
        var platforms = entries.Where(entry => entry.Platform is not { Os: "unknown" })
            .Select(entry => entry.Platform is { } platform ? platform + " " + platform.OsVersion : null).ToList();
        return platforms.Count > 0 && !platforms.Contains(null) && platforms.Distinct().Count() == platforms.Count
            ? entries : throw NamePicker.Ambiguous(names.OfType<string>(), files.Origin);
    }

    // Artifacts stand in indexes as images do.
    private static async Task<Platform?> PlatformOfAsync(ImageFiles files, Descriptor descriptor, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = OciJson.ReadManifest(await files.ReadAsync(descriptor, cancellationToken), files.Origin);
            return ImageConfig.Read(await files.ReadAsync(manifest.Config, cancellationToken), files.Origin).Platform;
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return null;
        }
    }

    private static async Task<Image> ResolveAsync(
        ImageFiles files, Descriptor descriptor, Platform platform, CancellationToken cancellationToken)
    {
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            var document = await files.ReadAsync(descriptor, cancellationToken);
            if (!MediaTypes.IsIndex(descriptor.MediaType))
            {
                return await ReadImageAsync(files, document, cancellationToken);
            }

            var index = OciJson.ReadIndex(document, files.Origin);
            CheckMediaType(index.MediaType, descriptor, files.Origin);
            descriptor = await PlatformSelector.SelectAsync(
                index, platform, files.Origin, entry => PlatformOfAsync(files, entry, cancellationToken));
        }

        throw new ContainerizeException(
            DiagnosticCode.InvalidDocument, $"The indexes of {files.Origin} are nested more than {MaxDepth} deep; no image needs that.");
    }

    private static async Task<Image> ReadImageAsync(ImageFiles files, RawDocument document, CancellationToken cancellationToken)
    {
        var manifest = OciJson.ReadManifest(document, files.Origin);
        CheckMediaType(manifest.MediaType, document.Descriptor, files.Origin);
        var config = await files.ReadAsync(manifest.Config, cancellationToken);
        return Image.Read(new MemoryBlob(document), config.Content, files.OpenBlob, files.Origin);
    }

    // A document that is read as one type here and as another elsewhere would be two images of one digest.
    private static void CheckMediaType(string? own, Descriptor descriptor, string origin)
    {
        if (own is not null && own != descriptor.MediaType)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"A document of {origin} ({descriptor.Digest}) calls itself '{own}', and what names it calls it '{descriptor.MediaType}'.");
        }
    }
}
