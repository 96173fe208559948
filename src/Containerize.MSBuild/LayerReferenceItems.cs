using Containerize.Building;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads <c>ContainerizeLayerReference</c>.</summary>
/// <param name="projectDirectory">What paths are relative to.</param>
/// <param name="client">Fetches layers of other images.</param>
internal sealed class LayerReferenceItems(string projectDirectory, RegistryClient client)
{
    /// <summary>The layers, bottom first; one that is named twice is there once.</summary>
    /// <param name="content">What else goes into the image.</param>
    /// <returns>The layers.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/> or <see cref="DiagnosticCode.MissingFile"/>.</exception>
    internal IEnumerable<ILayerSource> Read(IEnumerable<ITaskItem> content) =>
        content.Where(item => item.GetMetadata("Kind") == "LayerReference").Select(item => Layer(item.ItemSpec.Trim())).DistinctBy(layer => layer.Name);

    private ILayerSource Layer(string text)
    {
        var path = Path.GetFullPath(text.Replace('\\', '/'), projectDirectory);
        if (File.Exists(path))
        {
            return new TarLayer(text.Replace('\\', '/'), path);
        }

        return text.Contains('@', StringComparison.Ordinal) && ImageReference.Parse(text) is { Digest: { } digest } reference
            ? new RegistryLayer(reference.Repository, digest, client)
            : throw new ContainerizeException(DiagnosticCode.MissingFile, $"ContainerizeLayerReference '{text}' does not exist ('{path}'). Name a tar file, or a layer in a registry by its digest: registry/repository@sha256:….");
    }
}
