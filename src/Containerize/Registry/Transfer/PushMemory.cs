using System.Text;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Remembers into which repositories this machine brought a blob. It only saves uploads: a lost or wrong record costs one refused mount.
/// </summary>
/// <param name="cache">Has the records; null remembers nothing.</param>
internal sealed class PushMemory(BlobStore? cache)
{
    private const int MaxRepositories = 4;

    internal void Remember(RepositoryReference repository, Digest digest)
    {
        var known = Recall(repository.Registry, digest);
        if (cache is not null && !(known is [var latest, ..] && latest == repository.Name))
        {
            new Record(cache, RecordKind.Push, KeyOf(repository.Registry, digest))
                .Write(string.Concat(known.Prepend(repository.Name).Distinct().Take(MaxRepositories).Select(name => name + "\n")));
        }
    }

    /// <summary>Waits until no other build on this machine brings the blob to the registry.</summary>
    /// <returns>The turn, given back by disposing it; null where there is no way to agree, and everyone goes at once.</returns>
    internal async Task<IDisposable?> WaitForTurnAsync(string registry, Digest digest, CancellationToken cancellationToken) =>
        cache is null
            ? null
            : await cache.WaitForTurnAsync(Digest.Of(Encoding.UTF8.GetBytes($"push {KeyOf(registry, digest)}")), cancellationToken);

    /// <summary>The repositories, the latest first.</summary>
    internal IReadOnlyList<string> Recall(string registry, Digest digest) =>
        cache is not null && new Record(cache, RecordKind.Push, KeyOf(registry, digest)).Read() is { } text
            ? [.. text.Split('\n').Where(ImageReference.IsRepository).Take(MaxRepositories)]
            : [];

    private static string KeyOf(string registry, Digest digest) => $"{registry} {digest}";
}
