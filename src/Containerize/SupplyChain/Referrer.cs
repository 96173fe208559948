using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain;

/// <summary>
/// A document about an image: an OCI manifest that refers to the image's. The image's own bytes do not change. The same document about the
/// same image has the same bytes, so that a second push changes nothing.
/// </summary>
/// <remarks>OCI image specification 1.1, <i>manifest.md</i>, "Guidelines for Artifact Usage".</remarks>
internal sealed record Referrer
{
    private static readonly MemoryBlob s_emptyConfig = new(MediaTypes.Empty, "{}"u8.ToArray());

    /// <summary>Makes the manifest of a document.</summary>
    /// <param name="subject">The manifest or index that the document is about.</param>
    /// <param name="artifactType">What the document is, as a media type.</param>
    /// <param name="payload">The document.</param>
    /// <param name="suffix">What its file beside an archive ends in, without the first dot: <c>spdx.json</c>. Documents about one subject
    /// have different ones.</param>
    /// <param name="annotations">Annotations of the manifest, which lists of referrers show.</param>
    public Referrer(
        Descriptor subject,
        string artifactType,
        MemoryBlob payload,
        string suffix,
        IReadOnlyDictionary<string, string>? annotations = null)
    {
        Subject = new() { MediaType = subject.MediaType, Digest = subject.Digest, Size = subject.Size };
        Payload = payload;
        Suffix = suffix;
        var sorted = annotations is { Count: > 0 }
            ? new SortedList<string, string>(annotations.ToDictionary(), StringComparer.Ordinal) : null;
        var document = new Manifest
        {
            MediaType = MediaTypes.OciManifest,
            ArtifactType = artifactType,
            Config = s_emptyConfig.Descriptor,
            Layers = [payload.Descriptor],
            Subject = Subject,
            Annotations = sorted,
        };
        Manifest = new MemoryBlob(MediaTypes.OciManifest, OciJson.Write(document));
        Entry = Manifest.Descriptor with { ArtifactType = artifactType, Annotations = sorted };
        Blobs = [s_emptyConfig, payload];
    }

    /// <summary>A manifest that was made elsewhere, or in a form of its own.</summary>
    /// <param name="document">What the manifest says; it has a subject and a layer.</param>
    /// <param name="manifest">The manifest as it was written.</param>
    /// <param name="blobs">What the manifest names.</param>
    /// <param name="suffix">What the file of the first layer ends in beside an archive, without the first dot.</param>
    internal Referrer(Manifest document, MemoryBlob manifest, IReadOnlyList<MemoryBlob> blobs, string suffix)
    {
        Subject = document.Subject ?? throw new ArgumentException("The manifest refers to nothing.", nameof(document));
        Payload = blobs.First(blob => blob.Descriptor.Digest == document.Layers[0].Digest);
        Suffix = suffix;
        Manifest = manifest;
        Entry = manifest.Descriptor with
        {
            ArtifactType = document.ArtifactType ?? document.Config.MediaType,
            Annotations = document.Annotations,
        };
        Blobs = blobs;
    }

    /// <summary>The manifest or index that the document is about.</summary>
    public Descriptor Subject { get; }

    /// <summary>The document.</summary>
    public MemoryBlob Payload { get; }

    /// <summary>What its file beside an archive ends in, without the first dot.</summary>
    public string Suffix { get; }

    /// <summary>What a signed statement calls what the document says, as a URI; null for a document that is not signed, and for one that
    /// is a statement itself.</summary>
    public string? PredicateType { get; init; }

    /// <summary>The manifest that refers to the subject.</summary>
    public MemoryBlob Manifest { get; }

    /// <summary>How lists of referrers name it.</summary>
    public Descriptor Entry { get; }

    /// <summary>What the manifest names.</summary>
    public IReadOnlyList<MemoryBlob> Blobs { get; }
}
