using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Copying;

/// <summary>
/// What is copied: an image, or an index of several, with what refers to it. The bytes of documents are those of the source.
/// </summary>
/// <param name="Origin">What users call the source, for messages.</param>
/// <param name="Name">What the image is called at the source.</param>
/// <param name="Graph">The image.</param>
/// <param name="Referrers">What refers to its manifests, and what refers to that; subjects come before what refers to them.</param>
/// <param name="Tags">What tags such as <c>sha256-HEX.sig</c> tell of its manifests.</param>
internal sealed record CopiedImage(
    string Origin, CopyName Name, ImageGraph Graph, IReadOnlyList<CopiedReferrer> Referrers, IReadOnlyList<CopiedTag> Tags)
{
    /// <summary>One image by itself, without a name and without what refers to it.</summary>
    /// <param name="origin">What users call the source.</param>
    internal static CopiedImage Of(Image image, string origin) => new(
        origin,
        CopyName.None,
        new ImageGraph(
            [image.Manifest.Document],
            [.. image.Layers.Select(layer => layer.Blob).Append(image.Config.Blob).DistinctBy(blob => blob.Descriptor.Digest)]),
        [],
        []);

    /// <summary>The digest of the image or index; it is the same at every destination that stores manifests.</summary>
    internal Digest Digest => Graph.Root.Descriptor.Digest;

    /// <summary>All graphs: the image, then what tells of it.</summary>
    internal IEnumerable<ImageGraph> Graphs =>
        [Graph, .. Referrers.Select(referrer => referrer.Graph), .. Tags.Select(tag => tag.Graph)];
}

/// <summary>A manifest or an index with all that it names.</summary>
/// <param name="Documents">The manifests and indexes, each once, children before what names them; the last one is the root.</param>
/// <param name="Blobs">Configs and layers, each once.</param>
internal sealed record ImageGraph(IReadOnlyList<RawDocument> Documents, IReadOnlyList<Blob> Blobs)
{
    /// <summary>The document that names all others.</summary>
    internal RawDocument Root => Documents[^1];

    /// <summary>The blobs that may be passed on: without layers that their vendor keeps to itself.</summary>
    internal IEnumerable<Blob> Delivered => Blobs.Where(blob => !MediaTypes.IsForeignLayer(blob.Descriptor.MediaType));
}

/// <summary>A manifest that refers to another one: a bill of materials, a signature.</summary>
/// <param name="Subject">What it refers to.</param>
/// <param name="Entry">How lists of referrers name it.</param>
/// <param name="Graph">The manifest with what it names.</param>
internal sealed record CopiedReferrer(Digest Subject, Descriptor Entry, ImageGraph Graph);

/// <summary>A manifest that a tag joins to another one.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Graph">The manifest with what it names.</param>
internal sealed record CopiedTag(Descriptor Subject, string Tag, ImageGraph Graph)
{
    /// <summary>
    /// Reads the layers, which are signatures, statements or bills of materials, to put them beside those of another place.
    /// </summary>
    /// <param name="origin">What users call the source, for messages.</param>
    /// <param name="cache">Takes what is fetched.</param>
    /// <exception cref="ContainerizeException">They cannot be read, or are damaged.</exception>
    internal async Task<EvidenceImage> ReadAsync(string origin, BlobStore cache, CancellationToken cancellationToken)
    {
        var layers = new List<EvidenceLayer>();
        foreach (var layer in OciJson.ReadManifest(Graph.Root, origin).Layers)
        {
            var blob = Graph.Blobs.First(each => each.Descriptor.Digest == layer.Digest);
            var bytes = await BlobBytes.ReadAsync(blob, origin, cache, cancellationToken, RegularFile.MaxDocument);
            layers.Add(new(
                new MemoryBlob(RawDocument.Verify(blob.Descriptor, bytes, origin)),
                layer.Annotations ?? new Dictionary<string, string>()));
        }

        return new(Subject, Tag, layers);
    }
}
