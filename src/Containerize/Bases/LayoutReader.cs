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
        var json = await files.ReadAsync(Layout.Index, cancellationToken)
            ?? throw new ContainerizeException(DiagnosticCode.InvalidArchive, $"{files.Origin} is no OCI layout: it has no {Layout.Index}.{(files.Find(DockerArchiveManifest.Name) is null ? "" : " It was written by 'docker save'; write docker-archive: before its path.")}");
        if (await files.ReadAsync(Layout.Marker, cancellationToken) is { } marker)
        {
            Layout.CheckMarker(marker, files.Origin);
        }

        var entry = Pick(OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, json), files.Origin), tag, platform, files.Origin);
        var image = await ResolveAsync(files, entry, platform, cancellationToken);
        PlatformSelector.Check(image.Config, platform, files.Origin);
        return (image, Layout.NamesOf(entry).FirstOrDefault());
    }

    private static Descriptor Pick(ImageIndex index, string? tag, Platform platform, string origin)
    {
        var entries = index.Manifests.Where(entry => MediaTypes.IsManifest(entry.MediaType) || MediaTypes.IsIndex(entry.MediaType))
            .ToList();
        if (entries.Count == 0)
        {
            throw new ContainerizeException(DiagnosticCode.BaseImageNotFound, $"{origin} holds no image.");
        }

        var fitting = tag is null ? entries : NamePicker.Pick(entries, Layout.NamesOf, tag, origin);
        if (fitting.Select(entry => entry.Digest).Distinct().Count() == 1)
        {
            return fitting[0];
        }

        // One name, or none, for several images: they are one image for several platforms.
        var names = fitting.Select(entry => Layout.NamesOf(entry).FirstOrDefault()).Distinct().ToList();
        return names.Count == 1 && fitting.All(entry => entry.Platform is not null)
            ? PlatformSelector.Select(index with { Manifests = [.. fitting] }, platform, origin)
            : throw NamePicker.Ambiguous(names.OfType<string>(), origin);
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
            descriptor = PlatformSelector.Select(index, platform, files.Origin);
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
