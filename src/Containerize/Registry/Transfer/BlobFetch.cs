using System.Collections.Concurrent;
using Containerize.Files;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Gets blobs into stores, each once however many ask for it: in this process they share a download, on this machine they take turns.
/// </summary>
/// <param name="downloadOf">Finds the places that may have a blob of a repository.</param>
/// <param name="slots">Bounds the downloads at a time.</param>
/// <param name="report">Says how they proceed.</param>
internal sealed class BlobFetch(Func<RepositoryReference, Descriptor, Download> downloadOf, SemaphoreSlim slots, TransferReport report)
{
    private readonly ConcurrentDictionary<Wanted, Lazy<Task<VerifiedFile>>> _flights = new();

    // Verified as they came, by this process: what asks for them later need not read them again.
    private readonly ConcurrentDictionary<Wanted, Downloaded> _downloaded = new();

    /// <summary>What is done, for messages: it stands behind "could not".</summary>
    internal static string What(RepositoryReference repository, Descriptor blob) => $"download the blob {blob.Digest} of {repository}";

    /// <summary>Gets a blob into a store, unless it is there.</summary>
    internal async Task<VerifiedFile> RunAsync(
        RepositoryReference repository, Descriptor blob, BlobStore store, CancellationToken cancellationToken)
    {
        var key = Wanted.Of(blob, store);
        while (true)
        {
            var flight = _flights.GetOrAdd(key, _ => new(() => FetchAsync(repository, blob, store, cancellationToken)));
            try
            {
                return (await flight.Value.WaitAsync(cancellationToken)).As(blob.MediaType);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The caller that began it has given up; this one has not.
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

    /// <summary>A blob that this has downloaded into a store, and whose file did not change since; else null.</summary>
    internal VerifiedFile? TryGetDownloaded(Descriptor blob, BlobStore store) =>
        _downloaded.TryGetValue(Wanted.Of(blob, store), out var known)
        && VerifiedBlobs.TryStamp(known.File) == known.Stamp
            ? known.File.As(blob.MediaType)
            : null;

    private async Task<VerifiedFile> FetchAsync(
        RepositoryReference repository, Descriptor blob, BlobStore store, CancellationToken cancellationToken)
    {
        if ((TryGetDownloaded(blob, store) ?? await store.TryGetVerifiedAsync(blob, cancellationToken)) is { } stored)
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
            var file = await DownloadAsync(repository, blob, store, progress, cancellationToken);
            if (VerifiedBlobs.TryStamp(file) is { } stamp)
            {
                _downloaded[Wanted.Of(blob, store)] = new Downloaded(file, stamp);
            }

            return file;
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<VerifiedFile> DownloadAsync(
        RepositoryReference repository, Descriptor blob, BlobStore store, TransferProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            using var writer = store.ContinueWriter(blob);
            return await downloadOf(repository, blob).RunAsync(
                writer.Stream.Length,
                (content, token) =>
                {
                    progress.GoTo(content.Position);
                    // The download disposes the content.
                    return VerifiedFile.CompleteAsync(writer, blob, new ProgressStream(content, progress), repository.ToString(), token);
                },
                cancellationToken);
        }
        catch (TransientException failure)
        {
            throw RegistryFailure.Of(repository.Registry, What(repository, blob), failure, hasMirrors: true);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // What the network does is explained above; this is the disk.
            throw FileFailure.Explain(failure, $"The blob {blob.Digest} of {repository}");
        }
    }

    // A request that claims another size is another request: only one of the two can succeed.
    private sealed record Wanted(string Store, Digest Digest, long Size)
    {
        internal static Wanted Of(Descriptor blob, BlobStore store) => new(store.Root, blob.Digest, blob.Size);
    }

    // A class: collections of structures are compiled in each build.
    private sealed record Downloaded(VerifiedFile File, FileStamp Stamp);
}
