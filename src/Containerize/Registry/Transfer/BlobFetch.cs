using System.Collections.Concurrent;
using Containerize.Files;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Registry.Transfer;

/// <summary>Gets blobs into stores, each once however many ask for it: in this process they share a download, on this machine they take turns.</summary>
/// <param name="open">Opens a blob of a repository.</param>
/// <param name="slots">Bounds the downloads at a time.</param>
/// <param name="report">Says how they proceed.</param>
/// <param name="reporter">Hears of repetitions.</param>
internal sealed class BlobFetch(Func<RepositoryReference, Descriptor, CancellationToken, Task<Stream>> open, SemaphoreSlim slots, TransferReport report, IReporter reporter)
{
    private const int RepetitionsAfterDamage = 2;

    private readonly ConcurrentDictionary<Wanted, Lazy<Task<FileBlob>>> _flights = new();

    /// <summary>Gets a blob into a store, unless it is there.</summary>
    internal async Task<FileBlob> RunAsync(RepositoryReference repository, Descriptor blob, BlobStore store, CancellationToken cancellationToken)
    {
        while (true)
        {
            var key = new Wanted(store.Root, blob.Digest);
            var flight = _flights.GetOrAdd(key, _ => new(() => FetchAsync(repository, blob, store, cancellationToken)));
            try
            {
                return await flight.Value.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Whoever began it has given up; this caller has not.
            }
            finally
            {
                if (flight.Value.IsCompleted)
                {
                    _flights.TryRemove(new(key, flight));
                }
            }
        }
    }

    private async Task<FileBlob> FetchAsync(RepositoryReference repository, Descriptor blob, BlobStore store, CancellationToken cancellationToken)
    {
        if (await store.TryGetVerifiedAsync(blob, cancellationToken) is { } stored)
        {
            return stored;
        }

        using var turn = await store.WaitForTurnAsync(blob.Digest, cancellationToken);
        // Another process may have brought it meanwhile.
        if (turn is not null && await store.TryGetVerifiedAsync(blob, cancellationToken) is { } brought)
        {
            return brought;
        }

        using var progress = report.Start($"Pulling from {repository}", blob.Size);
        await slots.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    progress.GoTo(0);
                    return await DownloadAsync(repository, blob, store, progress, cancellationToken);
                }
                catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.DigestMismatch && attempt < RepetitionsAfterDamage)
                {
                    reporter.Detail($"{failure.Message} Downloading it again.");
                }
            }
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<FileBlob> DownloadAsync(RepositoryReference repository, Descriptor blob, BlobStore store, TransferProgress progress, CancellationToken cancellationToken)
    {
        var stream = new ProgressStream(await open(repository, blob, cancellationToken), progress);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                return await store.AddAsync(blob, stream, repository.ToString(), cancellationToken);
            }
            catch (TransientException failure)
            {
                throw RegistryFailure.Of(repository.Registry, $"download the blob {blob.Digest} of {repository}", failure);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                // What the network does is explained above; this is the disk.
                throw FileFailure.Explain(failure, $"The blob {blob.Digest} of {repository}");
            }
        }
    }

    private sealed record Wanted(string Store, Digest Digest);
}
