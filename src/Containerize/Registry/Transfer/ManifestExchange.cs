using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>Gets and puts manifests and indexes as raw bytes.</summary>
/// <remarks>OCI distribution specification, "Pulling manifests" and "Pushing manifests".</remarks>
internal sealed class ManifestExchange(RegistryOptions options)
{
    private static readonly string[] s_accepted = [MediaTypes.OciManifest, MediaTypes.OciIndex, MediaTypes.DockerManifest,
        MediaTypes.DockerIndex];

    // A registry that is a mirror on demand (zot) answers when it has copied the whole image, which takes minutes.
    private static readonly TimeSpan s_copyTime = TimeSpan.FromMinutes(4);
    private static readonly string[] s_vague = ["", "application/json", "text/plain", "application/octet-stream", "binary/octet-stream"];

    internal Task<RawDocument?> TryGetAsync(
        RegistryEndpoint endpoint, string repository, string target, CancellationToken cancellationToken) =>
        endpoint.SendAsync(
            RequestFor(HttpMethod.Get, endpoint, repository, target),
            (response, token) => ReadAsync(endpoint, repository, target, response, token),
            cancellationToken);

    /// <summary>Asks by HEAD; whatever HEAD does not say clearly, GET does.</summary>
    internal async Task<Descriptor?> TryResolveAsync(
        RegistryEndpoint endpoint, string repository, string target, CancellationToken cancellationToken)
    {
        using (var response = await endpoint.SendAsync(RequestFor(HttpMethod.Head, endpoint, repository, target), cancellationToken))
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            var mediaType = MediaTypeOf(response);
            if (response.StatusCode == HttpStatusCode.OK
                && DigestOf(response) is { } digest && (!Digest.TryParse(target, out var wanted) || wanted == digest)
                && response.Content.Headers.ContentLength is > 0 and var size
                && (MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType)))
            {
                return new Descriptor { MediaType = mediaType, Digest = digest, Size = size };
            }
        }

        return (await TryGetAsync(endpoint, repository, target, cancellationToken))?.Descriptor;
    }

    /// <summary>Gets a document together with its entity tag; null for a registry that has none.</summary>
    internal Task<(RawDocument? Document, string? EntityTag)> TryGetTaggedAsync(
        RegistryEndpoint endpoint, string repository, string target, CancellationToken cancellationToken) =>
        endpoint.SendAsync(
            RequestFor(HttpMethod.Get, endpoint, repository, target),
            async (response, token) =>
                (await ReadAsync(endpoint, repository, target, response, token), HeaderOf(response, "ETag")),
            cancellationToken);

    /// <summary>Puts a document.</summary>
    /// <param name="ifMatch">The entity tag of what is to be replaced; null replaces anything.</param>
    /// <param name="isRepetition">Whether a refusal of the same document is being looked into: another one ends the matter.</param>
    internal async Task<ManifestPut> PutAsync(
        RegistryEndpoint endpoint,
        string repository,
        string target,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken,
        string? ifMatch = null,
        bool isRepetition = false)
    {
        var access = Access.Push(repository);
        var request = new RegistryRequest(HttpMethod.Put, UrlOf(endpoint, repository, target), access)
        {
            IfMatch = ifMatch,
            Content = () =>
            {
                var body = new ReadOnlyMemoryContent(content);
                body.Headers.TryAddWithoutValidation("Content-Type", mediaType);
                return body;
            },
        };
        using var response = await endpoint.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent)
        {
            if (!IsSure(response, content) && await LacksAsync(endpoint, repository, target, content, cancellationToken))
            {
                throw new ContainerizeException(
                    DiagnosticCode.RegistryError,
                    $"{endpoint.Registry} confirmed the manifest {target} of {repository} ({(int)response.StatusCode}), but does not " +
                    $"have it, or has other bytes. The registry, or a proxy before it, is broken, or asks for a login in a browser.");
            }

            return new(IsChanged: false, Digest.TryParse(HeaderOf(response, "OCI-Subject")?.Trim(), out var subject) ? subject : null);
        }

        if (ifMatch is not null && response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return new(IsChanged: true, Subject: null);
        }

        var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
        var failure =
            RegistryFailure.Of(endpoint, access, $"push the manifest {target} to {endpoint.Registry}/{repository}", response, errors);
        if (isRepetition)
        {
            throw failure;
        }

        await new ManifestRefusal(this, endpoint, repository, options).ExplainAsync(
            target, RawDocument.Of(mediaType, content), response.StatusCode, errors, failure, cancellationToken);
        return new(IsChanged: false, Subject: null);
    }

    /// <summary>
    /// Whether a confirmation is the one of the specification, for these bytes. Others come from registries too, and from login pages and
    /// proxies that took nothing.
    /// </summary>
    private static bool IsSure(HttpResponseMessage response, ReadOnlyMemory<byte> content) =>
        response.StatusCode == HttpStatusCode.Created && response.RequestMessage!.Method == HttpMethod.Put
        && (DigestOf(response) is not { Algorithm: "sha256" } told || told == Digest.Of(content.Span));

    /// <summary>Whether a registry has no document of this name, or another one. Who may only push cannot look, and believes it.</summary>
    private async Task<bool> LacksAsync(
        RegistryEndpoint endpoint, string repository, string target, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            var found = await TryGetAsync(endpoint, repository, target, cancellationToken);
            return found is null || !found.Content.Span.SequenceEqual(content.Span);
        }
        catch (ContainerizeException failure)
        {
            return failure.Code != DiagnosticCode.RegistryDenied;
        }
    }

    private async Task<RawDocument?> ReadAsync(
        RegistryEndpoint endpoint, string repository, string target, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var origin = $"{endpoint.Registry}/{repository}{(Digest.TryParse(target, out var wanted) ? "@" : ":")}{target}";
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
            throw RegistryFailure.Of(endpoint, Access.Pull(repository), $"read the manifest of {origin}", response, errors);
        }

        if (MediaTypeOf(response) is "text/html")
        {
            throw new ContainerizeException(
                DiagnosticCode.RegistryError,
                $"Could not read the manifest of {origin}: {response.RequestMessage!.RequestUri!.Authority} answered with a web page. " +
                $"A proxy, a login or a notice stands before the registry.");
        }

        var content = await ResponseBody.ReadAsync(response, OciJson.MaxDocumentSize, options, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The manifest of {origin} is larger than {OciJson.MaxDocumentSize} bytes; no image needs that.");
        if (wanted is not null)
        {
            using var hash = wanted.CreateHash();
            hash.AppendData(content);
            if (!wanted.Matches(hash))
            {
                throw Damaged(origin, Digest.Of(content));
            }
        }

        var mediaType = SettleMediaType(content, MediaTypeOf(response), origin);
        return wanted is null
            ? RawDocument.Of(mediaType, content)
            : RawDocument.Verify(new Descriptor { MediaType = mediaType, Digest = wanted, Size = content.Length }, content, origin);
    }

    /// <summary>The document's own type and the sender's must agree; where one is silent, the other counts (CVE-2021-41190).</summary>
    private static string SettleMediaType(byte[] content, string sent, string origin)
    {
        var own = OciJson.DetectMediaType(content, origin);
        if (own is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed
            || sent is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"{origin} is of Docker's first format (schema 1), which is no longer supported. Push the image again with a current " +
                $"tool.");
        }

        var declared = OciJson.ReadObject(content, "manifest", origin)["mediaType"] is not null;
        if (s_vague.Contains(sent) || (!declared && own is null))
        {
            return own ?? throw new ContainerizeException(DiagnosticCode.InvalidDocument, $"{origin} is neither a manifest nor an index.");
        }

        return declared && !string.Equals(own, sent, StringComparison.OrdinalIgnoreCase)
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"{origin} calls itself {own}, but the registry calls it {sent}. Both cannot be right; nothing was made from it.")
            : declared ? own! : sent;
    }

    private static TransientException Damaged(string origin, Digest found) => new($"the manifest of {origin} has the digest {found}")
    {
        MaxRepetitions = 1,
        Explained = new(
            DiagnosticCode.DigestMismatch,
            $"The manifest of {origin} has other bytes than its digest says (they make {found}). It was damaged on its way or where it " +
            $"is stored; nothing was made from it."),
    };

    private static RegistryRequest RequestFor(HttpMethod method, RegistryEndpoint endpoint, string repository, string target) =>
        new(method, UrlOf(endpoint, repository, target), Access.Pull(repository)) { Accept = s_accepted, WorkTime = s_copyTime };

    private static Uri UrlOf(RegistryEndpoint endpoint, string repository, string target) =>
        endpoint.UrlOf($"{repository}/manifests/{target}");

    /// <summary>The media type that an answer has, in lower case; empty when it has none.</summary>
    internal static string MediaTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values)
            ? values.ToString().Split(';', ',')[0].Trim().ToLowerInvariant()
            : "";

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static Digest? DigestOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Docker-Content-Digest", out var values)
            && Digest.TryParse(values.ToString().Trim(), out var digest) ? digest : null;
}

/// <summary>What came of putting a manifest.</summary>
/// <param name="IsChanged">Whether nothing was written, as another client had replaced what was to be replaced.</param>
/// <param name="Subject">The subject that the registry says it noted; null when it noted none.</param>
internal sealed record ManifestPut(bool IsChanged, Digest? Subject);

/// <summary>A manifest or index as a registry stores it.</summary>
/// <param name="Descriptor">Its settled media type, verified digest and size.</param>
/// <param name="Content">The bytes.</param>
internal sealed record RawManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Content);
