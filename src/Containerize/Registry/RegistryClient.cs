using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;
using Containerize.Registry.Transfer;
using Containerize.Storage;

namespace Containerize.Registry;

/// <summary>
/// Pulls from and pushes to registries. One client serves a whole build: it shares connections, tokens, limits and what it learns about
/// registries.
/// All members may be called at the same time; failures are <see cref="ContainerizeException"/>.
/// </summary>
/// <remarks>OCI distribution specification.</remarks>
internal sealed class RegistryClient : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly IReporter _reporter;
    private readonly RegistryPlaces _places;
    private readonly ManifestExchange _manifests;
    private readonly PushMemory _memory;
    private readonly SemaphoreSlim _slots;
    private readonly TransferReport _report;
    private readonly BlobFetch _fetch;
    private readonly BlobStore? _cache;

    /// <summary>Creates a client. Nothing is contacted and no credential is read before it is needed.</summary>
    /// <param name="options">How registries are reached.</param>
    /// <param name="reporter">Hears what is tried and which credential source is used.</param>
    /// <param name="cache">Keeps blobs that go from one registry to another; without it they are passed on as they come.</param>
    public RegistryClient(RegistryOptions options, IReporter reporter, BlobStore? cache = null)
    {
        _options = options;
        _cache = cache;
        _reporter = reporter;
        _places = new RegistryPlaces(options, reporter);
        _manifests = new ManifestExchange(options);
        _memory = new PushMemory(options.Memory);
        _slots = new SemaphoreSlim(options.MaxParallelTransfers);
        _report = new TransferReport(reporter, options.TimeProvider);
        _fetch = new BlobFetch(_places.DownloadOf, _slots, _report);
    }

    /// <summary>Gets a manifest or index, from a mirror if one has it.</summary>
    /// <param name="tagOrDigest">The tag or the digest; bytes that do not have that digest are refused.</param>
    /// <returns>The document, or null when the registry has none of this name.</returns>
    public Task<RawDocument?> TryGetManifestAsync(
        RepositoryReference repository, string tagOrDigest, CancellationToken cancellationToken) =>
        _places.ReadAsync(
            repository,
            tagOrDigest,
            $"read {repository} ({tagOrDigest})",
            (endpoint, name, token) => _manifests.TryGetAsync(endpoint, name, CheckTarget(tagOrDigest), token),
            cancellationToken);

    /// <summary>Finds out what a tag names now, without downloading it when the registry says it in headers.</summary>
    /// <returns>Type, digest and size as the registry states them, or null when it has none of this name. Get the document by its digest to
    /// be sure of the size.</returns>
    public Task<Descriptor?> TryResolveAsync(RepositoryReference repository, string tagOrDigest, CancellationToken cancellationToken) =>
        _places.ReadAsync(
            repository,
            tagOrDigest,
            $"resolve {repository} ({tagOrDigest})",
            (endpoint, name, token) => _manifests.TryResolveAsync(endpoint, name, CheckTarget(tagOrDigest), token),
            cancellationToken);

    /// <summary>Finds out what a tag names at the place that pushes go to; mirrors, which may be behind, are not asked.</summary>
    /// <returns>Type, digest and size as the registry states them, or null when it has none of this name.</returns>
    public Task<Descriptor?> TryResolveTargetAsync(RepositoryReference target, string tag, CancellationToken cancellationToken) =>
        _places.UseAsync(
            routes => routes.TargetOf(target),
            $"resolve {target} ({tag})",
            (endpoint, name) => _manifests.TryResolveAsync(endpoint, name, CheckTarget(tag), cancellationToken),
            cancellationToken);

    /// <summary>A blob that stays in its repository until its bytes are wanted.</summary>
    public Blob CreateBlob(RepositoryReference repository, Descriptor descriptor) => new RegistryBlob(this, repository, descriptor, _cache);

    /// <summary>
    /// Gets a blob into a store, unless it is there already. Simultaneous calls for one blob download it once, in other processes too.
    /// </summary>
    internal Task<VerifiedFile> FetchAsync(
        RepositoryReference repository, Descriptor blob, BlobStore store, CancellationToken cancellationToken) =>
        _fetch.RunAsync(repository, blob, store, cancellationToken);

    /// <summary>A blob that this client has downloaded into a store, and whose file did not change since; else null.</summary>
    internal VerifiedFile? TryGetDownloaded(Descriptor blob, BlobStore store) => _fetch.TryGetDownloaded(blob, store);

    /// <summary>Whether a repository has a blob.</summary>
    public Task<bool> HasBlobAsync(RepositoryReference repository, Descriptor blob, CancellationToken cancellationToken) =>
        _places.UseAsync(
            routes => routes.SourceOf(repository),
            $"look for the blob {blob.Digest} in {repository}",
            (endpoint, name) =>
                _places.Retrier.ExecuteAsync(
                    token => BlobUpload.HasAsync(endpoint, Access.Pull(name), blob, token), cancellationToken),
            cancellationToken);

    /// <summary>Asks how large a blob is of which only the digest is known.</summary>
    /// <returns>The size in bytes; null when it is not there.</returns>
    public Task<long?> FindBlobSizeAsync(RepositoryReference repository, Digest digest, CancellationToken cancellationToken) =>
        _places.UseAsync(
            routes => routes.SourceOf(repository),
            $"look for the blob {digest} in {repository}",
            (endpoint, name) => BlobSize.FindAsync(endpoint, name, digest, _options, cancellationToken),
            cancellationToken);

    /// <summary>Brings a blob into a repository in the cheapest way that works: it is there, it is mounted, it is uploaded.</summary>
    /// <param name="evenIfThere">Upload it though the registry says that it has it: for registries that find it missing when the manifest
    /// comes.</param>
    public async Task<PushOutcome> PushBlobAsync(
        RepositoryReference target, Blob blob, CancellationToken cancellationToken, bool evenIfThere = false)
    {
        var place = _places.Routes.TargetOf(target);
        // Naming a repository of another registry would be refused, or mount a stranger's repository of the same name.
        var origin = blob is RegistryBlob { Repository: { } repository } && _places.Routes.SourceOf(repository) is var from
            && from.Registry == place.Registry ? from.Name : null;
        return await _places.UseAsync(
            _ => place,
            $"push the blob {blob.Descriptor.Digest} to {target}",
            (endpoint, _) =>
                new BlobPush(endpoint, _memory, _slots, _report, _places.Retrier, _options, _reporter)
                    .RunAsync(place, blob, origin, LocalizeAsync, evenIfThere, cancellationToken),
            cancellationToken);
    }

    /// <summary>Puts a manifest or index. Everything it names must be there before.</summary>
    /// <param name="tagOrDigest">The tag, or the content's own digest.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>When it is there; also when an immutable tag had the same content before.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.RegistryContentMissing"/>: push everything again with
    /// <c>evenIfThere</c>, once.</exception>
    public Task PutManifestAsync(
        RepositoryReference target,
        string tagOrDigest,
        ReadOnlyMemory<byte> content,
        string mediaType,
        CancellationToken cancellationToken) =>
        _places.UseAsync(
            routes => routes.TargetOf(target),
            $"push the manifest {tagOrDigest} to {target}",
            async (endpoint, name) =>
            {
                await _manifests.PutAsync(endpoint, name, CheckTarget(tagOrDigest), content, mediaType, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Lists the tags of a repository.</summary>
    /// <returns>The tags; none when it does not exist.</returns>
    internal Task<IReadOnlyList<string>> ListTagsAsync(RepositoryReference repository, CancellationToken cancellationToken) =>
        _places.UseAsync(
            routes => routes.SourceOf(repository),
            $"list the tags of {repository}",
            (endpoint, name) => new TagList(endpoint, name, _options).ReadAsync(cancellationToken),
            cancellationToken);

    /// <summary>Lists the manifests that refer to another one: signatures, attestations.</summary>
    /// <param name="subject">The manifest that is referred to.</param>
    /// <returns>Their descriptors; none when nothing refers to it.</returns>
    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(
        RepositoryReference repository, Digest subject, CancellationToken cancellationToken) =>
        ListReferrersAsync(routes => routes.SourceOf(repository), repository, subject, cancellationToken);

    /// <summary>Lists the same at the place that pushes go to.</summary>
    internal Task<IReadOnlyList<Descriptor>> ListTargetReferrersAsync(
        RepositoryReference target, Digest subject, CancellationToken cancellationToken) =>
        ListReferrersAsync(routes => routes.TargetOf(target), target, subject, cancellationToken);

    /// <summary>Puts manifests that refer to another one, so that what lists referrers finds them. Their blobs must be there.</summary>
    /// <param name="subject">The manifest that all of them refer to.</param>
    /// <param name="referrers">The manifests, each with how lists name it.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ReferrersContended"/>, or what the registry says.</exception>
    internal Task PutReferrersAsync(
        RepositoryReference target,
        Digest subject,
        IReadOnlyList<(Descriptor Entry, ReadOnlyMemory<byte> Content)> referrers,
        CancellationToken cancellationToken) =>
        _places.UseAsync(
            routes => routes.TargetOf(target),
            $"push what refers to {subject} to {target}",
            async (endpoint, name) =>
            {
                await new ReferrerPush(endpoint, name, _manifests, _options).RunAsync(subject, referrers, cancellationToken);
                return true;
            },
            cancellationToken);

    /// <summary>Gets a manifest from the place that pushes go to; mirrors, which may be behind, are not asked.</summary>
    internal async Task<RawDocument?> TryGetTargetAsync(RepositoryReference target, string tag, CancellationToken cancellationToken) =>
        (await _places.UseAsync(
            routes => routes.TargetOf(target),
            $"read {target} ({tag})",
            (endpoint, name) => _manifests.TryGetTaggedAsync(endpoint, name, CheckTarget(tag), cancellationToken),
            cancellationToken)).Document;

    /// <summary>How a registry is reached, for requests that only a diagnosis has.</summary>
    /// <exception cref="TransientException">It does not answer.</exception>
    internal Task<RegistryEndpoint> ReachAsync(string registry, CancellationToken cancellationToken) =>
        _places.ReachAsync(registry, cancellationToken);

    /// <summary>The places that a tag of a repository is read from: mirrors first, the repository's own last.</summary>
    internal IReadOnlyList<RepositoryReference> PlacesOf(RepositoryReference repository) =>
        _places.Routes.PlacesOf(repository, byDigest: false);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _places.Dispose();
        _slots.Dispose();
        _report.Dispose();
    }

    internal async Task<Stream> OpenBlobAsync(RepositoryReference repository, Descriptor descriptor, CancellationToken cancellationToken)
    {
        try
        {
            return await _places.DownloadOf(repository, descriptor).OpenAsync(cancellationToken);
        }
        catch (TransientException failure)
        {
            throw RegistryFailure.Of(repository.Registry, BlobFetch.What(repository, descriptor), failure, hasMirrors: true);
        }
    }

    private Task<IReadOnlyList<Descriptor>> ListReferrersAsync(
        Func<RegistryRoutes, RepositoryReference> route,
        RepositoryReference repository,
        Digest subject,
        CancellationToken cancellationToken) =>
        _places.UseAsync(
            route,
            $"list the referrers of {subject} in {repository}",
            (endpoint, name) => new ReferrerList(endpoint, name, _manifests, _options).ReadAsync(subject, cancellationToken),
            cancellationToken);

    /// <summary>
    /// Through the cache: the bytes are there for the next registry and the next build, and can be sent again when a connection breaks.
    /// </summary>
    private async Task<Blob> LocalizeAsync(Blob blob, CancellationToken cancellationToken) =>
        blob is RegistryBlob remote && _cache is not null
            ? await FetchAsync(remote.Repository, remote.Descriptor, _cache, cancellationToken)
            : blob;

    private static string CheckTarget(string tagOrDigest) => ImageReference.IsTag(tagOrDigest) || Digest.TryParse(tagOrDigest, out _)
        ? tagOrDigest
        : throw new ContainerizeException(DiagnosticCode.InvalidReference, $"'{tagOrDigest}' is neither a tag nor a digest.");
}
