using System.Collections.Concurrent;
using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Inspection;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Histories;

/// <summary>
/// Reads the published files of images: those below the working directory, in the layers that Containerize named or, in images of other
/// tools, in any layer. A layer that many images have is read once.
/// </summary>
/// <param name="cache">Takes layers that are elsewhere.</param>
internal sealed class PastImageReader(BlobStore cache)
{
    // What the header of an entry adds to a compressed layer.
    private const int PackedHeader = 64;

    private readonly ConcurrentDictionary<(Digest Layer, string Root), Task<LayerContents>> _read = [];

    /// <summary>Reads the images of a series.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoAppFiles"/>, or why a layer cannot be read.</exception>
    internal async Task<IReadOnlyList<PastImage>> ReadAsync(ImageSeries series, CancellationToken cancellationToken)
    {
        var images = new List<PastImage>();
        foreach (var image in series.Images)
        {
            images.Add(await ReadAsync(image, cancellationToken));
        }

        return images;
    }

    /// <summary>Reads an image.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoAppFiles"/>, or why a layer cannot be read.</exception>
    internal async Task<PastImage> ReadAsync(BaseImage image, CancellationToken cancellationToken)
    {
        var config = image.Image.Config;
        var isWindows = config.Platform.IsWindows;
        var root = UnixPath.Normalize(isWindows ? WindowsPath.Read(config.WorkingDirectory) : config.WorkingDirectory) + "/";
        var named = image.Image.Layers.Where(layer => NameOf(layer) is not null).ToList();
        var layers = (named.Count > 0 ? named.Where(layer => NameOf(layer) != LayerOrder.Files) : image.Image.Layers)
            .Where(layer => !MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)).ToList();
        var contents = root == "/" ? [] : await Task.WhenAll(layers.Select(layer => _read.GetOrAdd(
            (layer.Blob.Descriptor.Digest, root),
            _ => Task.Run(
                () => LayerContents.ReadAsync(layer, isWindows, cache, cancellationToken, path => IsBelow(path, root)),
                cancellationToken))));
        var files = new Dictionary<string, (LayerFile File, long Packed)>(StringComparer.Ordinal);
        var notes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var pushed = new List<Descriptor>();
        foreach (var (layer, content) in layers.Zip(contents))
        {
            if (Put(content, layer.Blob.Descriptor.Size, root, files))
            {
                pushed.Add(layer.Blob.Descriptor);
                foreach (var (path, note) in content.Notes)
                {
                    notes[path] = note;
                }
            }
        }

        if (files.Count == 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.NoAppFiles,
                $"{image.Name} has no published files that can be told from its base: its working directory is " +
                $"'{config.WorkingDirectory}', and no layer has a file there. Name images of this app (in a project: " +
                $"ContainerizeLayoutImages).");
        }

        var origins = new PastOrigins(notes.Where(note => IsBelow(note.Key, root) && files.ContainsKey(note.Key))
            .ToDictionary(note => note.Key[root.Length..], note => note.Value, StringComparer.Ordinal));
        return new(
            image.Name ?? "",
            [
                .. files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => new PastFile(
                    file.Key[root.Length..],
                    file.Value.File.Size,
                    file.Value.Packed,
                    StateOf(file.Value.File),
                    origins.Of(file.Key[root.Length..]))),
            ],
            pushed);
    }

    /// <summary>Puts a layer's files over those below it.</summary>
    /// <returns>Whether the layer has any.</returns>
    private static bool Put(LayerContents layer, long size, string root, Dictionary<string, (LayerFile File, long Packed)> files)
    {
        // What the files add to the layer is known only of their sum, which is the layer's size: each gets its part of that.
        var measured = layer.Files.Where(file => file.PackedSize is not null).Sum(PackedOf);
        var isWhole = layer.Files.All(file => file.Kind != LayerFileKind.File || file.PackedSize is not null);
        var share = isWhole && measured > 0 ? (double)size / measured : 1;
        var hasAny = false;
        foreach (var file in layer.Files)
        {
            switch (file.Kind)
            {
                case LayerFileKind.Directory:
                    break;
                case LayerFileKind.Removal or LayerFileKind.OpaqueDirectory:
                    foreach (var gone in files.Keys.Where(path => path == file.Path
                        || path.StartsWith(file.Path + "/", StringComparison.Ordinal)).ToList())
                    {
                        files.Remove(gone);
                    }

                    break;
                case var _ when IsBelow(file.Path, root):
                    files[file.Path] = (file, (long)(PackedOf(file) * share));
                    hasAny = true;
                    break;
            }
        }

        return hasAny;
    }

    private static long PackedOf(LayerFile file) => (file.PackedSize ?? 0) + PackedHeader;

    private static string StateOf(LayerFile file) =>
        $"{file.Kind} {Convert.ToString((int)file.Mode, 8)} {file.Owner} {file.Content} {file.LinkTarget}";

    private static string? NameOf(Layer layer) => layer.Annotations?.GetValueOrDefault(LayerAnnotations.Name);

    private static bool IsBelow(string path, string root) => path.Length > root.Length && path.StartsWith(root, StringComparison.Ordinal);
}
