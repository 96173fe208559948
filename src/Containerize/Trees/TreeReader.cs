using System.Formats.Tar;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Programs;
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
    private const int MaxFile = 64 * 1024 * 1024;
    private const long MaxKept = 256L * 1024 * 1024;

    private long _kept;
    private byte[] _buffer = new byte[ProgramReader.StartSize];

    /// <summary>Reads layers, bottom first. Layers that their vendor does not pass on are skipped.</summary>
    /// <param name="layers">All layers of the tree.</param>
    /// <param name="first">How many of them are in the tree already.</param>
    /// <exception cref="ContainerizeException">See <see cref="ImageTree"/>.</exception>
    internal async Task ReadAsync(IReadOnlyList<Layer> layers, int first, CancellationToken cancellationToken)
    {
        var files = await Task.WhenAll(layers.Select((layer, number) =>
            number < first || MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)
                ? Task.FromResult<VerifiedFile?>(null)
                : Nullable(layer.Blob.VerifyAsync(cache, cancellationToken))));
        for (var number = first; number < layers.Count; number++)
        {
            if (files[number] is { } file)
            {
                await ReadAsync(
                    file, layers[number].DiffId, (path, entry) => AddAsync(path, entry, number, cancellationToken), cancellationToken);
            }
        }

        // Links of the image may lead from a file that is asked for to one that was passed by.
        foreach (var missing in Missing().ToLookup(content => content.Layer))
        {
            var wanted = missing.DistinctBy(content => content.Path).ToDictionary(content => content.Path, StringComparer.Ordinal);
            await ReadAsync(
                files[missing.Key]!,
                layers[missing.Key].DiffId,
                async (path, entry) =>
                {
                    if (wanted.TryGetValue(path, out var content))
                    {
                        content.Bytes = await ContentAsync(entry, cancellationToken) ?? content.Bytes;
                    }
                },
                cancellationToken);
        }
    }

    private static async Task<VerifiedFile?> Nullable(Task<VerifiedFile> verifying) => await verifying;

    private IEnumerable<FileContent> Missing() =>
        KeptFiles.Paths.Concat(KeptFiles.Directories.SelectMany(kept =>
                (tree.Find(tree.Resolve(kept.Directory, followLast: true))?.Children?.Keys ?? Enumerable.Empty<string>())
                .Where(name => name.EndsWith(kept.Ending, StringComparison.Ordinal))
                .Select(name => $"{kept.Directory}/{name}")))
            .Select(path => tree.Find(tree.Resolve(path, followLast: true))?.File)
            .OfType<FileContent>()
            .Where(content => content is { Bytes: null, Layer: >= 0 });

    private async Task ReadAsync(
        VerifiedFile layer, Digest diffId, Func<string, TarEntry, ValueTask> take, CancellationToken cancellationToken)
    {
        try
        {
            using var tar = new DigestingStream(LayerTar.Open(layer), diffId.CreateHash());
            try
            {
                await ReadAsync(tar, take, cancellationToken);
            }
            catch (EndOfStreamException) when (tar.Length == 0)
            {
                // A layer without any entry; engines unpack it, too.
            }

            await tar.ReadToEndAsync(cancellationToken);
            if (!tar.Matches(diffId))
            {
                throw new ContainerizeException(
                    DiagnosticCode.DigestMismatch,
                    $"The layer {layer.Descriptor.Digest} of the base image does not unpack to what the image's config says ({diffId}). " +
                    $"Nothing was made from it; "
                    + $"an image like that cannot be run either. Choose another base image, or have this one built again.");
            }
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            throw Unreadable(layer, failure.Message, failure);
        }
    }

    private async Task ReadAsync(DigestingStream tar, Func<string, TarEntry, ValueTask> take, CancellationToken cancellationToken)
    {
        var entries = new TarReader(tar, leaveOpen: true);
        await using var _ = entries.ConfigureAwait(false);
        while (await entries.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (PathOf(entry.Name) is { Length: > 0 } path)
            {
                await take(path, entry);
            }
        }
    }

    /// <summary>The place of an entry, links above it followed; null for what is not on drive C:.</summary>
    private string? PathOf(string name)
    {
        var path = UnixPath.Normalize(name);
        if (tree.IsWindows)
        {
            if (!path.StartsWith(WindowsTree.Drive, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            path = path[WindowsTree.Drive.Length..];
        }

        var slash = path.LastIndexOf('/');
        var resolved = slash < 0 ? path : tree.Resolve(path[..slash], followLast: true) + path[slash..];
        return resolved.Length <= MaxPath
            ? resolved.TrimStart('/')
            : throw new InvalidDataException($"a path in it has more than {MaxPath} characters");
    }

    private async ValueTask AddAsync(string path, TarEntry entry, int layer, CancellationToken cancellationToken)
    {
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
        else if (entry.EntryType is not (TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes))
        {
            var bytes = KeptFiles.Includes(path) ? await ContentAsync(entry, cancellationToken) : null;
            var program = bytes is not null ? ProgramReader.Read(bytes) : await ProgramAsync(entry, cancellationToken);
            var content = new FileContent(path, layer) { Bytes = bytes, Program = program };
            tree.Put(path, (own, names) => NodeOf(own, entry, content, layer, names));
        }
    }

    private TreeNode NodeOf(string name, TarEntry entry, FileContent content, int layer, StringComparer names) => entry.EntryType switch
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
        TarEntryType.HardLink when PathOf(entry.LinkName) is { } target
            && tree.Find(target) is { Type: not LayerEntryType.Directory } other => other.Link(name, layer),
        _ => new TreeNode(LayerEntryType.File, names)
        {
            Name = name,
            Mode = entry.Mode,
            Owner = new Owner(entry.Uid, entry.Gid),
            File = content,
            Layer = layer,
        },
    };

    private async Task<byte[]?> ContentAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (!IsRegular(entry) || entry.Length > MaxFile)
        {
            return null;
        }

        if ((_kept += entry.Length) > MaxKept)
        {
            throw new InvalidDataException($"its notes of users and packages have more than {MaxKept} bytes");
        }

        var content = new byte[entry.Length];
        if (entry.DataStream is { } data)
        {
            await data.ReadExactlyAsync(content, cancellationToken);
        }

        return content;
    }

    private static bool IsRegular(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;

    /// <summary>Looks into a file while it passes. What is no program costs no more than its first bytes.</summary>
    private async Task<ProgramFile?> ProgramAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (tree.IsWindows || !IsRegular(entry))
        {
            return null;
        }

        if (entry.DataStream is not { } data)
        {
            return OtherFile.Instance;
        }

        var start = await data.ReadAtLeastAsync(
            _buffer.AsMemory(0, ProgramReader.StartSize), ProgramReader.StartSize, throwOnEndOfStream: false, cancellationToken);
        if (!ProgramReader.IsElf(_buffer.AsSpan(0, start)))
        {
            return ProgramReader.OfStart(_buffer.AsSpan(0, start));
        }

        if (entry.Length > ProgramReader.MostBytes)
        {
            return UnknownFile.Instance;
        }

        if (_buffer.Length < entry.Length)
        {
            Array.Resize(ref _buffer, (int)entry.Length);
        }

        var length = start + await data.ReadAtLeastAsync(
            _buffer.AsMemory(start, (int)entry.Length - start), (int)entry.Length - start, throwOnEndOfStream: false, cancellationToken);
        return ProgramReader.Read(_buffer.AsMemory(0, length));
    }

    private static ContainerizeException Unreadable(VerifiedFile layer, string why, Exception cause) => new(
        DiagnosticCode.InvalidDocument,
        $"The layer {layer.Descriptor.Digest} of the base image cannot be read: {why.TrimEnd('.')}.",
        cause);
}
