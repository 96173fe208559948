using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>What a tag points to: one image, or an index of several.</summary>
/// <param name="Root">The manifest of the one image, or the index.</param>
/// <param name="Images">The images, in the order of the index.</param>
internal sealed record ImageSet(MemoryBlob Root, IReadOnlyList<Image> Images)
{
    /// <summary>A single image.</summary>
    public ImageSet(Image image)
        : this(image.Manifest, [image])
    {
    }

    /// <summary>Annotations of the descriptor that names the root, where a destination has one.</summary>
    public IReadOnlyDictionary<string, string> DescriptorAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the tag points to an index.</summary>
    public bool IsIndex => MediaTypes.IsIndex(Root.Descriptor.MediaType);

    /// <summary>Whether nothing stands between the root and its images: no index that another index names.</summary>
    public bool NamesEachImage => !IsIndex || OciJson.ReadIndex(Root.Document, $"{Root.Descriptor.Digest}").Manifests
        .Select(entry => entry.Digest).ToHashSet().IsSupersetOf(Images.Select(image => image.Manifest.Descriptor.Digest));

    /// <summary>
    /// The images under one root: a single one stands for itself, several get an index, which carries the annotations that they have in
    /// common.
    /// </summary>
    /// <param name="images">The images, at least one, in order of preference; all of one family of media types.</param>
    /// <param name="annotations">Annotations of the index.</param>
    /// <param name="descriptorAnnotations">Annotations of the descriptors: of each image in the index, or of the single image where a
    /// destination has one.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SamePlatform"/>: two images are for one platform, so that one of
    /// them could never be chosen.</exception>
    /// <remarks>OCI image specification, <i>image-index.md</i>.</remarks>
    public static ImageSet Of(
        IReadOnlyList<Image> images,
        IReadOnlyDictionary<string, string>? annotations = null,
        IReadOnlyDictionary<string, string>? descriptorAnnotations = null)
    {
        if (images is [var only])
        {
            return new ImageSet(only) { DescriptorAnnotations = descriptorAnnotations ?? new Dictionary<string, string>() };
        }

        if (images.GroupBy(image => image.Config.Platform.ToString() + image.Config.Platform.OsVersion)
            .FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            throw new ContainerizeException(
                DiagnosticCode.SamePlatform,
                $"{same.Count()} of the images are for {same.First().Config.Platform}, so all but one of them could never be chosen. " +
                $"Name each platform once in ContainerRuntimeIdentifiers; linux-x64 and linux-musl-x64, for example, are the same one.");
        }

        var isDocker = images.All(image => image.Manifest.Descriptor.MediaType == MediaTypes.DockerManifest);
        var mediaType = isDocker ? MediaTypes.DockerIndex : MediaTypes.OciIndex;
        var shared = CommonAnnotations(images);
        foreach (var (name, value) in annotations ?? new Dictionary<string, string>())
        {
            shared[name] = value;
        }

        var index = new ImageIndex
        {
            MediaType = mediaType,
            Manifests = [.. images.Select(
                image => image.Manifest.Descriptor with { Platform = image.Config.Platform, Annotations = isDocker
                    || descriptorAnnotations is not { Count: > 0 } ? null : descriptorAnnotations })],
            // Docker's manifest list has no annotations.
            Annotations = isDocker || shared.Count == 0 ? null : shared,
        };
        return new ImageSet(new MemoryBlob(mediaType, OciJson.Write(index)), images);
    }

    /// <summary>The annotations that all images have, with the same values.</summary>
    internal static SortedList<string, string> CommonAnnotations(IReadOnlyList<Image> images)
    {
        var first = images[0].Document.Annotations ?? new Dictionary<string, string>();
        return new(
            first.Where(
                annotation =>
                    images.All(image => image.Document.Annotations?.GetValueOrDefault(annotation.Key) == annotation.Value)).ToDictionary(),
            StringComparer.Ordinal);
    }
}
