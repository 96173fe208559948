using Containerize.Bases;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Starting;
using Containerize.Storage;

namespace Containerize.Ahead;

/// <summary>
/// Prepares the end of a build while the project is compiled: destinations are asked whether they have the last image, and that is put
/// together again on the base as it is now. Nothing is kept of the answers and of the image. The build then finds connections open, tokens
/// fetched and archives verified; and the code that it runs is loaded, which takes most of the time of a build without a change.
/// </summary>
internal sealed class ImageAhead : IDisposable
{
    // Reading what more of them contain would take longer than what is gained.
    private const int MostFiles = 10_000;

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Begins the work.</summary>
    /// <param name="request">What is expected.</param>
    internal ImageAhead(ImageAheadRequest request)
    {
        var stop = _stop.Token;
        Image = Task.Run(() => WorkAsync(request, stop), CancellationToken.None);
    }

    /// <summary>The image that was put together, when the work is done; null when it could not be.</summary>
    internal Task<BuiltImage?> Image { get; }

    /// <summary>Stops the work.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private static async Task<BuiltImage?> WorkAsync(ImageAheadRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var last = BuiltImageFile.Load(request.Store, request.Client.CreateBlob);
            var images = ImageSet.Of([last.Image]);
            var asking = request.Destinations().Select(destination => destination.FindAsync(images, cancellationToken)).ToList();
            var building = BuildAsync(last, request, cancellationToken);
            await Task.WhenAll([building, .. asking]);
            return await building;
        }
#pragma warning disable CA1031 // The build does the same again, and says what is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static async Task<BuiltImage?> BuildAsync(BuiltImage last, ImageAheadRequest request, CancellationToken cancellationToken)
    {
        var cache = new LayerCache(request.Cache);
        var layers = last.Layers.Select(layer => LastLayer.TryOf(layer, cache)).OfType<LastLayer>().ToList();
        if (layers.Count < last.Layers.Count || last.Layers.Sum(layer => layer.Record.FileCount) > MostFiles
            || request.Base is not { } ahead || await ahead.WaitAsync(cancellationToken) is not { } opened)
        {
            return null;
        }

        var wanted = request.Image(new OpenedSource(opened), layers) with
        {
            // What starts the app follows from what is published. What is missing is looked for in layers, which takes too long for this.
            Command = new ImageCommand { AppCommand = last.Image.Config.Entrypoint },
            StartCheck = StartPolicy.None,
        };
        var memory = new BuildMemory(
            cache,
            FileHashes.Load(path: null),
            PreviousBuild.Load(Path.Combine(request.Store.Root, PreviousBuild.FileName)),
            new PreviousImages(request.Client, ReuseRequest.None, wanted.Platform, request.Cache, SilentReporter.Instance));
        var built = await ImageBuilder.BuildAsync(
            wanted, memory, (_, _) => Task.FromResult(false), SilentReporter.Instance, cancellationToken);
        _ = BuiltImageFile.Write(built);
        return built;
    }

    private sealed class OpenedSource(BaseImage opened) : IImageSource
    {
        public Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken) => Task.FromResult(opened);
    }
}

/// <summary>What is known of an image before its project is compiled.</summary>
internal sealed record ImageAheadRequest
{
    /// <summary>The project's own store, which has the last image.</summary>
    public required BlobStore Store { get; init; }

    /// <summary>Has the layers of the last image.</summary>
    public required BlobStore Cache { get; init; }

    /// <summary>Knows where layers of bases lie.</summary>
    public required RegistryClient Client { get; init; }

    /// <summary>Makes the destinations that are asked.</summary>
    public required Func<IEnumerable<IImageDestination>> Destinations { get; init; }

    /// <summary>Makes the request for an image of a base and layers.</summary>
    public required Func<IImageSource, IReadOnlyList<ILayerSource>, ImageRequest> Image { get; init; }

    /// <summary>Opens the base; null for a base that is opened by the build alone.</summary>
    public BaseAhead? Base { get; init; }
}
