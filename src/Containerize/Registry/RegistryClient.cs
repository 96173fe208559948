using System.Collections.Concurrent;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Credentials;
using Containerize.Registry.Machine;
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
    private readonly ConcurrentDictionary<string, bool> _down = new();
    private readonly RegistryOptions _options;
    private readonly IReporter _reporter;
    private readonly Lazy<EndpointDirectory> _endpoints;
    private readonly Lazy<RegistryRoutes> _routes;
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
        // Most builds change nothing and talk to no registry; they need not wait for what that takes.
        var machine = new Lazy<MachineConfiguration>(() => MachineConfiguration.Read(options, reporter));
        _endpoints = new(
            () => new EndpointDirectory(
                options,
                reporter,
                new InsecureRegistries(InsecureEntries(options).Concat(machine.Value.Insecure)),
                new CredentialStore(options, reporter, machine.Value.CredentialHelpers)));
        _routes = new(() => new RegistryRoutes(options, machine.Value));
        _manifests = new ManifestExchange(options);
        _memory = new PushMemory(options.Memory);
        _slots = new SemaphoreSlim(options.MaxParallelTransfers);
        _report = new TransferReport(reporter, options.TimeProvider);
        _fetch = new BlobFetch(DownloadOf, _slots, _report);
    }

    /// <summary>Gets a manifest or index, from a mirror if one has it.</summary>
    /// <param name="tagOrDigest">The tag or the digest; bytes that do not have that digest are refused.</param>
    /// <returns>The document, or null when the registry has none of this name.</returns>
    public Task<RawDocument?> TryGetManifestAsync(
        RepositoryReference repository, string tagOrDigest, CancellationToken cancellationToken) =>
        ReadAsync(
            repository,
            tagOrDigest,
            $"read {repository} ({tagOrDigest})",
            (endpoint, name, token) => _manifests.TryGetAsync(endpoint, name, CheckTarget(tagOrDigest), token),
            cancellationToken);

    /// <summary>Finds out what a tag names now, without downloading it when the registry says it in headers.</summary>
    /// <returns>Type, digest and size as the registry states them, or null when it has none of this name. Get the document by its digest to
    /// be sure of the size.</returns>
    public Task<Descriptor?> TryResolveAsync(RepositoryReference repository, string tagOrDigest, CancellationToken cancellationToken) =>
        ReadAsync(
            repository,
            tagOrDigest,
            $"resolve {repository} ({tagOrDigest})",
            (endpoint, name, token) => _manifests.TryResolveAsync(endpoint, name, CheckTarget(tagOrDigest), token),
            cancellationToken);

    /// <summary>Finds out what a tag names at the place that pushes go to; mirrors, which may be behind, are not asked.</summary>
    /// <returns>Type, digest and size as the registry states them, or null when it has none of this name.</returns>
    public Task<Descriptor?> TryResolveTargetAsync(RepositoryReference target, string tag, CancellationToken cancellationToken) =>
        UseAsync(
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
        UseAsync(
            routes => routes.SourceOf(repository),
            $"look for the blob {blob.Digest} in {repository}",
            (endpoint, name) =>
                _endpoints.Value.Retrier.ExecuteAsync(
                    token => BlobUpload.HasAsync(endpoint, Access.Pull(name), blob, token), cancellationToken),
            cancellationToken);

    /// <summary>Asks how large a blob is of which only the digest is known.</summary>
    /// <returns>The size in bytes; null when it is not there.</returns>
    public Task<long?> FindBlobSizeAsync(RepositoryReference repository, Digest digest, CancellationToken cancellationToken) =>
        UseAsync(
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
        var place = _routes.Value.TargetOf(target);
        // Naming a repository of another registry would be refused, or mount a stranger's repository of the same name.
        var origin = blob is RegistryBlob { Repository: { } repository } && _routes.Value.SourceOf(repository) is var from
            && from.Registry == place.Registry ? from.Name : null;
        return await UseAsync(
            _ => place,
            $"push the blob {blob.Descriptor.Digest} to {target}",
            (endpoint, _) =>
                new BlobPush(endpoint, _memory, _slots, _report, _endpoints.Value.Retrier, _options, _reporter)
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
        UseAsync(
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
        UseAsync(
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
        UseAsync(
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
        (await UseAsync(
            routes => routes.TargetOf(target),
            $"read {target} ({tag})",
            (endpoint, name) => _manifests.TryGetTaggedAsync(endpoint, name, CheckTarget(tag), cancellationToken),
            cancellationToken)).Document;

    /// <summary>How a registry is reached, for requests that only a diagnosis has.</summary>
    /// <exception cref="TransientException">It does not answer.</exception>
    internal Task<RegistryEndpoint> ReachAsync(string registry, CancellationToken cancellationToken) =>
        _endpoints.Value.GetAsync(registry, cancellationToken);

    /// <summary>The places that a tag of a repository is read from: mirrors first, the repository's own last.</summary>
    internal IReadOnlyList<RepositoryReference> PlacesOf(RepositoryReference repository) =>
        _routes.Value.PlacesOf(repository, byDigest: false);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        if (_endpoints.IsValueCreated)
        {
            _endpoints.Value.Dispose();
        }

        _slots.Dispose();
        _report.Dispose();
    }

    internal async Task<Stream> OpenBlobAsync(RepositoryReference repository, Descriptor descriptor, CancellationToken cancellationToken)
    {
        try
        {
            return await DownloadOf(repository, descriptor).OpenAsync(cancellationToken);
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
        UseAsync(
            route,
            $"list the referrers of {subject} in {repository}",
            (endpoint, name) => new ReferrerList(endpoint, name, _manifests, _options).ReadAsync(subject, cancellationToken),
            cancellationToken);

    private Download DownloadOf(RepositoryReference repository, Descriptor descriptor)
    {
        RequireNetwork(BlobFetch.What(repository, descriptor));
        return new(
            $"{descriptor.Digest}", descriptor.Size, [.. DownloadPlaces(repository, descriptor)], _endpoints.Value.Retrier, PassOver);
    }

    private void RequireNetwork(string what)
    {
        if (_options.IsOffline)
        {
            throw new ContainerizeException(
                DiagnosticCode.Offline,
                $"Could not {what}: ContainerizeOffline is set, and this is not in the cache of this machine. Build once without it, or " +
                $"choose what is here.");
        }
    }

    /// <summary>Mirrors, the registry itself, and for foreign layers the URLs they name.</summary>
    private IEnumerable<DownloadPlace> DownloadPlaces(RepositoryReference repository, Descriptor descriptor)
    {
        var places = _routes.Value.PlacesOf(repository, byDigest: true);
        foreach (var place in places.SkipLast(1).Where(place => !_down.ContainsKey(place.Registry)).Append(places[^1]))
        {
            yield return new(place.ToString(), place.Registry, async (offset, token) =>
            {
                var endpoint = await _endpoints.Value.GetAsync(place.Registry, token);
                return await BlobSource.In(endpoint, place.Name, descriptor, _options).OpenAsync(offset, token);
            });
        }

        foreach (var url in (descriptor.Urls ?? []).Select(VerbatimUrl.TryCreate).OfType<Uri>())
        {
            yield return new(VerbatimUrl.Public(url), url.Authority, async (offset, token) =>
            {
                var registry = await _endpoints.Value.GetAsync(places[^1].Registry, token);
                var endpoint = await _endpoints.Value.TryCreateForeignAsync(url, registry.Origin, token)
                    ?? throw new ContainerizeException(
                        DiagnosticCode.UnsafeLocation,
                        $"The layer {descriptor.Digest} of {repository} names {VerbatimUrl.Public(url)}, which is less protected than " +
                        $"the registry itself.");
                return await new BlobSource(endpoint, url, new Access("", ""), descriptor, _options).OpenAsync(offset, token);
            });
        }
    }

    /// <summary>
    /// Through the cache: the bytes are there for the next registry and the next build, and can be sent again when a connection breaks.
    /// </summary>
    private async Task<Blob> LocalizeAsync(Blob blob, CancellationToken cancellationToken) =>
        blob is RegistryBlob remote && _cache is not null
            ? await FetchAsync(remote.Repository, remote.Descriptor, _cache, cancellationToken)
            : blob;

    /// <summary>Reads from the first place that has it: a mirror that fails or lacks it is passed over.</summary>
    private async Task<T?> ReadAsync<T>(
        RepositoryReference repository,
        string tagOrDigest,
        string what,
        Func<RegistryEndpoint, string, CancellationToken, Task<T?>> read,
        CancellationToken cancellationToken)
        where T : class
    {
        RequireNetwork(what);
        var places = _routes.Value.PlacesOf(repository, byDigest: Digest.TryParse(tagOrDigest, out _));
        foreach (var place in places.SkipLast(1).Where(place => !_down.ContainsKey(place.Registry)))
        {
            try
            {
                if (await read(await _endpoints.Value.GetAsync(place.Registry, cancellationToken), place.Name, cancellationToken)
                    is { } found)
                {
                    return found;
                }
            }
            catch (Exception failure) when (failure is TransientException or ContainerizeException)
            {
                PassOver(place.ToString(), place.Registry, failure);
            }
        }

        var own = places[^1];
        return await ExplainAsync(
            own.Registry,
            what,
            async () => await read(await _endpoints.Value.GetAsync(own.Registry, cancellationToken), own.Name, cancellationToken),
            hasMirrors: true);
    }

    private async Task<T> UseAsync<T>(
        Func<RegistryRoutes, RepositoryReference> route,
        string what,
        Func<RegistryEndpoint, string, Task<T>> action,
        CancellationToken cancellationToken)
    {
        RequireNetwork(what);
        var place = route(_routes.Value);
        return await ExplainAsync(
            place.Registry, what, async () => await action(await _endpoints.Value.GetAsync(place.Registry, cancellationToken), place.Name));
    }

    private void PassOver(DownloadPlace place, Exception failure) => PassOver(place.Name, place.Host, failure);

    /// <summary>A mirror that did not answer in all its repetitions is not asked again: waiting for it once is enough.</summary>
    private void PassOver(string place, string registry, Exception failure)
    {
        Message text = $"{place} was passed over: {failure.Message.TrimEnd('.')}.";
        // Damage is worth a look at the mirror even though the build gets its bytes elsewhere.
        if (failure is ContainerizeException { Code: DiagnosticCode.DigestMismatch })
        {
            _reporter.Message(text);
        }
        else
        {
            _reporter.Detail(text);
        }

        if (failure is TransientException)
        {
            _down[registry] = true;
        }
    }

    private async Task<T> ExplainAsync<T>(string registry, string what, Func<Task<T>> action, bool hasMirrors = false)
    {
        if (_endpoints.Value.SilenceOf(registry) is { } silence)
        {
            throw RegistryFailure.Of(registry, what, silence, hasMirrors);
        }

        try
        {
            return await action();
        }
        catch (TransientException failure)
        {
            _endpoints.Value.NoteFailure(registry, failure);
            throw RegistryFailure.Of(registry, what, failure, hasMirrors);
        }
    }

    private static string CheckTarget(string tagOrDigest) => ImageReference.IsTag(tagOrDigest) || Digest.TryParse(tagOrDigest, out _)
        ? tagOrDigest
        : throw new ContainerizeException(DiagnosticCode.InvalidReference, $"'{tagOrDigest}' is neither a tag nor a digest.");

    private static IEnumerable<string> InsecureEntries(RegistryOptions options) =>
        options.InsecureRegistries.Concat((options.Environment("DOTNET_CONTAINER_INSECURE_REGISTRIES") ?? "").Split(',', ';'));
}
