using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>A place that an image goes to.</summary>
internal interface IImageDestination
{
    /// <summary>Names the place, and the names that the image gets there: two destinations of one build never have the same one.</summary>
    string Id { get; }

    /// <summary>Whether the bytes of all layers have to be in files of this machine before the image is written.</summary>
    bool NeedsFiles { get; }

    /// <summary>
    /// Looks for this very image under these very names. It is asked once in a build: see <see cref="Delivery"/>, which uses destinations.
    /// </summary>
    /// <param name="images">The image, or the index with its images.</param>
    /// <returns>Where the image is, with nothing written; null when it is not there, or when that cannot be found out.</returns>
    Task<DestinationResult?> FindAsync(ImageSet images, CancellationToken cancellationToken);

    /// <summary>
    /// Writes the image without looking first whether it is there: its blobs, then what names them, so that an interruption leaves what was
    /// there before.
    /// </summary>
    /// <param name="images">The image, or the index with its images.</param>
    /// <param name="evidence">What is to be there before the image has its names; null for none.</param>
    /// <returns>Where the image is now.</returns>
    Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null);

    /// <summary>Brings evidence to an image that is there already. What is there of it is left as it is.</summary>
    /// <param name="images">The image, or the index with its images.</param>
    /// <param name="evidence">What tells of it.</param>
    Task AttachAsync(ImageSet images, Evidence evidence, CancellationToken cancellationToken);
}

/// <summary>Where an image went.</summary>
/// <param name="Kind">Which kind of place: <c>archive</c>, <c>layout</c>, <c>daemon</c>, <c>registry</c>.</param>
/// <param name="Locations">The file, directory or image references.</param>
/// <param name="BytesWritten">How many bytes of blobs were copied or sent.</param>
/// <param name="BytesAvoided">How many bytes of blobs were there already, were mounted or were linked.</param>
internal sealed record DestinationResult(string Kind, IReadOnlyList<string> Locations, long BytesWritten, long BytesAvoided)
{
    /// <summary>Whether the bytes went over a network.</summary>
    internal bool IsRegistry => Kind == RegistryDestination.Kind;
}

/// <summary>What an image is called in archives and layouts.</summary>
/// <param name="Registry">The registry the name begins with; null when the image goes to none.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Tags">The tags; at least one.</param>
internal sealed record ImageName(string? Registry, string Repository, IReadOnlyList<string> Tags)
{
    /// <summary>The full names, one per tag: <c>[registry/]repository:tag</c>.</summary>
    public IReadOnlyList<string> References => [.. Tags.Select(tag => $"{(Registry is null ? "" : Registry + "/")}{Repository}:{tag}")];

    /// <summary>The same names with the registry that Docker assumes when none is named. Other engines take names as they are.</summary>
    internal IReadOnlyList<string> FullReferences => [.. References.Select(reference => ImageReference.Parse(reference).ToString())];

    /// <summary>The same name with a registry, where it has none: one that engines would read as such.</summary>
    internal ImageName OrIn(string registry) => ImageReference.NamesRegistry(References[0])
        ? this
        : this with { Registry = Registry is null ? registry : $"{registry}/{Registry}" };

    /// <summary>Where the image will be found in a registry.</summary>
    public RepositoryReference In(string registry) => new(registry, Repository);
}
