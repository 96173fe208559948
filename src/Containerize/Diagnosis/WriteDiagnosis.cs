using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Authorization;
using Containerize.Registry.Transfer;
using Containerize.Storage;

namespace Containerize.Diagnosis;

/// <summary>Whether images can be pushed: blobs whole and in pieces, mounts, manifests, tags. What was written is removed.</summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="endpoint">How the registry is reached.</param>
/// <param name="findings">Takes what is found.</param>
internal sealed class WriteDiagnosis(RegistryClient client, RegistryEndpoint endpoint, FindingList findings)
{
    private const string MediaType = "application/octet-stream";

    // What is written is new each time, so that no registry has it already.
    private readonly string _mark = $"containerize-doctor-{Guid.NewGuid():N}";
    private readonly List<string> _written = [];

    /// <summary>Looks.</summary>
    /// <param name="repositories">One or two repositories that may be written to.</param>
    internal async Task RunAsync(IReadOnlyList<RepositoryReference> repositories, CancellationToken cancellationToken)
    {
        var repository = repositories[0];
        try
        {
            var blob = new MemoryBlob(MediaType, Encoding.UTF8.GetBytes(_mark));
            await client.PushBlobAsync(repository, blob, cancellationToken);
            _written.Add(BlobPath(repository, blob.Descriptor.Digest));
            findings.Works("push", $"{repository} takes blobs.");
            await SendPiecesAsync(repository, cancellationToken);
            await MountAsync(repository, repositories.Skip(1).FirstOrDefault(), blob.Descriptor.Digest, cancellationToken);
            await PutAsync(repository, blob.Descriptor, cancellationToken);
        }
        catch (ContainerizeException failure)
        {
            findings.Problem(
                "push", failure.Message, Advice.ForFailure(failure, new(endpoint.Registry, repository.Name, IsWrite: true)));
        }
        catch (TransientException failure)
        {
            findings.Problem("push", $"{failure.Message}.", Advice.ForStatus(failure.Status ?? default, endpoint.Registry));
        }
        finally
        {
            await CleanAsync(repositories, cancellationToken);
        }
    }

    private async Task SendPiecesAsync(RepositoryReference repository, CancellationToken cancellationToken)
    {
        var access = Access.Push(repository.Name);
        using var opened = await SendAsync(
            new(HttpMethod.Post, endpoint.UrlOf($"{repository.Name}/blobs/uploads/"), access), cancellationToken);
        if (opened.StatusCode != HttpStatusCode.Accepted || UploadSession.Of(opened) is not { } session)
        {
            NoPieces(opened.StatusCode);
            return;
        }

        var piece = Encoding.UTF8.GetBytes(_mark.PadRight((int)Math.Min(Math.Max(session.MinChunk, _mark.Length), 64 * 1024 * 1024)));
        for (var number = 0; number < 2; number++)
        {
            var start = (long)number * piece.Length;
            using var taken = await SendAsync(
                new(HttpMethod.Patch, session.Location, access)
                {
                    Content = () => Body(piece),
                    ContentRange = $"{start}-{start + piece.Length - 1}",
                },
                cancellationToken);
            if (taken.StatusCode != HttpStatusCode.Accepted)
            {
                NoPieces(taken.StatusCode);
                return;
            }

            session = UploadSession.Of(taken, session)!;
        }

        var digest = Digest.Of([.. piece, .. piece]);
        using var committed = await SendAsync(
            new(HttpMethod.Put, VerbatimUrl.WithParameter(session.Location, "digest", digest.ToString()), access), cancellationToken);
        if (committed.StatusCode != HttpStatusCode.Created)
        {
            NoPieces(committed.StatusCode);
            return;
        }

        _written.Add(BlobPath(repository, digest));
        findings.Works("chunked upload", $"{repository} takes blobs in pieces, so that a broken upload goes on where it broke.");
    }

    private void NoPieces(HttpStatusCode status) => findings.Note(
        "chunked upload",
        $"{endpoint.Registry} does not take blobs in pieces (it answers {(int)status}).",
        $"Nothing has to be done: blobs are sent whole. A proxy before it must then let the largest layer through in one request.");

    private async Task MountAsync(
        RepositoryReference from, RepositoryReference? to, Digest digest, CancellationToken cancellationToken)
    {
        if (to is null)
        {
            findings.Note("mount", $"Mounts were not tried.", $"Name a second repository with --write to try them.");
            return;
        }

        var url = endpoint.UrlOf(
            $"{to.Name}/blobs/uploads/?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(from.Name)}");
        using var response = await SendAsync(new(HttpMethod.Post, url, Access.Mount(to.Name, from.Name)), cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            _written.Add(BlobPath(to, digest));
            findings.Works("mount", $"{endpoint.Registry} links layers from one repository to another.");
            return;
        }

        findings.Note(
            "mount",
            $"{endpoint.Registry} does not link layers from {from.Name} to {to.Name} (it answers {(int)response.StatusCode}).",
            $"Layers are uploaded again. Where the registry can do it, let the account that pushes read {from.Name}, too.");
        if (response.StatusCode == HttpStatusCode.Accepted && UploadSession.Of(response) is { } session)
        {
            using var _ = await SendAsync(new(HttpMethod.Delete, session.Location, Access.Push(to.Name)), cancellationToken);
        }
    }

    private async Task PutAsync(RepositoryReference repository, Descriptor layer, CancellationToken cancellationToken)
    {
        var config = new MemoryBlob(MediaTypes.Empty, "{}"u8.ToArray());
        if ((await client.PushBlobAsync(repository, config, cancellationToken)).Kind == PushKind.Uploaded)
        {
            _written.Add(BlobPath(repository, config.Descriptor.Digest));
        }

        await PutAsync("first");
        findings.Works("push manifest", $"{repository} takes manifests in OCI's form, and tags.");
        try
        {
            await PutAsync("second");
            findings.Works("tag overwrite", $"A tag of {repository} can be moved to another image.");
        }
        catch (ContainerizeException failure)
        {
            findings.Note(
                "tag overwrite",
                $"Tags of {repository} cannot be moved: {failure.Message}",
                $"Push each build under a tag of its own, like its version.");
        }

        async Task PutAsync(string version)
        {
            var manifest = OciJson.Write(new Manifest
            {
                MediaType = MediaTypes.OciManifest,
                ArtifactType = MediaType,
                Config = config.Descriptor,
                Layers = [layer],
                Annotations = new Dictionary<string, string> { ["version"] = version },
            });
            _written.Insert(0, $"{repository.Name}/manifests/{Digest.Of(manifest)}");
            await client.PutManifestAsync(repository, _mark, manifest, MediaTypes.OciManifest, cancellationToken);
        }
    }

    private async Task CleanAsync(IReadOnlyList<RepositoryReference> repositories, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var path in _written)
        {
            var repository = repositories.First(each => path.StartsWith($"{each.Name}/", StringComparison.Ordinal)
                && path[(each.Name.Length + 1)..].Split('/') is ["blobs" or "manifests", _]);
            var answer = await DeleteAsync(path, repository, cancellationToken);
            if (answer is not (null or HttpStatusCode.Accepted or HttpStatusCode.OK or HttpStatusCode.NoContent or HttpStatusCode.NotFound))
            {
                left.Add($"{(path.Contains("/manifests/", StringComparison.Ordinal) ? "a manifest" : "a blob")} ({(int)answer})");
            }
        }

        if (left.Count > 0)
        {
            findings.Note(
                "clean-up",
                $"{endpoint.Registry} does not let this account remove what was written: {string.Join(", ", left)}.",
                $"Remove the tag {_mark} with the registry's own means; it names a few bytes.");
        }
        else if (_written.Count > 0)
        {
            findings.Works("clean-up", $"What was written to {endpoint.Registry} is removed.");
        }
    }

    private async Task<HttpStatusCode?> DeleteAsync(string path, RepositoryReference repository, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(
                new(HttpMethod.Delete, endpoint.UrlOf(path), new Access(repository.Name, "pull,push,delete")), cancellationToken);
            return response.StatusCode;
        }
        catch (Exception failure) when (failure is TransientException or ContainerizeException)
        {
            return (failure as TransientException)?.Status ?? HttpStatusCode.Unauthorized;
        }
    }

    private Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken) =>
        endpoint.SendOnceAsync(request, cancellationToken);

    private static string BlobPath(RepositoryReference repository, Digest digest) => $"{repository.Name}/blobs/{digest}";

    private static ByteArrayContent Body(byte[] piece)
    {
        var content = new ByteArrayContent(piece);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        return content;
    }
}
