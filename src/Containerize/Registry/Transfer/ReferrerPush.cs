using Containerize.Oci;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Puts manifests that refer to another one. A registry with the referrers API lists them by itself; in others the list under the
/// subject's tag is read, extended and written back, and read again, as another client may do the same at the same time.
/// </summary>
/// <remarks>OCI distribution specification, "Pushing Manifests with Subject" and "Referrers Tag Schema".</remarks>
internal sealed class ReferrerPush(RegistryEndpoint endpoint, string repository, ManifestExchange manifests, RegistryOptions options)
{
    private const int MaxTries = 12;

    internal async Task RunAsync(
        Digest subject,
        IReadOnlyList<(Descriptor Entry, ReadOnlyMemory<byte> Content)> referrers,
        CancellationToken cancellationToken)
    {
        var unlisted = new List<Descriptor>();
        foreach (var (entry, content) in referrers)
        {
            var put = await manifests.PutAsync(
                endpoint, repository, entry.Digest.ToString(), content, entry.MediaType, cancellationToken);
            if (put.Subject != subject)
            {
                unlisted.Add(entry);
            }
        }

        if (unlisted.Count == 0)
        {
            return;
        }

        // A registry that does not say it may have the API all the same. Where it has none, this is the list under the tag.
        var listed = await new ReferrerList(endpoint, repository, manifests, options).ReadAsync(subject, cancellationToken);
        if (!HasAll(listed, unlisted))
        {
            await AddAsync(EvidenceTag.Of(subject), unlisted, cancellationToken);
        }
    }

    private async Task AddAsync(string tag, IReadOnlyList<Descriptor> entries, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var (there, entityTag) = await ReadAsync(tag, cancellationToken);
            var list = there ?? new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [] };
            if (!HasAll(list.Manifests, entries))
            {
                var known = list.Manifests.Select(manifest => manifest.Digest).ToHashSet();
                var merged = list with { Manifests = [.. list.Manifests, .. entries.Where(entry => !known.Contains(entry.Digest))] };
                var put = await manifests.PutAsync(
                    endpoint, repository, tag, OciJson.Write(merged), MediaTypes.OciIndex, cancellationToken, entityTag);
                if (put.IsChanged)
                {
                    await PauseAsync(tries, cancellationToken);
                    continue;
                }
            }

            // Without a condition, a client that read the list before this wrote it writes it without this. That takes it a moment.
            if (there is not null && entityTag is not null && await IsThereAsync(tag, entries, cancellationToken))
            {
                return;
            }

            await PauseAsync(tries, cancellationToken);
            if (await IsThereAsync(tag, entries, cancellationToken))
            {
                return;
            }
        }

        throw new ContainerizeException(
            DiagnosticCode.ReferrersContended,
            $"{endpoint.Registry}/{repository}:{tag} was replaced {MaxTries} times while what refers to the image was added to it. "
            + $"Build again when the other builds of this image have ended.");
    }

    private async Task<bool> IsThereAsync(string tag, IReadOnlyList<Descriptor> entries, CancellationToken cancellationToken) =>
        (await ReadAsync(tag, cancellationToken)).Index is { } index && HasAll(index.Manifests, entries);

    // What has another form is not replaced: the tag may name an image.
    private async Task<(ImageIndex? Index, string? EntityTag)> ReadAsync(string tag, CancellationToken cancellationToken)
    {
        var (document, entityTag) = await manifests.TryGetTaggedAsync(endpoint, repository, tag, cancellationToken);
        return document is null ? (null, null) : (OciJson.ReadIndex(document, $"{endpoint.Registry}/{repository}:{tag}"), entityTag);
    }

#pragma warning disable CA5394 // Spreads writers; nothing secret depends on it.
    private Task PauseAsync(int tries, CancellationToken cancellationToken) => Task.Delay(
        options.RetryDelay * (0.2 + (Random.Shared.NextDouble() * (tries + 1) * 0.3)), options.TimeProvider, cancellationToken);
#pragma warning restore CA5394

    private static bool HasAll(IReadOnlyList<Descriptor> list, IReadOnlyList<Descriptor> entries) =>
        entries.All(entry => list.Any(listed => listed.Digest == entry.Digest));
}
