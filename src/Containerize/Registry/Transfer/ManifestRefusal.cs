using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Finds out what a registry means that does not take a manifest. The codes of the specification that say what is unknown are clear;
/// <c>MANIFEST_INVALID</c> and <c>UNSUPPORTED</c> are said of a format that is not taken, of missing blobs and of a tag that may not move.
/// </summary>
internal sealed class ManifestRefusal(ManifestExchange manifests, RegistryEndpoint endpoint, string repository, RegistryOptions options)
{
    /// <summary>Ends the matter.</summary>
    /// <param name="target">The tag or digest.</param>
    /// <param name="document">What was not taken.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="errors">What the answer says.</param>
    /// <param name="failure">The same for the user.</param>
    /// <returns>When the registry has it all the same: an immutable tag that names these very bytes is what was wanted.</returns>
    /// <exception cref="ContainerizeException">Why it is not there; <see cref="DiagnosticCode.RegistryContentMissing"/> where it may be
    /// there once everything has been sent again.</exception>
    internal async Task ExplainAsync(
        string target,
        RawDocument document,
        HttpStatusCode status,
        RegistryErrors errors,
        ContainerizeException failure,
        CancellationToken cancellationToken)
    {
        if ((int)status is 401 or < 400 or >= 500)
        {
            throw failure;
        }

        var isDenied = failure.Code == DiagnosticCode.RegistryDenied;
        var isUnknownType = status is HttpStatusCode.UnsupportedMediaType or HttpStatusCode.NotAcceptable;
        if (!isDenied && !isUnknownType && errors.Has("MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"))
        {
            throw Missing(failure);
        }

        var there = await TryGetAsync(target, cancellationToken);
        if (there?.Content.Span.SequenceEqual(document.Content.Span) == true)
        {
            return;
        }

        var isVague = !isDenied && !isUnknownType && errors.Has("MANIFEST_INVALID", "UNSUPPORTED");
        var isTag = !Digest.TryParse(target, out _);
        if (isVague && isTag && await IsTakenByDigestAsync(document, cancellationToken))
        {
            // Some see blobs a moment late. By now all are seen.
            if (await IsTakenAsync(target, document, cancellationToken))
            {
                return;
            }

            Message named = there is null ? "" : $", which names {there.Descriptor.Digest} there and may not be replaced";
            throw new ContainerizeException(
                failure.Code,
                $"{(Message)failure.Message} It took the same manifest by its digest: what it refuses is the tag{named}. Choose another " +
                $"tag, or allow this one at the registry.",
                failure);
        }

        var explained = (isVague || isUnknownType) && document.Descriptor.MediaType is MediaTypes.OciManifest or MediaTypes.OciIndex
            ? new ContainerizeException(failure.Code, $"{(Message)failure.Message} {FormatHint(document)}", failure)
            : failure;
        throw isVague && errors.Has("MANIFEST_INVALID") && await LacksAsync(document, cancellationToken)
            ? Missing(explained)
            : explained;
    }

    private static ContainerizeException Missing(ContainerizeException failure) =>
        new(DiagnosticCode.RegistryContentMissing, failure.Message, failure);

    /// <summary>What helps where a registry, or a part of it, knows Docker's formats only.</summary>
    private static string FormatHint(RawDocument manifest) =>
        "If the registry does not take OCI's format, set ContainerImageFormat=Docker"
        + (manifest.Content.Span.IndexOf("+zstd"u8) >= 0 ? " and, because that has no zstd layers, ContainerizeCompression=gzip." : ".");

    private async Task<RawDocument?> TryGetAsync(string target, CancellationToken cancellationToken)
    {
        try
        {
            return await manifests.TryGetAsync(endpoint, repository, target, cancellationToken);
        }
        catch (Exception failure) when (failure is ContainerizeException or TransientException)
        {
            // The refusal says more than this.
            return null;
        }
    }

    /// <summary>Whether the registry takes the same bytes where no tag is concerned.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.RegistryContentMissing"/>.</exception>
    private Task<bool> IsTakenByDigestAsync(RawDocument document, CancellationToken cancellationToken) =>
        IsTakenAsync(document.Descriptor.Digest.ToString(), document, cancellationToken);

    private async Task<bool> IsTakenAsync(string target, RawDocument document, CancellationToken cancellationToken)
    {
        try
        {
            await manifests.PutAsync(
                endpoint, repository, target, document.Content, document.Descriptor.MediaType, cancellationToken,
                isRepetition: !Digest.TryParse(target, out _));
            return true;
        }
        catch (Exception failure) when (failure is TransientException
            or ContainerizeException { Code: not DiagnosticCode.RegistryContentMissing })
        {
            return false;
        }
    }

    /// <summary>Whether anything that a document names cannot be read, or may not be: a look by HEAD is what was wrong before.</summary>
    private async Task<bool> LacksAsync(RawDocument document, CancellationToken cancellationToken)
    {
        try
        {
            if (MediaTypes.IsIndex(document.Descriptor.MediaType))
            {
                foreach (var child in OciJson.ReadIndex(document, repository).Manifests)
                {
                    if (await manifests.TryGetAsync(endpoint, repository, child.Digest.ToString(), cancellationToken) is null)
                    {
                        return true;
                    }
                }

                return false;
            }

            var manifest = OciJson.ReadManifest(document, repository);
            foreach (var blob in manifest.Layers.Append(manifest.Config).Where(blob => !MediaTypes.IsForeignLayer(blob.MediaType)))
            {
                var last = Math.Max(0, blob.Size - 1);
                using var opened = (await BlobSource.In(endpoint, repository, blob, options).OpenAsync(last, cancellationToken)).Stream;
            }

            return false;
        }
        catch (Exception failure) when (failure is ContainerizeException or TransientException)
        {
            return true;
        }
    }
}
