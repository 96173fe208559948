using Containerize.Bases;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Layers.Windows;
using Containerize.Oci;

namespace Containerize.Building;

/// <summary>Base + layers + settings = image.</summary>
internal static class ImageBuilder
{
    private const string OciLabelPrefix = "org.opencontainers.image.";
    private const string CreatedBy = "Containerize";

    // What Docker's own image store puts on one another; the store of containerd and Podman's take more.
    private const int MostLayersOfDocker = 125;

    /// <summary>Builds an image. The base is opened while the layers are made; layers that exist are not made.</summary>
    /// <param name="memory">What earlier builds left.</param>
    /// <param name="needsBytes">
    /// Whether a destination is going to read the image's layers; those of the cache are verified then, and made again where damaged. It is
    /// not asked where there is a debug image, whose destinations read them.
    /// </param>
    /// <param name="reporter">Is told what users should know.</param>
    /// <exception cref="ContainerizeException">What the base's source, the layers or the settings have to say.</exception>
    public static async Task<BuiltImage> BuildAsync(
        ImageRequest request,
        BuildMemory memory,
        Func<Image, CancellationToken, Task<bool>> needsBytes,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opening = request.Base.OpenAsync(request.Platform, stop.Token);
        var context = new LayerContext(opening, memory.Layers, memory.Hashes, request.LayerOptions)
        {
            Ahead = memory.Ahead,
            Reporter = reporter,
        };
        var maker = new LayerMaker(context, memory.Previous, memory.Registries, reporter);
        var making = MakeLayersAsync(request.Layers, context, maker, stop.Token);
        if (!(await Task.WhenAny(opening, making)).IsCompletedSuccessfully)
        {
            // The first failure is the one to tell; what still runs only delays it.
            await stop.CancelAsync();
        }

        await Task.WhenAll(opening, making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        await (opening.IsFaulted || !making.IsFaulted ? opening : (Task)making);
        var baseImage = Mend(await opening, reporter);
        RequireWindows(baseImage, request.Platform);
        if (request is { Format: ImageFormat.Oci, Healthcheck.IsNone: false })
        {
            reporter.Message("Podman ignores the healthcheck of an image in the OCI format, which has no place for one; Docker does not. "
                + "Set ContainerImageFormat to Docker if it is to work in both.");
        }

        var layers = await FitAsync(request.Layers, await making, context, maker, cancellationToken);
        memory.Hashes.Save();
        var built = await BuildAsync(request, baseImage, layers, maker, memory, needsBytes, reporter, cancellationToken);
        if (request.Symbols is { } symbols)
        {
            IReadOnlyList<IPreparedLayer> own = [.. layers.Select(layer => layer.Prepared)];
            built = built with { Debug = await DebugImage.OfAsync(built, own, symbols, context, maker, request, cancellationToken) };
            memory.Hashes.Save();
        }

        return built;
    }

    /// <summary>A layer with what the image says of it.</summary>
    internal static Layer LayerOf(BuiltLayer layer) => new(layer.Record.Blob, layer.Record.DiffId) { Annotations = Annotations(layer) };

    /// <summary>What the image's history says of a layer.</summary>
    internal static HistoryEntry History(BuiltLayer layer) => new(layer.Record.DiffId, CreatedBy, Describe(layer));

    private static async Task<BuiltImage> BuildAsync(
        ImageRequest request,
        BaseImage baseImage,
        IReadOnlyList<(IPreparedLayer Prepared, BuiltLayer Built)> layers,
        LayerMaker maker,
        BuildMemory memory,
        Func<Image, CancellationToken, Task<bool>> needsBytes,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        var contents = layers.Select(layer => layer.Prepared.Content).ToList();
        var comparing = layers.Zip(contents, (layer, content) => CompareAsync(layer.Built, content, memory, cancellationToken));
        var compared = await Task.WhenAll(comparing);
        var built = Assemble(request, baseImage, compared, reporter);
        if (built.Image.Layers.Count > MostLayersOfDocker)
        {
            reporter.Warning(
                DiagnosticCode.TooManyLayers,
                $"The image has {built.Image.Layers.Count} layers, {baseImage.Image.Layers.Count} of them the base image's. Docker takes at "
                + $"most {MostLayersOfDocker} ('max depth exceeded'), unless containerd keeps its images. Choose a base image with fewer, "
                + $"or name fewer items ContainerizeLayer and ContainerizeLayerReference.");
        }

        var store = memory.Layers.Store;
        await StartedProgram.RequireAsync(built.Image, contents, request.WorkingDirectory, store, reporter, cancellationToken);
        IReadOnlyList<IPreparedLayer> prepared = [.. layers.Select(layer => layer.Prepared)];
        var findings = await StartReport.ReportAsync(request, built.Image, prepared, store, reporter, cancellationToken);
        built = built with { StartFindings = findings };
        // A debug image goes to places of its own with the same layers, whatever those of the image have.
        if (compared.All(layer => layer.Origin != LayerOrigin.Cache)
            || (request.Symbols is null && !await needsBytes(built.Image, cancellationToken)))
        {
            return built;
        }

        var verified = await Task.WhenAll(
            compared.Zip(layers, (layer, one) => maker.VerifyAsync(layer, one.Prepared, cancellationToken)));
        return verified.SequenceEqual(compared) ? built : Assemble(request, baseImage, verified, reporter);
    }

    private static BaseImage Mend(BaseImage baseImage, IReporter reporter)
    {
        var (config, repairs) = baseImage.Image.Config.Mend();
        if (repairs.Count == 0)
        {
            return baseImage;
        }

        reporter.Warning(
            DiagnosticCode.BaseConfigMended,
            $"The config of the base image {baseImage.Name} is not one that all engines and registries take. The image's own was " +
            $"mended: {string.Join("; ", repairs)}. "
            + $"Nothing else is different; have the base image built again with a current tool.");
        return baseImage with { Image = baseImage.Image.WithConfig(config) };
    }

    // Processes of Linux need nothing but the kernel; those of Windows need its files, in every image.
    private static void RequireWindows(BaseImage baseImage, Platform platform)
    {
        if (platform.IsWindows && baseImage.Image.Layers.Count == 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.PlatformNotFound,
                $"The base image {baseImage.Name ?? ScratchSource.Name} is empty, and an image for Windows needs Windows in it. "
                + $"Choose a base image with Nano Server or Server Core, or leave ContainerBaseImage to the SDK.");
        }
    }

    private static async Task<IReadOnlyList<(IPreparedLayer Prepared, BuiltLayer Built)>> MakeLayersAsync(
        IReadOnlyList<ILayerSource> sources, LayerContext context, LayerMaker maker, CancellationToken cancellationToken)
    {
        var layers = new List<(IPreparedLayer Prepared, BuiltLayer Built)>();
        foreach (var source in sources)
        {
            IReadOnlyList<(IPreparedLayer Prepared, BuiltLayer Built)> below = [.. layers];
            var prepared = await source.PrepareAsync(context with { Below = token => VerifyAsync(below, maker, token) }, cancellationToken);
            layers.Add((prepared, await maker.MakeAsync(source.Name, prepared, cancellationToken)));
        }

        return layers;
    }

    /// <summary>Makes the layers again that do not fit the base as they were made.</summary>
    private static async Task<IReadOnlyList<(IPreparedLayer Prepared, BuiltLayer Built)>> FitAsync(
        IReadOnlyList<ILayerSource> sources,
        IReadOnlyList<(IPreparedLayer Prepared, BuiltLayer Built)> layers,
        LayerContext context,
        LayerMaker maker,
        CancellationToken cancellationToken)
    {
        var fitted = new List<(IPreparedLayer Prepared, BuiltLayer Built)>();
        foreach (var (source, layer) in sources.Zip(layers))
        {
            fitted.Add(await source.FitAsync(context, cancellationToken) is { } other
                ? (other, await maker.MakeAsync(source.Name, other, cancellationToken))
                : layer);
        }

        return fitted;
    }

    private static async Task<IReadOnlyList<Layer>> VerifyAsync(
        IReadOnlyList<(IPreparedLayer Prepared, BuiltLayer Built)> layers, LayerMaker maker, CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(layers.Select(layer => maker.VerifyAsync(layer.Built, layer.Prepared, cancellationToken))))
            .Select(layer => new Layer(layer.Record.Blob, layer.Record.DiffId))];

    private static BuiltImage Assemble(ImageRequest request, BaseImage baseImage, IReadOnlyList<BuiltLayer> layers, IReporter reporter)
    {
        Digest? baseDigest = baseImage.Name is null ? null : baseImage.Image.Manifest.Descriptor.Digest;
        var settings = Settings(request, baseImage, baseDigest, reporter);
        var config = baseImage.Image.Config
            .Append(layers.Select(History), request.Created)
            .With(settings);
        IReadOnlyList<Layer> all =
        [
            .. baseImage.Image.Layers,
            .. layers.Select(LayerOf),
        ];
        var image = Image.Create(request.Format, config, all, Annotations(request, baseImage, settings, baseDigest));
        return new BuiltImage(image, layers, baseImage.Name, baseDigest) { BaseSignature = baseImage.Signature };
    }

    private static async Task<BuiltLayer> CompareAsync(
        BuiltLayer layer, LayerContent content, BuildMemory memory, CancellationToken cancellationToken)
    {
        var before = memory.Previous.InputsOf(layer.Name) is { } inputs ? memory.Layers.FindContent(inputs)
            // A layer of packages, or a foreign tar, is known by other parts than the files that a look into it would show.
            : memory.Previous.IsEmpty && layer.Origin == LayerOrigin.Built && content.FileCount > 0
                ? await memory.Registries.TryReadContentAsync(layer.Name, cancellationToken)
            : null;
        return before is not null && before.Hash != content.Hash ? layer with { Changes = LayerChanges.Between(before, content) } : layer;
    }

    private static SortedList<string, string> Annotations(BuiltLayer layer) => new(StringComparer.Ordinal)
    {
        [LayerAnnotations.Name] = layer.Name,
        [LayerAnnotations.Inputs] = layer.Inputs.ToString(),
    };

    private static ImageSettings Settings(ImageRequest request, BaseImage baseImage, Digest? baseDigest, IReporter reporter)
    {
        var config = baseImage.Image.Config;
        var (entrypoint, command) = request.Command.Resolve(config.Entrypoint, reporter);
        var environment = EnvironmentInference.Merge(config, request.Environment);
        var labels = new Dictionary<string, string>(request.Labels, StringComparer.Ordinal);
        if (request.BaseLabels.HasFlag(BaseLabels.Name) && baseImage.Name is { } baseName)
        {
            labels.TryAdd(OciLabelPrefix + "base.name", baseName);
        }

        if (request.BaseLabels.HasFlag(BaseLabels.Digest) && baseDigest is { } digest)
        {
            labels.TryAdd(OciLabelPrefix + "base.digest", digest.ToString());
        }

        return new ImageSettings
        {
            Entrypoint = entrypoint,
            Command = command,
            Environment = request.Environment,
            WorkingDirectory = InImage(request.WorkingDirectory),
            User = EnvironmentInference.User(environment, request.User),
            ExposedPorts = [.. request.Ports.Concat(EnvironmentInference.Ports(environment)).Distinct()],
            Labels = labels,
            Volumes = [.. request.Volumes.Select(InImage)],
            StopSignal = request.StopSignal,
            Healthcheck = request.Healthcheck,
        };

        string InImage(string path) => request.Platform.IsWindows ? WindowsPath.Write(path) : path;
    }

    // Registries show annotations without fetching the config, so the standard labels stand in both places.
    private static SortedList<string, string> Annotations(
        ImageRequest request, BaseImage baseImage, ImageSettings settings, Digest? baseDigest)
    {
        var annotations = new SortedList<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in settings.Labels.Where(label => label.Key.StartsWith(OciLabelPrefix, StringComparison.Ordinal)))
        {
            annotations[name] = value;
        }

        if (baseImage.Name is { } baseName && baseDigest is { } digest)
        {
            annotations[OciLabelPrefix + "base.name"] = baseName;
            annotations[OciLabelPrefix + "base.digest"] = digest.ToString();
        }

        foreach (var (name, value) in request.Annotations)
        {
            annotations[name] = value;
        }

        return annotations;
    }

    private static string Describe(BuiltLayer layer)
    {
        var files = layer.Record.FileCount == 1 ? "1 file" : $"{layer.Record.FileCount} files";
        return layer.Packages.Count switch
        {
            0 => $"{layer.Name}: {files}",
            1 => $"{layer.Name}: {files} of {layer.Packages[0]}",
            var count => $"{layer.Name}: {files} of {count} packages",
        };
    }
}
