using System.Formats.Tar;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>Puts layers into a tree: what each adds, and what it removes of those below. Their bytes are verified before.</summary>
/// <param name="tree">The tree.</param>
/// <param name="cache">Takes layers that lie elsewhere.</param>
/// <remarks>OCI image specification, "Image Layer Filesystem Changeset".</remarks>
internal sealed class TreeReader(ImageTree tree, BlobStore cache)
{
    // The longest path that Linux takes. Without a bound, a layer could nest directories deeper than code can follow.
    private const int MaxPath = 4096;

    /// <summary>Reads layers, bottom first. Layers that their vendor does not pass on are skipped.</summary>
    /// <param name="layers">All layers of the tree.</param>
    /// <param name="first">How many of them are in the tree already.</param>
    /// <exception cref="ContainerizeException">See <see cref="ImageTree"/>.</exception>
    internal async Task ReadAsync(IReadOnlyList<Layer> layers, int first, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var room = new SemaphoreSlim(Environment.ProcessorCount);
        // Each is read as soon as it is there, whatever those below it are doing.
#pragma warning disable CA2025 // All have ended when the semaphore is disposed.
        var reading = layers.Skip(first).Select(layer => ReadAsync(layer, room, stop.Token)).ToList();
#pragma warning restore CA2025
        try
        {
            for (var number = first; number < layers.Count; number++)
            {
                Add(await reading[number - first], number);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(reading)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Links of the image may lead from a file that is asked for to one that was passed by.
        foreach (var missing in Missing().ToLookup(content => content.Layer))
        {
            var wanted = missing.DistinctBy(content => content.Path).ToDictionary(content => content.Path, StringComparer.Ordinal);
            var layer = (await OpenAsync(layers[missing.Key], cancellationToken))!;
            await Task.Run(
                () => layer.Read(
                    (path, read) =>
                    {
                        if (wanted.TryGetValue(Resolve(path), out var content))
                        {
                            content.Bytes = read() ?? content.Bytes;
                        }
                    },
                    cancellationToken),
                cancellationToken);
        }
    }

    private async Task<(TreeLayer? Layer, IReadOnlyList<TreeEntry> Entries)> ReadAsync(
        Layer layer, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        if (await OpenAsync(layer, cancellationToken) is not { } opened)
        {
            return (null, []);
        }

        await room.WaitAsync(cancellationToken);
        try
        {
            // It blocks its thread: to wait for each few bytes through the thread pool would cost more than reading them.
            return (opened, await Task.Run(() => opened.Read(cancellationToken), cancellationToken));
        }
        finally
        {
            room.Release();
        }
    }

    private async Task<TreeLayer?> OpenAsync(Layer layer, CancellationToken cancellationToken) =>
        MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)
            ? null
            : new TreeLayer(await layer.Blob.VerifyAsync(cache, cancellationToken), layer.DiffId, tree.IsWindows);

    private IEnumerable<FileContent> Missing() =>
        KeptFiles.In(tree)
            .Select(path => tree.Find(tree.Resolve(path, followLast: true))?.File)
            .OfType<FileContent>()
            .Where(content => content is { Bytes: null, Layer: >= 0 });

    private void Add((TreeLayer? Layer, IReadOnlyList<TreeEntry> Entries) read, int number)
    {
        try
        {
            foreach (var entry in read.Entries)
            {
                Add(entry, read.Layer!, number);
            }
        }
        catch (InvalidDataException failure)
        {
            throw read.Layer!.Unreadable(failure);
        }
    }

    /// <summary>The place of a path, links above it followed.</summary>
    private string Resolve(string path)
    {
        var slash = path.LastIndexOf('/');
        var resolved = slash < 0 ? path : tree.Resolve(path[..slash], followLast: true) + path[slash..];
        return resolved.Length <= MaxPath
            ? resolved.TrimStart('/')
            : throw new InvalidDataException($"a path in it has more than {MaxPath} characters");
    }

    private void Add(TreeEntry read, TreeLayer from, int layer)
    {
        var path = Resolve(read.Path);
        var slash = path.LastIndexOf('/') + 1;
        var (directory, name) = (path[..slash], path[slash..]);
        if (name == Whiteout.Opaque)
        {
            tree.Find(directory)?.RemoveOlder(layer);
        }
        else if (name.StartsWith(Whiteout.Prefix, StringComparison.Ordinal))
        {
            tree.Find(directory)?.RemoveOlder(name[Whiteout.Prefix.Length..], layer);
        }
        else if (read.Entry.EntryType is not (TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes))
        {
            var content = new FileContent(path, layer) { Bytes = read.Bytes, Program = read.Program };
            var target = read.Entry.EntryType == TarEntryType.HardLink && from.PathOf(read.Entry.LinkName) is { } linked
                ? tree.Find(Resolve(linked))
                : null;
            tree.Put(path, (own, names) => NodeOf(own, read.Entry, target, content, layer, names));
        }
    }

    private TreeNode NodeOf(string name, TarEntry entry, TreeNode? target, FileContent content, int layer, StringComparer names) =>
        entry.EntryType switch
        {
            TarEntryType.Directory or TarEntryType.DirectoryList => new TreeNode(LayerEntryType.Directory, names)
            {
                Name = name,
                Mode = entry.Mode,
                Owner = new Owner(entry.Uid, entry.Gid),
                SecurityDescriptor = (entry as PaxTarEntry)?.ExtendedAttributes.GetValueOrDefault(WindowsEntries.DescriptorKey),
                Layer = layer,
            },
            TarEntryType.SymbolicLink when !tree.IsWindows => new TreeNode(LayerEntryType.SymbolicLink, names)
            {
                Name = name,
                Mode = entry.Mode,
                LinkTarget = entry.LinkName,
                Layer = layer,
            },
            // What a hard link names may be a symbolic link.
            TarEntryType.HardLink when target is { Type: not LayerEntryType.Directory } => target.Link(name, layer),
            _ => new TreeNode(LayerEntryType.File, names)
            {
                Name = name,
                Mode = entry.Mode,
                Owner = new Owner(entry.Uid, entry.Gid),
                File = content,
                Layer = layer,
            },
        };
}
