using Containerize.Bases;
using Containerize.Building;
using Containerize.Oci;
using Containerize.Starting;

namespace Containerize.Settings;

/// <summary>Makes the request for an image of what a project says.</summary>
internal static class ImageRequests
{
    /// <param name="project">What the project says.</param>
    /// <param name="baseImage">Where the base comes from.</param>
    /// <param name="layers">The layers to put on it, bottom first.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static ImageRequest Read(
        ProjectSettings project, Platform platform, IImageSource baseImage, IReadOnlyList<ILayerSource> layers)
    {
        var item = project.One(ItemKind.Image);
        var run = new RunSettings(project, platform);
        var writing = LayerWriting.Read(project);
        var format = Format(project);
        return new ImageRequest
        {
            Layers = layers,
            Base = baseImage,
            Platform = platform,
            WorkingDirectory = run.WorkingDirectory(),
            Format = format,
            Command = run.Command(),
            User = run.User,
            Environment = run.Environment(),
            Ports = run.Ports,
            Labels = run.Labels,
            Volumes = run.Volumes(),
            StopSignal = run.StopSignal(),
            Healthcheck = run.Healthcheck(),
            StartCheck = SettingText.Choice("ContainerizeStartCheck", item["StartCheck"], StartPolicy.Error),
            IsInvariant = item.IsTrue("IsInvariant"),
            Annotations = Annotations(project, format),
            BaseLabels = (item.IsTrue("BaseNameLabel") ? BaseLabels.Name : BaseLabels.None)
                | (item.IsTrue("BaseDigestLabel") ? BaseLabels.Digest : BaseLabels.None),
            Compression = writing.Compression,
            Created = writing.Time,
            GzipLevel = writing.Gzip,
            ZstdLevel = writing.Zstd,
        };
    }

    /// <summary>The family of media types.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static ImageFormat Format(ProjectSettings project) =>
        SettingText.Choice("ContainerImageFormat", project.One(ItemKind.Image)["Format"], ImageFormat.Oci);

    private static Dictionary<string, string> Annotations(ProjectSettings project, ImageFormat format)
    {
        var annotations = Enum.GetValues<AnnotationScope>().ToDictionary(scope => scope, scope => AnnotationItems.Read(project, scope));
        return format == ImageFormat.Oci || annotations.Values.SelectMany(each => each.Keys).FirstOrDefault() is not { } name
            ? annotations[AnnotationScope.Manifest]
            : throw SettingText.Invalid($"ContainerAnnotation '{name}' cannot be in an image of Docker's format, "
                + $"which has no annotations. Set ContainerImageFormat to OCI, or make it a ContainerLabel.");
    }
}
