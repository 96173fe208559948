using Containerize.Engines;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// The image storage of a container engine. The archive is streamed into the engine's own <c>load</c>; layers that the engine has are
/// named in it, but their bytes are left out, and never fetched: those at the bottom that another image has, or any in containerd.
/// </summary>
/// <param name="kind">Which engine.</param>
/// <param name="name">What the image is called in the engine.</param>
/// <param name="environment">Reads environment variables.</param>
/// <param name="reporter">Is told which of several platforms is loaded, where the engine does not keep them all.</param>
internal sealed class DaemonDestination(EngineKind kind, ImageName name, Func<string, string?> environment, IReporter reporter)
    : IImageDestination
{
    private const string Kind = "daemon";

    /// <inheritdoc/>
    public string Id => $"{Kind} {kind} {string.Join(' ', name.References)}";

    /// <inheritdoc/>
    public bool NeedsFiles => false;

    /// <inheritdoc/>
    public async Task<DestinationResult?> FindAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
            var engine = await Engine.FindAsync(kind, environment, cancellationToken);
            var image = Choose(images, engine);
            var part = await PartAsync(images, image, engine, cancellationToken);
            return image.Config.Platform.Os == engine.Platform.Os && await HoldsAsync(engine, part, cancellationToken)
                ? Result(engine, 0, ArchiveContents.Of(part, NameIn(engine), gzip: false).Length)
                : null;
        }
        catch (ContainerizeException)
        {
            // The writing will tell.
            return null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Engines have no place for it.</remarks>
    public Task AttachAsync(ImageSet images, Evidence evidence, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.EngineNotFound"/>,
    /// <see cref="DiagnosticCode.EngineUnavailable"/>, <see cref="DiagnosticCode.EngineFailed"/> or
    /// <see cref="DiagnosticCode.UnsupportedCompression"/>: the engine cannot unpack zstd.
    /// </exception>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null)
    {
        var engine = await Engine.FindAsync(kind, environment, cancellationToken);
        var image = Choose(images, engine);
        if (image.Config.Platform.Os != engine.Platform.Os)
        {
            var (own, other) = (engine.Platform.Os, image.Config.Platform);
            throw new ContainerizeException(
                DiagnosticCode.EngineFailed,
                $"{engine.Kind} runs containers for {own} here, and the image is for {other}. Push it to a registry or write an archive "
                + $"for a machine that runs it, add a platform for {own} (ContainerRuntimeIdentifiers), "
                + $"or switch the engine to {other.Os} containers.");
        }

        var part = await PartAsync(images, image, engine, cancellationToken);
        if (part.Images.Count < images.Images.Count)
        {
            reporter.Message(
                $"{engine.Kind} gets the image for {image.Config.Platform}, one of {images.Images.Count} platforms. "
                + $"A registry, an archive or a layout takes all of them.");
        }

        var whole = ArchiveContents.Of(part, NameIn(engine), gzip: false);
        var present = await FindPresentAsync(engine, image, cancellationToken);
        await RequireZstdAsync(engine, image, present, cancellationToken);
        if (present.Count > 0)
        {
            var thin = ArchiveContents.Of(part, NameIn(engine), gzip: false, present);
            if (await engine.LoadAsync(thin.WriteAsync, cancellationToken) is not { } words)
            {
                return Result(engine, thin.Length, whole.Length - thin.Length);
            }

            reporter.Detail($"{engine.Kind} does not take the image without the layers that it has ({words}); it gets all of it.");
            await RequireZstdAsync(engine, image, [], cancellationToken);
        }

        return await engine.LoadAsync(whole.WriteAsync, cancellationToken) is { } failure
            ? throw new ContainerizeException(
                DiagnosticCode.EngineFailed, $"{engine.Kind} could not load the image {string.Join(", ", name.References)}: {failure}")
            : Result(engine, whole.Length, 0);
    }

    // The engine itself says no more of it than "unexpected EOF".
    private static async Task RequireZstdAsync(Engine engine, Image image, HashSet<Digest> present, CancellationToken cancellationToken)
    {
        var missing = image.Document.Layers.Where(layer => !present.Contains(layer.Digest));
        if (missing.Any(layer => LayerEncoding.Find(layer.MediaType) is { Compression: LayerCompression.Zstd })
            && await engine.FindZstdRefuserAsync(cancellationToken) is { } refuser)
        {
            throw new ContainerizeException(
                DiagnosticCode.UnsupportedCompression,
                $"The image has layers that are compressed with zstd, which {refuser} cannot load. Set ContainerizeCompression to gzip "
                + $"(and choose a base image whose layers are), update Docker to 23 or later, or load the image into Podman.");
        }
    }

    private DestinationResult Result(Engine engine, long written, long avoided) => new(
        Kind,
        [.. ReferencesIn(engine, name).Select(reference => $"{engine.Kind.ToString().ToLowerInvariant()}:{reference}")],
        written,
        avoided);

    // By a name without a registry Podman runs the image that is its own, even if Docker Hub's is there, too.
    private ImageName NameIn(Engine engine) => engine.OwnRegistry is { } own ? name.OrIn(own) : name;

    private static IReadOnlyList<string> ReferencesIn(Engine engine, ImageName name) =>
        engine.NeedsFullNames ? name.FullReferences : name.References;

    private static Image Choose(ImageSet images, Engine engine) =>
        images.Images.FirstOrDefault(candidate => engine.Platform.Accepts(candidate.Config.Platform)) ?? images.Images[0];

    // Most engines keep one platform of an image. Those that keep an index skip what is not in the archive, and say nothing: an index
    // that is named only by another one would be missing, and the images below it.
    private static async Task<ImageSet> PartAsync(ImageSet images, Image own, Engine engine, CancellationToken cancellationToken) =>
        images is { Images.Count: > 1, NamesEachImage: true } && await engine.KeepsIndexesAsync(cancellationToken)
            ? images : new ImageSet(own);

    private async Task<bool> HoldsAsync(Engine engine, ImageSet part, CancellationToken cancellationToken)
    {
        // An image's id is the digest of its config, and of what its name stands for in Docker's containerd image store.
        var root = part.Root.Descriptor.Digest.ToString();
        string[] ids = part.Images is [var only] ? [only.Document.Config.Digest.ToString(), root] : [root];
        foreach (var reference in ReferencesIn(engine, NameIn(engine)))
        {
            var id = await engine.FindImageAsync(reference, cancellationToken);
            if (id is null || !ids.Any(own => own.EndsWith(id, StringComparison.Ordinal)))
            {
                return false;
            }

            // The id says what the name stands for. A pull, or a removal, of one platform leaves it with the others missing.
            foreach (var platform in part.IsIndex ? part.Images.Select(image => image.Config.Platform) : [])
            {
                if (!await engine.HoldsPlatformAsync(reference, platform, cancellationToken))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static async Task<HashSet<Digest>> FindPresentAsync(Engine engine, Image image, CancellationToken cancellationToken) =>
        await engine.ListBlobsAsync(cancellationToken) is { } blobs
            ? image.Document.Layers.Select(layer => layer.Digest).Where(digest => blobs.Contains(digest.ToString())).ToHashSet()
            : PresentLayers(image, await engine.ListLayersAsync(cancellationToken));

    /// <summary>The blobs of the longest row of layers, from the bottom, that an image of the engine begins with.</summary>
    private static HashSet<Digest> PresentLayers(Image image, IReadOnlyList<IReadOnlyList<string>> engineImages)
    {
        var own = image.Layers.Select(layer => layer.DiffId.ToString()).ToList();
        var common = engineImages
            .Select(other => own.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count())
            .DefaultIfEmpty(0)
            .Max();
        var blobs = image.Document.Layers.Take(common).Select(layer => layer.Digest).ToHashSet();
        blobs.ExceptWith(image.Document.Layers.Skip(common).Select(layer => layer.Digest));
        return blobs;
    }
}
