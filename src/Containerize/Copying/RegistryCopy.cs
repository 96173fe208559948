using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Copying;

/// <summary>
/// Copies to a repository: blobs, manifests by digest, what refers to them, and the tags at last. What is there is asked for first, and
/// not sent; blobs of another repository of the same registry are mounted.
/// </summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="target">The repository.</param>
/// <param name="tags">The tags to move.</param>
/// <param name="cache">Takes what is read out of small blobs.</param>
/// <param name="reporter">Is told when everything has to be sent again.</param>
/// <param name="budget">How much of layers and config may be sent; null for as much as it takes.</param>
internal sealed class RegistryCopy(
    RegistryClient client,
    RepositoryReference target,
    IReadOnlyList<string> tags,
    BlobStore cache,
    IReporter reporter,
    UploadBudget? budget = null) : ICopyDestination
{
    private long _sent;
    private long _avoided;

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EvidenceNotDelivered"/>, or what the registry says.</exception>
    public async Task<Arrival> BringAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        (_sent, _avoided) = (0, 0);
        try
        {
            await BringAsync(image, evenIfThere: false, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing)
        {
            await ExplainAsync(image, () => BringAgainAsync(image, failure, cancellationToken));
        }
        catch (ContainerizeException failure)
        {
            throw Explained(image, failure);
        }

        return new Arrival(token => NameAsync(image, token));
    }

    // Some registries say that they have what they lack, in another storage or after a clean-up.
    private Task BringAgainAsync(CopiedImage image, ContainerizeException failure, CancellationToken cancellationToken)
    {
        reporter.Message($"{(Message)failure.Message} Sending everything once more.");
        return BringAsync(image, evenIfThere: true, cancellationToken);
    }

    private async Task BringAsync(CopiedImage image, bool evenIfThere, CancellationToken cancellationToken)
    {
        await PushBlobsAsync(image.Graph, image.Origin, evenIfThere, cancellationToken);
        if (!evenIfThere)
        {
            budget?.Check(target, _sent);
        }

        await PutAsync(image.Graph, evenIfThere, cancellationToken);
        try
        {
            foreach (var about in image.Referrers.GroupBy(referrer => referrer.Subject))
            {
                await BringReferrersAsync(about.Key, [.. about], image.Origin, evenIfThere, cancellationToken);
            }

            foreach (var tag in image.Tags)
            {
                await BringTagAsync(tag, image.Origin, evenIfThere, cancellationToken);
            }
        }
        catch (ContainerizeException failure) when (failure.Code is not (DiagnosticCode.RegistryContentMissing
            or DiagnosticCode.DigestMismatch))
        {
            throw new ContainerizeException(
                DiagnosticCode.EvidenceNotDelivered,
                $"What refers to the image could not be copied to {target}, so no tag was moved. {(Message)failure.Message} "
                + $"To copy the image without it, use --no-referrers.",
                failure);
        }
    }

    private async Task BringAsync(ImageGraph graph, string origin, bool evenIfThere, CancellationToken cancellationToken)
    {
        await PushBlobsAsync(graph, origin, evenIfThere, cancellationToken);
        await PutAsync(graph, evenIfThere, cancellationToken);
    }

    private async Task PutAsync(ImageGraph graph, bool evenIfThere, CancellationToken cancellationToken)
    {
        foreach (var document in graph.Documents)
        {
            await PutAsync(document, evenIfThere, cancellationToken);
        }
    }

    private Task PushBlobsAsync(ImageGraph graph, string origin, bool evenIfThere, CancellationToken cancellationToken) =>
        Task.WhenAll(graph.Delivered.Select(async blob =>
        {
            // What registries have is verified when it is fetched, to be sent to another one.
            var source = blob is FileBlob file and not VerifiedFile ? new CheckedBlob(file, origin) : blob;
            var outcome = await client.PushBlobAsync(target, source, cancellationToken, evenIfThere);
            Interlocked.Add(ref _sent, outcome.BytesSent);
            Interlocked.Add(ref _avoided, Math.Max(0, blob.Descriptor.Size - outcome.BytesSent));
        }));

    private async Task PutAsync(RawDocument document, bool evenIfThere, CancellationToken cancellationToken)
    {
        var digest = document.Descriptor.Digest;
        if (evenIfThere || (await client.TryResolveTargetAsync(target, $"{digest}", cancellationToken))?.Digest != digest)
        {
            await PutAsync($"{digest}", document, cancellationToken);
        }
    }

    private Task PutAsync(string tagOrDigest, RawDocument document, CancellationToken cancellationToken) =>
        client.PutManifestAsync(target, tagOrDigest, document.Content, document.Descriptor.MediaType, cancellationToken);

    private async Task BringReferrersAsync(
        Digest subject, IReadOnlyList<CopiedReferrer> referrers, string origin, bool evenIfThere, CancellationToken cancellationToken)
    {
        var known = await new RegistryEvidence(client, target, reporter)
            .ListAsync(subject, [.. referrers.Select(referrer => referrer.Entry.Digest)], evenIfThere, cancellationToken);
        IReadOnlyList<CopiedReferrer> missing = [.. referrers.Where(referrer => !known.Contains(referrer.Entry.Digest))];
        foreach (var referrer in missing)
        {
            await PushBlobsAsync(referrer.Graph, origin, evenIfThere, cancellationToken);
            foreach (var document in referrer.Graph.Documents.SkipLast(1))
            {
                await PutAsync(document, evenIfThere, cancellationToken);
            }
        }

        if (missing.Count > 0)
        {
            await client.PutReferrersAsync(
                target, subject, [.. missing.Select(referrer => (referrer.Entry, referrer.Graph.Root.Content))], cancellationToken);
        }
    }

    // Both places may have signatures that the other one lacks.
    private async Task BringTagAsync(CopiedTag tag, string origin, bool evenIfThere, CancellationToken cancellationToken)
    {
        var there = await client.TryGetTargetAsync(target, tag.Tag, cancellationToken);
        var root = tag.Graph.Root;
        if (there is null || !MediaTypes.IsManifest(there.Descriptor.MediaType) || !MediaTypes.IsManifest(root.Descriptor.MediaType))
        {
            await BringAsync(tag.Graph, origin, evenIfThere, cancellationToken);
            await PutAsync(tag.Tag, root, cancellationToken);
        }
        else if (there.Descriptor.Digest != root.Descriptor.Digest)
        {
            var evidence = new Evidence { Images = [await tag.ReadAsync(origin, cache, cancellationToken)] };
            await new RegistryEvidence(client, target, reporter).PushAsync(evidence, cancellationToken);
        }
    }

    private async Task<DestinationResult> NameAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        await ExplainAsync(image, async () =>
        {
            try
            {
                await PutTagsAsync(image, cancellationToken);
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing)
            {
                await BringAgainAsync(image, failure, cancellationToken);
                await PutTagsAsync(image, cancellationToken);
            }
        });
        return new(RegistryDestination.Kind, [.. tags.Select(tag => $"{target}:{tag}")], _sent, _avoided);
    }

    private async Task PutTagsAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            if ((await client.TryResolveTargetAsync(target, tag, cancellationToken))?.Digest != image.Digest)
            {
                await PutAsync(tag, image.Graph.Root, cancellationToken);
            }
        }
    }

    private async Task ExplainAsync(CopiedImage image, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ContainerizeException failure)
        {
            throw Explained(image, failure);
        }
    }

    // What failed is a blob or a request; what the user wanted is an image.
    private ContainerizeException Explained(CopiedImage image, ContainerizeException failure) =>
        new(failure.Code, $"{(Message)image.Origin} was not copied to {target}:{tags[0]}. {(Message)failure.Message}", failure);
}
