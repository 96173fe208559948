using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>Base + layers + settings = image.</summary>
public static class ImageBuilder
{
    private const string OciLabelPrefix = "org.opencontainers.image.";
    private const string CreatedBy = "Containerize";

    /// <summary>Builds an image. The base is opened while the layers are written.</summary>
    /// <param name="request">What to build.</param>
    /// <param name="store">Where the layers are kept.</param>
    /// <param name="reporter">Is told what users should know.</param>
    /// <param name="cancellationToken">Stops the build; nothing half-written is kept.</param>
    /// <returns>The image.</returns>
    /// <exception cref="ContainerizeException">What the base's source, the layers or the settings have to say.</exception>
    public static async Task<BuiltImage> BuildAsync(ImageRequest request, BlobStore store, IReporter reporter, CancellationToken cancellationToken)
    {
        if (request.Platform.Os == "windows")
        {
            throw new ContainerizeException(DiagnosticCode.InvalidProperty, "Images for Windows cannot be built yet. Choose a Linux runtime identifier, for example linux-x64.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var opening = request.Base.OpenAsync(request.Platform, stop.Token);
        var options = request.LayerOptions with { MediaType = request.Format == ImageFormat.Docker ? MediaTypes.DockerLayerGzip : MediaTypes.OciLayerGzip };
        var writing = WriteLayersAsync(request.Layers, new LayerContext(opening, store, options), stop.Token);
        if (!(await Task.WhenAny(opening, writing)).IsCompletedSuccessfully)
        {
            // The first failure is the one to tell; what still runs only delays it.
            await stop.CancelAsync();
        }

        await Task.WhenAll(opening, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        await (opening.IsFaulted || !writing.IsFaulted ? opening : (Task)writing);
        return Assemble(request, await opening, await writing, reporter);
    }

    private static async Task<IReadOnlyList<(ILayerSource Source, WrittenLayer Written)>> WriteLayersAsync(IReadOnlyList<ILayerSource> layers, LayerContext context, CancellationToken cancellationToken)
    {
        var written = new List<(ILayerSource, WrittenLayer)>();
        foreach (var layer in layers)
        {
            written.Add((layer, await layer.WriteAsync(context, cancellationToken)));
        }

        return written;
    }

    private static BuiltImage Assemble(ImageRequest request, BaseImage baseImage, IReadOnlyList<(ILayerSource Source, WrittenLayer Written)> layers, IReporter reporter)
    {
        Digest? baseDigest = baseImage.Name is null ? null : baseImage.Image.Manifest.Descriptor.Digest;
        var settings = Settings(request, baseImage, baseDigest, reporter);
        var config = baseImage.Image.Config
            .Append(layers.Select(layer => (layer.Written.DiffId, Describe(layer.Source, layer.Written))), request.LayerOptions.ModificationTime)
            .With(settings);
        IReadOnlyList<Layer> all = [.. baseImage.Image.Layers, .. layers.Select(layer => new Layer(layer.Written.Blob, layer.Written.DiffId))];
        var image = Image.Create(request.Format, config, all, Annotations(baseImage, settings, baseDigest));
        return new BuiltImage(
            image,
            [.. layers.Select(layer => new BuiltLayer(layer.Source.Name, layer.Written.FileCount, layer.Written.UncompressedSize, layer.Written.Blob.Descriptor, layer.Written.DiffId, layer.Source.Packages))],
            baseImage.Name,
            baseDigest);
    }

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
            WorkingDirectory = request.WorkingDirectory,
            User = EnvironmentInference.User(environment, request.User),
            ExposedPorts = [.. request.Ports.Concat(EnvironmentInference.Ports(environment)).Distinct()],
            Labels = labels,
        };
    }

    // Registries show annotations without fetching the config, so the standard labels stand in both places.
    private static SortedDictionary<string, string> Annotations(BaseImage baseImage, ImageSettings settings, Digest? baseDigest)
    {
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in settings.Labels.Where(label => label.Key.StartsWith(OciLabelPrefix, StringComparison.Ordinal)))
        {
            annotations[name] = value;
        }

        if (baseImage.Name is { } baseName && baseDigest is { } digest)
        {
            annotations[OciLabelPrefix + "base.name"] = baseName;
            annotations[OciLabelPrefix + "base.digest"] = digest.ToString();
        }

        return annotations;
    }

    private static HistoryEntry Describe(ILayerSource layer, WrittenLayer written)
    {
        var files = written.FileCount == 1 ? "1 file" : $"{written.FileCount} files";
        return new(CreatedBy, layer.Packages.Count switch
        {
            0 => $"{layer.Name}: {files}",
            1 => $"{layer.Name}: {files} of {layer.Packages[0]}",
            _ => $"{layer.Name}: {files} of {layer.Packages.Count} packages",
        });
    }
}
