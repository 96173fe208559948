using Containerize.Bases;
using Containerize.Building;
using Containerize.Compression;
using Containerize.Debian;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Ahead;

/// <summary>
/// Work for a base image that needs no file of the project: while that is restored and compiled, the image is opened or made of its
/// packages, what it holds is read into the cache, and so are packages upon it. It decides nothing. A build for which it is late, failed or
/// absent does the same by itself.
/// </summary>
internal sealed class BaseAhead : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<BaseImage> _work;

    /// <summary>Begins the work.</summary>
    /// <param name="source">The base image.</param>
    /// <param name="platform">What the image is for.</param>
    /// <param name="cache">Gets documents and layers of the base, and what is known of its tree.</param>
    /// <param name="packages">Packages that the base is made of, or that lie upon it; disposed at the end of the work.</param>
    /// <param name="options">How layers of packages are written.</param>
    internal BaseAhead(
        IImageSource source, Platform platform, BlobStore cache, DebianPackages? packages = null, LayerOptions? options = null)
    {
        var stop = _stop.Token;
        _work = Task.Run(() => WorkAsync(source, platform, cache, packages, options, stop), CancellationToken.None);
    }

    /// <summary>A source that waits for the end of the work, so that nothing is fetched twice at the same time.</summary>
    internal IImageSource Before(IImageSource source) => new Waiting(this, source);

    /// <summary>Waits for the end of the work.</summary>
    /// <returns>The base image; null when the work failed or was stopped.</returns>
    internal async Task<BaseImage?> WaitAsync(CancellationToken cancellationToken)
    {
        await ((Task)_work).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return _work.IsCompletedSuccessfully ? await _work : null;
    }

    /// <summary>Stops the work. What it fetched so far stays in the cache.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private static async Task<BaseImage> WorkAsync(
        IImageSource source,
        Platform platform,
        BlobStore cache,
        DebianPackages? packages,
        LayerOptions? options,
        CancellationToken cancellationToken)
    {
        using var used = packages;
        var opened = await source.OpenAsync(platform, cancellationToken);
        foreach (var layer in packages?.Layers ?? [])
        {
            var context = new LayerContext(
                Task.FromResult(opened), new LayerCache(cache), FileHashes.Load(path: null), options ?? new LayerOptions());
            await layer.MakeAsync(context, cancellationToken);
        }

        var image = opened.Image;
        if (image.Layers.All(layer => LayerTar.IsReadable(layer.Blob.Descriptor.MediaType)))
        {
            await ImageTree.ReadAsync(image, [], cache, TreeParts.Directories, cancellationToken);
        }

        return opened;
    }

    private sealed class Waiting(BaseAhead ahead, IImageSource source) : IImageSource
    {
        public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
        {
            await ahead.WaitAsync(cancellationToken);
            return await source.OpenAsync(platform, cancellationToken);
        }
    }
}
