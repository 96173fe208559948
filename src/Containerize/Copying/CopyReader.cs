using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>Reads an image at its source: all documents, each verified, and what refers to them. Layers are not read.</summary>
/// <param name="source">Where it is.</param>
/// <param name="cache">Takes configs that are read.</param>
/// <param name="reporter">Is told what is left out.</param>
internal sealed class CopyReader(ICopySource source, BlobStore cache, IReporter reporter)
{
    private const int MaxDepth = 5;

    // An index of a dozen platforms with signatures and statements has about a hundred.
    private const int MaxDocuments = 4096;

    private readonly HashSet<Digest> _read = [];

    /// <summary>Reads an image.</summary>
    /// <param name="platform">The one platform that is wanted; null for all.</param>
    /// <param name="withReferrers">Whether what refers to the image is copied too.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.IncompleteImage"/>, or what the source says.</exception>
    internal async Task<CopiedImage> ReadAsync(Platform? platform, bool withReferrers, CancellationToken cancellationToken)
    {
        var root = await source.ReadRootAsync(cancellationToken);
        if (platform is not null)
        {
            root = await SelectAsync(root, platform, cancellationToken);
        }

        var graph = await ReadGraphAsync(root, cancellationToken);
        var referrers = new List<CopiedReferrer>();
        IReadOnlyList<CopiedTag> tags = [];
        if (withReferrers)
        {
            // The image itself first, as its index is asked for most.
            foreach (var document in graph.Documents.Reverse())
            {
                await AddReferrersAsync(document.Descriptor.Digest, referrers, depth: 0, cancellationToken);
            }

            tags = await ReadTagsAsync(graph, cancellationToken);
        }

        return new(source.Origin, source.Name, graph, referrers, tags);
    }

    private async Task<RawDocument> SelectAsync(RawDocument root, Platform platform, CancellationToken cancellationToken)
    {
        var document = root;
        for (var depth = 0; MediaTypes.IsIndex(document.Descriptor.MediaType); depth++)
        {
            RequireDepth(depth);
            document = await ReadChildAsync(
                await PlatformSelector.SelectAsync(
                    OciJson.ReadIndex(document, source.Origin), platform, source.Origin,
                    entry => PlatformOfAsync(entry, cancellationToken)),
                document,
                cancellationToken);
        }

        var config = OciJson.ReadManifest(document, source.Origin).Config;
        PlatformSelector.Check(await ReadConfigAsync(config, cancellationToken), platform, source.Origin);
        return document;
    }

    // Artifacts stand in indexes as images do.
    private async Task<Platform?> PlatformOfAsync(Descriptor entry, CancellationToken cancellationToken)
    {
        try
        {
            return await source.TryReadAsync(entry, cancellationToken) is { } document
                ? (await ReadConfigAsync(OciJson.ReadManifest(document, source.Origin).Config, cancellationToken)).Platform
                : null;
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return null;
        }
    }

    private async Task<ImageConfig> ReadConfigAsync(Descriptor config, CancellationToken cancellationToken) => ImageConfig.Read(
        RawDocument.Verify(
            config, await BlobBytes.ReadAsync(source.OpenBlob(config), source.Origin, cache, cancellationToken), source.Origin),
        source.Origin);

    private async Task<ImageGraph> ReadGraphAsync(RawDocument root, CancellationToken cancellationToken)
    {
        var documents = new List<RawDocument>();
        var blobs = new Dictionary<Digest, Blob>();
        await AddAsync(root, documents, blobs, depth: 0, cancellationToken);
        return new(documents, [.. blobs.Values]);
    }

    private async Task AddAsync(
        RawDocument document, List<RawDocument> documents, Dictionary<Digest, Blob> blobs, int depth, CancellationToken cancellationToken)
    {
        RequireDepth(depth);
        if (documents.Count >= MaxDocuments)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"{source.Origin} names more than {MaxDocuments} manifests; no image needs that.");
        }

        if (MediaTypes.IsIndex(document.Descriptor.MediaType))
        {
            foreach (var child in OciJson.ReadIndex(document, source.Origin).Manifests)
            {
                if (documents.TrueForAll(known => known.Descriptor.Digest != child.Digest))
                {
                    await AddAsync(
                        await ReadChildAsync(child, document, cancellationToken), documents, blobs, depth + 1, cancellationToken);
                }
            }
        }
        else
        {
            var manifest = OciJson.ReadManifest(document, source.Origin);
            foreach (var blob in manifest.Layers.Append(manifest.Config).Where(blob => !blobs.ContainsKey(blob.Digest)))
            {
                blobs.Add(blob.Digest, source.OpenBlob(blob));
            }
        }

        documents.Add(document);
    }

    private async Task<RawDocument> ReadChildAsync(Descriptor child, RawDocument index, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsManifest(child.MediaType) && !MediaTypes.IsIndex(child.MediaType))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The index {index.Descriptor.Digest} of {source.Origin} names {child.Digest}, which it calls '{child.MediaType}': " +
                $"neither a manifest nor an index. Copy one of its images with --platform.");
        }

        var document = await source.TryReadAsync(child, cancellationToken) ?? throw new ContainerizeException(
            DiagnosticCode.IncompleteImage,
            $"The index {index.Descriptor.Digest} of {source.Origin} names {child.Digest}, which is not there: an index can only be " +
            $"copied whole. Copy the images that are there one by one with --platform, or copy from a place that has all of them.");
        return document.Descriptor.MediaType == child.MediaType ? document : throw new ContainerizeException(
            DiagnosticCode.InvalidDocument,
            $"A document of {source.Origin} ({child.Digest}) calls itself '{document.Descriptor.MediaType}', and the index that names it " +
            $"calls it '{child.MediaType}'.");
    }

    private async Task AddReferrersAsync(
        Digest subject, List<CopiedReferrer> referrers, int depth, CancellationToken cancellationToken)
    {
        RequireDepth(depth);
        foreach (var listed in await source.ListReferrersAsync(subject, cancellationToken))
        {
            if (!_read.Add(listed.Digest))
            {
                continue;
            }

            if (_read.Count > MaxDocuments)
            {
                throw new ContainerizeException(
                    DiagnosticCode.InvalidDocument, $"More than {MaxDocuments} manifests refer to {source.Origin}; no image needs that.");
            }

            var document = await source.TryReadAsync(listed, cancellationToken);
            if (document is null || Reference.SubjectOf(document, source.Origin) != subject)
            {
                reporter.Message(
                    $"{listed.Digest} is listed as referring to {subject} in {source.Origin}, but " +
                    $"{(document is null ? "is not there" : "does not refer to it")}. It is not copied.");
                continue;
            }

            referrers.Add(new(
                subject, Reference.EntryOf(document, source.Origin), await ReadGraphAsync(document, cancellationToken)));
            await AddReferrersAsync(listed.Digest, referrers, depth + 1, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<CopiedTag>> ReadTagsAsync(ImageGraph graph, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(graph.Documents
            .SelectMany(document => EvidenceTag.SuffixesOf(document.Descriptor.Digest)
                .Select(suffix => (document.Descriptor, Tag: EvidenceTag.Of(document.Descriptor.Digest) + suffix)))
            .Select(async each => (
                Subject: each.Descriptor, each.Tag, Document: await source.TryReadTagAsync(each.Tag, cancellationToken))));
        var tags = new List<CopiedTag>();
        foreach (var (subject, tag, document) in found)
        {
            if (document is not null)
            {
                tags.Add(new(subject, tag, await ReadGraphAsync(document, cancellationToken)));
            }
        }

        return tags;
    }

    private void RequireDepth(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The indexes or referrers of {source.Origin} are nested more than {MaxDepth} deep; no image needs that.");
        }
    }
}
