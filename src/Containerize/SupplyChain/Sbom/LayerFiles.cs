using System.Buffers;
using System.Formats.Tar;
using System.Security.Cryptography;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Sbom;

/// <summary>
/// The files of an image's own layers, read from the layers: what is listed is what is in the image, also where a layer was made by another
/// build, and the files that it was made of are gone.
/// </summary>
/// <param name="isWindows">Whether the layers have the form that Windows reads.</param>
internal sealed class LayerFiles(bool isWindows)
{
    private const int ReadBuffer = 128 * 1024;
    private const int MostKept = 16 * 1024 * 1024;
    private const string WindowsRoot = "Files/";
    private const string DependencyEnding = ".deps.json";

    private readonly SortedDictionary<string, LayerFile> _files = new(StringComparer.Ordinal);

    /// <summary>The files, by path in ordinal order; where two layers have a path, that of the upper one.</summary>
    internal IReadOnlyDictionary<string, LayerFile> All => _files;

    /// <summary>Reads a layer that lies on those that were read before.</summary>
    /// <param name="name">What the digest of the layer is.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: the layer is no tar.</exception>
    internal async Task ReadAsync(VerifiedFile layer, Digest name, CancellationToken cancellationToken)
    {
        try
        {
            using var tar = LayerTar.Open(layer);
            var reader = new TarReader(tar, leaveOpen: true);
            await using var _ = reader.ConfigureAwait(false);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (PathOf(entry.Name) is { Length: > 0 } path)
                {
                    await AddAsync(path, entry, name, cancellationToken);
                }
            }
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The layer {name} cannot be read, so that its files could not be listed: {failure.Message}",
                failure);
        }
    }

    private async Task AddAsync(string path, TarEntry entry, Digest layer, CancellationToken cancellationToken)
    {
        var file = path[(path.LastIndexOf('/') + 1)..];
        if (file.StartsWith(Whiteout.Prefix, StringComparison.Ordinal))
        {
            return;
        }

        if (entry.EntryType == TarEntryType.HardLink)
        {
            if (PathOf(entry.LinkName) is { } target && _files.TryGetValue(target, out var linked))
            {
                _files[path] = linked with { Layer = layer };
            }
        }
        else if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile)
        {
            _files[path] = await HashAsync(path, entry, layer, cancellationToken);
        }
        else
        {
            // Something else lies there now.
            _files.Remove(path);
        }
    }

    private string? PathOf(string name)
    {
        var path = UnixPath.Normalize(name).TrimStart('/');
        return !isWindows ? path
            : path.StartsWith(WindowsRoot, StringComparison.OrdinalIgnoreCase) ? path[WindowsRoot.Length..] : null;
    }

    private static async Task<LayerFile> HashAsync(string path, TarEntry entry, Digest layer, CancellationToken cancellationToken)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // SPDX 2.3 asks for SHA-1 of each file. It identifies the file, and protects nothing.
#pragma warning disable CA5350 // see above
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        var isKept = entry.Length <= MostKept
            && (path.EndsWith(DependencyEnding, StringComparison.OrdinalIgnoreCase) || DebianComponents.IsFileList(path));
        using var kept = isKept ? new MemoryStream() : null;
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
        while (entry.DataStream is { } data && await data.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            sha256.AppendData(buffer, 0, count);
            sha1.AppendData(buffer, 0, count);
            if (kept is not null)
            {
                await kept.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return new LayerFile(
            Convert.ToHexStringLower(sha1.GetHashAndReset()), Convert.ToHexStringLower(sha256.GetHashAndReset()), layer, kept?.ToArray());
    }
}

/// <summary>A file of a layer.</summary>
/// <param name="Sha1">The SHA-1 of its content, in hexadecimal digits.</param>
/// <param name="Sha256">The SHA-256 of its content, in hexadecimal digits.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Content">Its content, where that tells of components; null for all others.</param>
internal sealed record LayerFile(string Sha1, string Sha256, Digest Layer, byte[]? Content);
