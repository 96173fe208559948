using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;

namespace Containerize.Reports;

/// <summary>An image that has arrived: all that there is to say of it.</summary>
/// <param name="Built">The images of its platforms, as they were built.</param>
/// <param name="Images">The image, or the index with its images.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Destinations">Where it is now.</param>
internal sealed record PublishedImage(
    IReadOnlyList<BuiltImage> Built, ImageSet Images, ImageName Name, IReadOnlyList<DestinationResult> Destinations)
{
    /// <summary>The documents and signatures that went with it.</summary>
    internal Evidence Evidence { get; init; } = Evidence.None;

    /// <summary>Its debug image; null for none.</summary>
    internal PublishedImage? Debug { get; init; }

    /// <summary>The digest that names it.</summary>
    internal Digest Digest => Images.Root.Descriptor.Digest;

    /// <summary>The sum of its layers as they are stored, of all platforms, in bytes.</summary>
    internal long Size => Images.Images.SelectMany(image => image.Layers).Sum(layer => layer.Blob.Descriptor.Size);

    /// <summary>How many bytes went to registries.</summary>
    internal long BytesUploaded => Pushes.Sum(destination => destination.BytesWritten);

    /// <summary>How many bytes registries had already.</summary>
    internal long BytesSpared => Pushes.Sum(destination => destination.BytesAvoided);

    /// <summary>All its names, one per registry and tag.</summary>
    internal IReadOnlyList<string> References =>
        Pushes.Any() ? [.. Pushes.SelectMany(destination => destination.Locations).Distinct(StringComparer.Ordinal)] : Name.References;

    /// <summary>The name that always means this image: by its digest, where a registry has it.</summary>
    internal string Image =>
        Pushes.Any() && Name.Registry is { } registry ? $"{registry}/{Name.Repository}@{Digest}" : Name.References[0];

    private IEnumerable<DestinationResult> Pushes => Destinations.Where(destination => destination.IsRegistry);
}
