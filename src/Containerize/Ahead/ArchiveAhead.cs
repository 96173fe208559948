using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Ahead;

/// <summary>
/// Begins the archive of an image while the project is compiled: with the layers of the base, and with those above it that the last image
/// had but for the uppermost, which is the app's. It decides nothing: an archive goes on behind what it has in common with this one.
/// </summary>
internal sealed class ArchiveAhead : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<ArchiveFront?> _work;

    /// <summary>Begins the work.</summary>
    /// <param name="layers">Finds the layers that are expected, bottom first.</param>
    /// <param name="client">Knows which layers were downloaded, and so verified, in this build.</param>
    /// <param name="cache">Has the layers; nothing is fetched.</param>
    /// <param name="directory">The project's own directory, where the file lies until the archive is complete.</param>
    internal ArchiveAhead(
        Func<CancellationToken, Task<IReadOnlyList<Layer>>> layers, RegistryClient client, BlobStore cache, string directory)
    {
        var stop = _stop.Token;
        _work = Task.Run(() => WorkAsync(layers, client, cache, directory, stop), CancellationToken.None);
        _ = Task.Run(() => FlushAsync(stop), CancellationToken.None);
    }

    /// <summary>Waits for the file, which then belongs to the archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="path">Where it goes.</param>
    /// <returns>The file; null when the archive is to be written from its start.</returns>
    internal async Task<AtomicFile?> TakeAsync(ArchiveContents archive, string path, CancellationToken cancellationToken) =>
        (await _work.WaitAsync(cancellationToken))?.TryTake(archive, path);

    /// <summary>Stops the work, and deletes the file unless an archive took it.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _ = _work.ContinueWith(
            static work => work.Result?.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private static async Task<ArchiveFront?> WorkAsync(
        Func<CancellationToken, Task<IReadOnlyList<Layer>>> layers,
        RegistryClient client,
        BlobStore cache,
        string directory,
        CancellationToken cancellationToken)
    {
        try
        {
            var found = await FindAsync(await layers(cancellationToken), client, cache, cancellationToken);
            return found.Count == 0 ? null : await ArchiveFront.WriteAsync(found, directory, cancellationToken);
        }
#pragma warning disable CA1031 // The build does the same again, and says what is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    // Up to the first one that is not here: what comes behind it could not stay where it is.
    private static async Task<IReadOnlyList<Blob>> FindAsync(
        IReadOnlyList<Layer> layers, RegistryClient client, BlobStore cache, CancellationToken cancellationToken)
    {
        var found = new List<Blob>();
        foreach (var blob in layers.Select(layer => layer.Blob).Where(blob => !MediaTypes.IsForeignLayer(blob.Descriptor.MediaType)))
        {
            var local = blob is RegistryBlob
                ? client.TryGetDownloaded(blob.Descriptor, cache)
                    ?? await cache.TryGetForVerifiedUseAsync(blob.Descriptor, cancellationToken)
                : blob;
            if (local is null)
            {
                break;
            }

            found.Add(local);
        }

        return [.. found.DistinctBy(blob => blob.Descriptor.Digest)];
    }

    // The archive can go on with the file meanwhile.
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _work is { } front && !cancellationToken.IsCancellationRequested)
            {
                front.Flush();
            }
        }
        catch (ObjectDisposedException)
        {
            // The archive is complete, or the build has ended.
        }
    }
}
