using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Verification;

/// <summary>The image that is verified, found where it is. A tag is resolved once, so that all that is said is said of one image.</summary>
internal sealed class VerifiedImage
{
    private readonly IImageSource _source;

    private VerifiedImage(string name, BaseImageReference place, IImageSource source)
    {
        (Name, Place, _source) = (name, place, source);
    }

    /// <summary>What it is called.</summary>
    internal string Name { get; }

    /// <summary>Where it is; in a registry by digest.</summary>
    internal BaseImageReference Place { get; }

    /// <summary>The digest that its name leads to in a registry: of an index, or of the image; null elsewhere.</summary>
    internal Digest? Root => (Place as RegistryReference)?.Image.Digest;

    /// <summary>Whether its place keeps manifests. Engines and their archives do not: their images are known by the config alone.</summary>
    internal bool HasManifest => Place is not (EngineReference or DockerArchiveReference);

    /// <summary>Finds it. Of an image in a registry, the tag is resolved; nothing else is read yet.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="registries">Talks to registries.</param>
    /// <param name="cache">Takes its documents.</param>
    /// <param name="engineDirectory">Where an image is kept that an engine saved, a full path.</param>
    /// <param name="environment">Reads environment variables.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.VerifiedImageNotFound"/>, or what the registry client
    /// throws.</exception>
    internal static async Task<VerifiedImage> FindAsync(
        BaseImageReference place,
        string name,
        RegistryClient registries,
        BlobStore cache,
        string engineDirectory,
        Func<string, string?> environment,
        CancellationToken cancellationToken)
    {
        if (place is RegistryReference { Image: { Digest: null } image })
        {
            place = await registries.TryResolveAsync(image.Repository, image.Target, cancellationToken) is { } found
                ? new RegistryReference(image with { Digest = found.Digest })
                : throw new ContainerizeException(
                    DiagnosticCode.VerifiedImageNotFound,
                    $"The image {name}, which is to be verified, does not exist. Push it first, name another one with "
                    + $"ContainerizeVerifyImage, or log in: some registries hide what an account may not see.");
        }

        return new(name, place, place.Open(new BaseContext
        {
            Registries = registries,
            Tags = null,
            Cache = cache,
            Saved = new SavedImages(engineDirectory),
            Environment = environment,
            Packages = suite => throw new ContainerizeException(
                DiagnosticCode.InvalidReference,
                $"'{DebianReference.Prefix}{suite}' names a base image for a build, not an image that could be verified."),
        }));
    }

    /// <summary>Opens the image for a platform. Only its documents are read.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.VerifiedImageNotFound"/>: it has no image for the platform, or
    /// is gone; or what its source throws.</exception>
    internal async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            return await _source.OpenAsync(platform, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.PlatformNotFound)
        {
            throw new ContainerizeException(
                DiagnosticCode.VerifiedImageNotFound,
                $"The image {Name} has no image for {platform}, which the project builds, so that nothing can be compared. Verify with the "
                + $"runtime identifiers that it was built with (ContainerRuntimeIdentifier, ContainerRuntimeIdentifiers).",
                failure);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.BaseImageNotFound)
        {
            throw new ContainerizeException(
                DiagnosticCode.VerifiedImageNotFound, $"The image {Name}, which is to be verified: {failure.Message}", failure);
        }
    }
}

/// <summary>What an image says of its base.</summary>
/// <param name="Name">What the build called it; null when the image does not say it.</param>
/// <param name="Digest">The digest of its manifest; null when the image does not say it.</param>
/// <remarks>OCI image specification, <i>annotations.md</i>.</remarks>
internal sealed record ImageBase(string? Name, Digest? Digest)
{
    private const string NameKey = "org.opencontainers.image.base.name";
    private const string DigestKey = "org.opencontainers.image.base.digest";

    /// <summary>Reads it from the annotations or, in a form that has none, from the labels.</summary>
    internal static ImageBase Of(Image image)
    {
        var annotations = image.Document.Annotations;
        var said = annotations?.ContainsKey(DigestKey) == true ? annotations : image.Config.Labels;
        return new(
            said.GetValueOrDefault(NameKey),
            Digest.TryParse(said.GetValueOrDefault(DigestKey) ?? "", out var digest) ? digest : null);
    }
}
