using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Registry;

/// <summary>A blob in a repository of a registry. Pushed to another repository of the same registry, it is mounted instead of sent.</summary>
public sealed class RegistryBlob : Blob
{
    private readonly RegistryClient _client;

    internal RegistryBlob(RegistryClient client, RepositoryReference repository, Descriptor descriptor)
        : base(descriptor)
    {
        _client = client;
        Repository = repository;
    }

    /// <summary>Where it is.</summary>
    public RepositoryReference Repository { get; }

    /// <inheritdoc/>
    public override async ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) =>
        await _client.OpenBlobAsync(Repository, Descriptor, cancellationToken);
}
