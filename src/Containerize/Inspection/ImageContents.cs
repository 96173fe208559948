using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Inspection;

/// <summary>What an image of any origin holds: each layer by itself, and the files that a container of it sees.</summary>
internal sealed class ImageContents
{
    private readonly ImageTree _tree;
    private readonly Dictionary<TreeNode, PlacedFile> _placed = [];

    private ImageContents(BaseImage image, IReadOnlyList<LayerContents> layers)
    {
        Image = image.Image;
        Name = image.Name ?? "";
        Layers = layers;
        _tree = ImageTree.Empty(image.Image.Config.Platform.IsWindows);
        for (var number = 0; number < layers.Count; number++)
        {
            foreach (var file in layers[number].Files)
            {
                Put(file, number);
            }
        }

        Files = Placed().ToDictionary(file => file.Path, StringComparer.Ordinal);
        Packages = ImagePackages.Read(this);
    }

    /// <summary>The image.</summary>
    internal Image Image { get; }

    /// <summary>What it is called.</summary>
    internal string Name { get; }

    /// <summary>The layers, bottom first. A layer that its vendor does not pass on is empty.</summary>
    internal IReadOnlyList<LayerContents> Layers { get; }

    /// <summary>What a container sees, by path. Directories that no layer has an entry for are not among it.</summary>
    internal IReadOnlyDictionary<string, PlacedFile> Files { get; }

    /// <summary>The packages that its files say it has.</summary>
    internal ImagePackages Packages { get; }

    /// <summary>Reads all layers of an image.</summary>
    /// <param name="cache">Takes layers that lie elsewhere.</param>
    /// <param name="skipped">How many layers at the bottom are not read, and count as empty.</param>
    /// <exception cref="ContainerizeException">See <see cref="LayerContents"/>.</exception>
    internal static async Task<ImageContents> ReadAsync(
        BaseImage image, BlobStore cache, CancellationToken cancellationToken, int skipped = 0)
    {
        var isWindows = image.Image.Config.Platform.IsWindows;
        return new(image, await Task.WhenAll(image.Image.Layers.Select((layer, number) =>
            number < skipped || MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)
                ? Task.FromResult(new LayerContents([], new Dictionary<string, byte[]>()))
                : Task.Run(() => LayerContents.ReadAsync(layer, isWindows, cache, cancellationToken), cancellationToken))));
    }

    /// <summary>Which layers have an entry for a path, bottom first; links of the image are followed.</summary>
    internal IReadOnlyList<PlacedFile> Find(string path)
    {
        var place = Resolve(path);
        return [.. Layers.SelectMany((layer, number) => layer.Files
            .Where(file => Resolve(file.Path) == place).Select(file => new PlacedFile(place, file, number)))];
    }

    /// <summary>Where a path leads, links above its last part followed.</summary>
    internal string Resolve(string path) => _tree.Resolve(path, followLast: false);

    /// <summary>The content of a note of packages that a container sees; null when it does not see the file.</summary>
    internal byte[]? NoteAt(PlacedFile file) => Layers[file.Layer].Notes.GetValueOrDefault(file.File.Path);

    private void Put(LayerFile file, int layer)
    {
        var path = Resolve(file.Path);
        var slash = path.LastIndexOf('/') + 1;
        switch (file.Kind)
        {
            case LayerFileKind.OpaqueDirectory:
                _tree.Find(path)?.RemoveOlder(layer);
                break;
            case LayerFileKind.Removal:
                _tree.Find(path[..slash])?.RemoveOlder(path[slash..], layer);
                break;
            case var _ when path.Length > 0:
                _tree.Put(path, (name, names) =>
                {
                    var type = file.Kind switch
                    {
                        LayerFileKind.Directory => LayerEntryType.Directory,
                        LayerFileKind.SymbolicLink => LayerEntryType.SymbolicLink,
                        _ => LayerEntryType.File,
                    };
                    var node = new TreeNode(type, names)
                    {
                        Name = name,
                        Mode = file.Mode,
                        Owner = file.Owner,
                        LinkTarget = type == LayerEntryType.SymbolicLink && !_tree.IsWindows ? file.LinkTarget : null,
                        Layer = layer,
                    };
                    _placed[node] = new PlacedFile(path, file, layer);
                    return node;
                });
                break;
        }
    }

    private IEnumerable<PlacedFile> Placed()
    {
        var rest = new Stack<TreeNode>([_tree.Root]);
        while (rest.TryPop(out var node))
        {
            if (_placed.TryGetValue(node, out var placed))
            {
                yield return placed;
            }

            foreach (var child in node.Children?.Values ?? Enumerable.Empty<TreeNode>())
            {
                rest.Push(child);
            }
        }
    }
}
