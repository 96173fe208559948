using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>A place that an image is copied from.</summary>
internal interface ICopySource
{
    /// <summary>What users call it, for messages.</summary>
    string Origin { get; }

    /// <summary>What the image is called there.</summary>
    CopyName Name { get; }

    /// <summary>Reads the manifest or the index that the user named.</summary>
    /// <exception cref="ContainerizeException">It is not there, or damaged.</exception>
    Task<RawDocument> ReadRootAsync(CancellationToken cancellationToken);

    /// <summary>Reads a manifest or an index.</summary>
    /// <param name="document">What it has to be: it is compared with its digest and size.</param>
    /// <returns>The document; null when it is not there.</returns>
    /// <exception cref="ContainerizeException">It is damaged.</exception>
    Task<RawDocument?> TryReadAsync(Descriptor document, CancellationToken cancellationToken);

    /// <summary>The config or layer that a manifest names. Who reads its bytes verifies them.</summary>
    /// <exception cref="ContainerizeException">It is not there. A registry is asked when the bytes are needed, and says so then.
    /// </exception>
    Blob OpenBlob(Descriptor blob);

    /// <summary>Lists what refers to a manifest.</summary>
    Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken);

    /// <summary>Reads what a tag of the same repository or layout names.</summary>
    /// <returns>The document; null when there is no such tag.</returns>
    Task<RawDocument?> TryReadTagAsync(string tag, CancellationToken cancellationToken);
}
