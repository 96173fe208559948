using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Registry;

/// <summary>
/// A blob in a repository of a registry. Pushed to another repository of the same registry, it is mounted instead of sent.
/// </summary>
internal sealed class RegistryBlob : Blob
{
    private readonly RegistryClient _client;
    private readonly BlobStore? _cache;

    internal RegistryBlob(RegistryClient client, RepositoryReference repository, Descriptor descriptor, BlobStore? cache)
        : base(descriptor)
    {
        _client = client;
        _cache = cache;
        Repository = repository;
    }

    /// <summary>Where it is.</summary>
    public RepositoryReference Repository { get; }

    /// <inheritdoc/>
    public override async ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) =>
        _cache is not null && await _cache.TryGetVerifiedAsync(Descriptor, cancellationToken) is { } cached
            ? await cached.OpenReadAsync(cancellationToken)
            : await _client.OpenBlobAsync(Repository, Descriptor, cancellationToken);

    /// <inheritdoc/>
    internal override Task<VerifiedFile> VerifyAsync(BlobStore store, CancellationToken cancellationToken) =>
        _client.FetchAsync(Repository, Descriptor, store, cancellationToken);
}
