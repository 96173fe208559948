using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>What sources of base images need of a build.</summary>
internal sealed record BaseContext
{
    /// <summary>Talks to registries.</summary>
    internal required RegistryClient Registries { get; init; }

    /// <summary>Finds out what tags mean; null asks their registries each time, and is for images that are no bases.</summary>
    internal required BaseTags? Tags { get; init; }

    /// <summary>Keeps what is fetched or unpacked.</summary>
    internal required BlobStore Cache { get; init; }

    /// <summary>Keeps images that an engine saved: one object for a whole command.</summary>
    internal required SavedImages Saved { get; init; }

    /// <summary>Reads environment variables.</summary>
    internal required Func<string, string?> Environment { get; init; }

    /// <summary>Makes the source of a base of packages, by its suite: packages are a room above this one.</summary>
    internal required Func<string, IImageSource> Packages { get; init; }

    /// <summary>Makes sure that a base in a registry is signed; null where the project demands no signature.</summary>
    internal SignatureCheck? Verify { get; init; }

    /// <summary>
    /// Whether the layers of a base in a registry are needed in any case, and may be fetched while other layers are written.
    /// </summary>
    internal bool Prefetch { get; init; }
}

/// <summary>Makes sure that a base is signed by whom the project trusts: that is a room above this one.</summary>
/// <param name="image">What the project calls the base.</param>
/// <param name="digests">What that means, and each manifest that leads from there to the platform's.</param>
/// <returns>What was verified; null when the project demands no signature of this base.</returns>
/// <exception cref="ContainerizeException">It is not.</exception>
internal delegate Task<VerifiedSignature?> SignatureCheck(
    ImageReference image, IReadOnlyList<Digest> digests, CancellationToken cancellationToken);
