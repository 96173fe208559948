using System.Formats.Tar;
using System.Runtime.InteropServices;
using Containerize.Files;

namespace Containerize.Layers.Entries;

/// <summary>
/// Writes entries in GNU's tar format: unlike PAX, its headers hold nothing of the process that writes them,
/// and unlike ustar, they have room for long names and large files.
/// </summary>
internal static class TarEntries
{
    internal static async Task WriteAsync(TarWriter tar, LayerEntry entry, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var content = OpenContent(entry);
        if (content is null)
        {
            await tar.WriteEntryAsync(Header(entry, time), cancellationToken);
            return;
        }

        await using (content.ConfigureAwait(false))
        {
            var header = Header(entry, time);
            header.DataStream = content;
            await tar.WriteEntryAsync(header, cancellationToken);
        }
    }

    private static GnuTarEntry Header(LayerEntry entry, DateTimeOffset time)
    {
        var (type, name) = entry.Type switch
        {
            LayerEntryType.Directory => (TarEntryType.Directory, entry.Path + "/"),
            LayerEntryType.SymbolicLink => (TarEntryType.SymbolicLink, entry.Path),
            LayerEntryType.HardLink => (TarEntryType.HardLink, entry.Path),
            _ => (TarEntryType.RegularFile, entry.Path),
        };
        var header = new GnuTarEntry(type, name)
        {
            Mode = entry.Mode,
            Uid = entry.UserId,
            Gid = entry.GroupId,
            ModificationTime = time,
            // Unset: the writer would otherwise put the present time there.
            AccessTime = default,
            ChangeTime = default,
        };
        if (entry.LinkTarget is not null && type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            header.LinkName = entry.LinkTarget;
        }

        return header;
    }

    /// <summary>The content of a file; null for what has none.</summary>
    internal static Stream? OpenContent(LayerEntry entry) => entry switch
    {
        { Type: not LayerEntryType.File } => null,
        { SourcePath: { } path } => SourceStream.Open(path, entry.Size),
        { Stream: { } stream } => new SizedStream(stream, entry.Size),
        _ when MemoryMarshal.TryGetArray(entry.Content.GetValueOrDefault(), out var array) =>
            new MemoryStream(array.Array!, array.Offset, array.Count, writable: false),
        _ => new MemoryStream(entry.Content.GetValueOrDefault().ToArray(), writable: false),
    };
}

/// <summary>
/// Content that comes as a stream and whose length is known. It says that it can seek for the same reason as <see cref="SourceStream"/>:
/// the tar writer would otherwise keep the content in memory to learn its size.
/// </summary>
internal sealed class SizedStream(Stream inner, long length) : ForwardStream
{
    private long _position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
