using System.Formats.Tar;
using Containerize.Compression;
using Containerize.Images;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>Reads the layers of a base one upon the other: what each adds, and what it removes of those below.</summary>
/// <remarks>OCI image specification, "Image Layer Filesystem Changeset".</remarks>
internal static class BaseLayers
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";

    /// <summary>Reads all layers of a base, bottom first. Those that are not on this machine are fetched.</summary>
    /// <param name="image">The base.</param>
    /// <param name="cache">May have layers that the image knows in a registry.</param>
    /// <param name="reader">Takes what they say.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: a layer cannot be read; or what its source says.</exception>
    internal static async Task ReadAsync(Image image, BlobStore cache, IBaseReader reader, CancellationToken cancellationToken)
    {
        foreach (var layer in image.Layers.Where(layer => !MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)))
        {
            var descriptor = layer.Blob.Descriptor;
            try
            {
                // A damaged copy is read from where the base is instead.
                var content = await LayerTar.OpenAsync(await cache.TryGetVerifiedAsync(descriptor, cancellationToken) ?? layer.Blob, cancellationToken);
                await using (content.ConfigureAwait(false))
                {
                    await ReadOneAsync(content, reader, image.Config.Platform.IsWindows, cancellationToken);
                }
            }
            catch (Exception failure) when (failure is InvalidDataException or FormatException or EndOfStreamException or ZstdSharp.ZstdException)
            {
                throw new ContainerizeException(DiagnosticCode.InvalidDocument, $"The layer {descriptor.Digest} of the base image cannot be read: {Printable.Clean(failure.Message)}.", failure);
            }
        }
    }

    /// <summary>A path as all layers write it: relative to the root, without what means nothing.</summary>
    internal static string Plain(string path) => string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));

    /// <summary>A path of a layer for Windows as it is on drive C:; null for what is not on it.</summary>
    private static string? OnDrive(string path) => path.StartsWith(WindowsTree.Drive, StringComparison.OrdinalIgnoreCase) ? path[WindowsTree.Drive.Length..] : null;

    private static async Task ReadOneAsync(Stream tar, IBaseReader reader, bool isWindows, CancellationToken cancellationToken)
    {
        var entries = new TarReader(tar, leaveOpen: true);
        await using var _ = entries.ConfigureAwait(false);
        // What the layer itself has stays.
        var added = new HashSet<string>(StringComparer.Ordinal);
        while (await entries.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if ((isWindows ? OnDrive(Plain(entry.Name)) : Plain(entry.Name)) is not { } path)
            {
                continue;
            }

            var slash = path.LastIndexOf('/') + 1;
            var (directory, name) = (path[..slash], path[slash..]);
            if (name == OpaqueWhiteout)
            {
                reader.RemoveBelow(directory, added);
            }
            else if (name.StartsWith(Whiteout, StringComparison.Ordinal))
            {
                reader.Remove(directory + name[Whiteout.Length..], added);
            }
            else
            {
                added.Add(path);
                await reader.AddAsync(path, entry, cancellationToken);
            }
        }
    }
}

/// <summary>Takes what the layers of a base say.</summary>
internal interface IBaseReader
{
    /// <summary>Takes an entry, in the place of what is there; directories are joined.</summary>
    /// <param name="path">Its path, relative to the root.</param>
    /// <param name="entry">The entry; its content can be read until the next one.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    ValueTask AddAsync(string path, TarEntry entry, CancellationToken cancellationToken);

    /// <summary>Forgets what is at a path, and below it.</summary>
    /// <param name="path">The path.</param>
    /// <param name="except">Paths below it that stay.</param>
    void Remove(string path, IReadOnlySet<string> except);

    /// <summary>Forgets what is below a directory.</summary>
    /// <param name="directory">The directory, ending with <c>/</c>; empty for the root.</param>
    /// <param name="except">Paths that stay.</param>
    void RemoveBelow(string directory, IReadOnlySet<string> except);
}
