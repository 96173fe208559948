using System.Formats.Tar;
using Containerize.Compression;
using Containerize.Oci;
using Containerize.Programs;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>
/// Reads one layer by itself: its entries, and what of their contents a tree asks for. Layers are read beside one another.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="diffId">What it should unpack to.</param>
/// <param name="isWindows">Whether its tree is that of drive C:.</param>
internal sealed class TreeLayer(VerifiedFile layer, Digest diffId, bool isWindows)
{
    private const int MaxFile = 64 * 1024 * 1024;
    private const long MaxKept = 256L * 1024 * 1024;

    private long _kept;
    private byte[] _buffer = new byte[ProgramReader.StartSize];

    /// <summary>Reads all entries.</summary>
    /// <exception cref="ContainerizeException">See <see cref="ImageTree"/>.</exception>
    internal IReadOnlyList<TreeEntry> Read(CancellationToken cancellationToken)
    {
        var entries = new List<TreeEntry>();
        Read(
            entry =>
            {
                if (PathOf(entry.Name) is { Length: > 0 } path)
                {
                    var bytes = KeptFiles.Includes(path) ? Content(entry) : null;
                    var program = bytes is not null ? ProgramReader.Read(bytes) : Program(entry);
                    entries.Add(new TreeEntry(path, entry, bytes, program));
                }
            },
            cancellationToken);
        return entries;
    }

    /// <summary>Reads the content of some files.</summary>
    /// <param name="take">Gets the path of a file, and what reads its content, which is null for what is no regular file.</param>
    /// <exception cref="ContainerizeException">See <see cref="ImageTree"/>.</exception>
    internal void Read(Action<string, Func<byte[]?>> take, CancellationToken cancellationToken) => Read(
        entry =>
        {
            if (PathOf(entry.Name) is { Length: > 0 } path)
            {
                take(path, () => Content(entry));
            }
        },
        cancellationToken);

    private void Read(Action<TarEntry> take, CancellationToken cancellationToken)
    {
        try
        {
            using var tar = new DigestingStream(LayerTar.Open(layer), diffId.CreateHash());
            var failure = ReadEntries(tar, take, cancellationToken);
            // All bytes tell damage from what others can read.
            tar.ReadToEnd();
            if (!tar.Matches(diffId))
            {
                throw failure is not null ? Unreadable(failure) : new ContainerizeException(
                    DiagnosticCode.DigestMismatch,
                    $"The layer {layer.Descriptor.Digest} of the base image does not unpack to what the image's config says ({diffId}). " +
                    $"Nothing was made from it; "
                    + $"an image like that cannot be run either. Choose another base image, or have this one built again.");
            }

            if (failure is not null)
            {
                throw new ContainerizeException(
                    DiagnosticCode.UnreadableLayer,
                    $"The layer {layer.Descriptor.Digest} of the base image is whole, but what is in it cannot be read: "
                    + $"{failure.Message.TrimEnd('.')}. Have the base image built again without sparse files, binary attributes with line "
                    + $"breaks and owners above {int.MaxValue}, or choose another one.",
                    failure);
            }
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            throw Unreadable(failure);
        }
    }

    /// <returns>Why the entries cannot be read to the end; null when they were.</returns>
    private static Exception? ReadEntries(DigestingStream tar, Action<TarEntry> take, CancellationToken cancellationToken)
    {
        try
        {
            using var entries = new TarReader(tar, leaveOpen: true);
            while (entries.GetNextEntry(copyData: false) is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                take(entry);
            }

            return null;
        }
        catch (EndOfStreamException) when (tar.Length == 0)
        {
            // A layer without any entry; engines unpack it, too.
            return null;
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            return failure;
        }
    }

    /// <summary>An entry's path from the root, without links; null for what is not on drive C:.</summary>
    internal string? PathOf(string name) => ImageTree.PathOf(name, isWindows);

    /// <summary>Why this layer cannot be read by anything.</summary>
    internal ContainerizeException Unreadable(Exception cause) => new(
        DiagnosticCode.InvalidDocument,
        $"The layer {layer.Descriptor.Digest} of the base image cannot be read: {cause.Message.TrimEnd('.')}.",
        cause);

    private byte[]? Content(TarEntry entry)
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
        entry.DataStream?.ReadExactly(content);
        return content;
    }

    private static bool IsRegular(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;

    /// <summary>Looks into a file while it passes. What is no program costs no more than its first bytes.</summary>
    private ProgramFile? Program(TarEntry entry)
    {
        if (isWindows || !IsRegular(entry))
        {
            return null;
        }

        if (entry.DataStream is not { } data)
        {
            return OtherFile.Instance;
        }

        var start = data.ReadAtLeast(_buffer.AsSpan(0, ProgramReader.StartSize), ProgramReader.StartSize, throwOnEndOfStream: false);
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

        var rest = _buffer.AsSpan(start, (int)entry.Length - start);
        var length = start + data.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
        return ProgramReader.Read(_buffer.AsMemory(0, length));
    }
}

/// <summary>An entry of a layer.</summary>
/// <param name="Path">Its path from the root, links of lower layers not followed.</param>
/// <param name="Entry">What the tar says of it; its content has passed.</param>
/// <param name="Bytes">Its content, where a tree keeps that; else null.</param>
/// <param name="Program">What it says of how it is started; null for what is no regular file, or was not looked into.</param>
internal sealed record TreeEntry(string Path, TarEntry Entry, byte[]? Bytes, ProgramFile? Program);
