using Containerize.Images;
using Containerize.Starting;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>Says whether an image will start, as the project wants to be told.</summary>
internal static class StartReport
{
    /// <param name="image">The image, whose topmost layers are those of this build.</param>
    /// <param name="layers">The layers of this build, bottom first.</param>
    /// <param name="cache">Takes layers that have to be read, and remembers what was found.</param>
    /// <param name="reporter">Takes warnings.</param>
    /// <returns>What was found; null when the project turned the check off.</returns>
    /// <exception cref="ContainerizeException">The image certainly does not start, and that is to be an error.</exception>
    internal static async Task<IReadOnlyList<StartFinding>?> ReportAsync(
        ImageRequest request,
        Image image,
        IReadOnlyList<IPreparedLayer> layers,
        BlobStore cache,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        if (request.StartCheck == StartPolicy.None)
        {
            return null;
        }

        // What of a layer is no entry is read from its bytes, with all that is below it.
        var above = layers.Skip(IPreparedLayer.CountUnknown(layers)).ToList();
        var check = new StartCheck(
            image,
            image.Layers.Count - above.Count,
            [.. above.SelectMany(layer => layer.Entries!)],
            PortsOf(request, image),
            request.IsInvariant)
        {
            Packages = request.FindPackages,
        };
        var found = await check.FindAsync(cache, reporter, cancellationToken);
        var error = request.StartCheck == StartPolicy.Error ? found.FirstOrDefault(finding => finding.IsCertain) : null;
        foreach (var finding in found.Where(finding => finding != error))
        {
            reporter.Warning(finding.Code, finding.Text);
        }

        if (error is not null)
        {
            throw new ContainerizeException(
                error.Code,
                error.Text + " (ContainerizeStartCheck=Warn makes this a warning, None turns the check off.)");
        }

        return found;
    }

    /// <summary>The ports that the app is to listen on: those of the project, and those that the image's variables say.</summary>
    internal static IReadOnlyList<Port> PortsOf(ImageRequest request, Image image) =>
        [.. request.Ports, .. EnvironmentInference.Ports(EnvironmentInference.Merge(image.Config, new Dictionary<string, string>()))];
}
