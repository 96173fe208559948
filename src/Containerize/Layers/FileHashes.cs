using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>
/// What files contain, as digests. A digest is remembered with the file's stamp, so that an unchanged file is looked at but not read again.
/// The memory belongs to one project and may be lost at any time.
/// </summary>
internal sealed class FileHashes
{
    private const int FieldCount = 6;
    private const int ReadBuffer = 128 * 1024;

    // A build that changed little reads less than this, sooner than other threads would start to.
    private const long ReadAtOnce = 1024 * 1024;

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Remembered> _before;
    private readonly Dictionary<string, Remembered> _now = new(StringComparer.Ordinal);

    private FileHashes(string? path, TimeProvider time, Dictionary<string, Remembered> before)
    {
        _path = path;
        _time = time;
        _before = before;
    }

    /// <summary>The name of the file in the project's own directory.</summary>
    public static string FileName => RecordKind.FileHashes.Name;

    /// <summary>How many files had to be read.</summary>
    public int FilesRead { get; private set; }

    /// <summary>Reads the memory of earlier builds.</summary>
    /// <param name="path">Where it is kept; null to remember nothing.</param>
    /// <returns>The memory, empty when there is none or it is damaged.</returns>
    public static FileHashes Load(string? path, TimeProvider? time = null) =>
        new(path, time ?? TimeProvider.System, path is null ? [] : Read(path));

    /// <summary>The digests of files.</summary>
    /// <param name="files">Entries with a source. The stamp of one that was looked at already is taken as it is; the file is not asked for
    /// it again.</param>
    /// <returns>One digest and stamp per file, in the same order.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>,
    /// <see cref="DiagnosticCode.FileChanged"/>.</exception>
    internal async Task<IReadOnlyList<HashedFile>> HashAsync(IReadOnlyList<LayerEntry> files, CancellationToken cancellationToken)
    {
        var hashed = new HashedFile[files.Count];
        var unknown = new List<int>();
        var bytes = 0L;
        for (var index = 0; index < files.Count; index++)
        {
            var path = files[index].SourcePath!;
            var stamp = files[index].Stamp ?? StampOf(path);
            if (Recall(path, stamp) is { } digest)
            {
                hashed[index] = new HashedFile(digest, stamp);
            }
            else
            {
                unknown.Add(index);
                bytes += stamp.Size;
            }
        }

        if (unknown.Count > 0)
        {
            var lookedAt = _time.GetUtcNow();
            if (bytes <= ReadAtOnce)
            {
                foreach (var index in unknown)
                {
                    hashed[index] = Hash(files[index].SourcePath!, cancellationToken);
                }
            }
            else
            {
                var options = new ParallelOptions { CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current };
                await Parallel.ForEachAsync(unknown, options, (index, token) =>
                {
                    hashed[index] = Hash(files[index].SourcePath!, token);
                    return ValueTask.CompletedTask;
                });
            }

            FilesRead += unknown.Count;
            foreach (var index in unknown)
            {
                // A file that may still change under the same stamp is read again next time.
                _now[files[index].SourcePath!] =
                    new Remembered(hashed[index].Stamp, hashed[index].Stamp.IsSettled(lookedAt) ? hashed[index].Digest : null);
            }
        }

        return hashed;
    }

    /// <summary>Keeps what was learnt for the next build; files that were not asked for are forgotten. Failing to is no failure.</summary>
    public void Save()
    {
        if (_path is null || (FilesRead == 0 && _now.Count == _before.Count))
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var (path, (stamp, digest)) in _now)
        {
            if (digest is { } known && !path.Contains('\n', StringComparison.Ordinal))
            {
                text.Append(known.Hex).Append(' ').Append(stamp.Size).Append(' ').Append(stamp.Modified).Append(' ').Append(stamp.Changed)
                    .Append(' ').Append(stamp.Inode).Append(' ').Append(path).Append('\n');
            }
        }

        SealedFile.TryWrite(_path, RecordKind.FileHashes.TitleOf(null), text.ToString());
    }

    /// <summary>Looks at a file.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal static FileStamp StampOf(string path)
    {
        try
        {
            return FileStamp.Of(path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw SourceStream.Unreadable(path, failure);
        }
    }

    private Digest? Recall(string path, FileStamp stamp)
    {
        if (!_now.TryGetValue(path, out var known))
        {
            if (!_before.TryGetValue(path, out known) || known.Stamp != stamp)
            {
                return null;
            }

            _now[path] = known;
        }

        return known.Stamp == stamp ? known.Digest : null;
    }

    private static HashedFile Hash(string path, CancellationToken cancellationToken)
    {
        try
        {
            var before = FileStamp.Of(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Read(path, before, hash, cancellationToken);
            return new HashedFile(Digest.FromSha256(hash.GetHashAndReset()), before);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw SourceStream.Unreadable(path, failure);
        }
    }

    private static void Read(string path, FileStamp stamp, IncrementalHash hash, CancellationToken cancellationToken)
    {
        using var file = RegularFile.OpenHandle(path, FileOptions.SequentialScan);
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
        var position = 0L;
        for (int count; (count = RandomAccess.Read(file, buffer, position)) > 0; position += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, count));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (position != stamp.Size || FileStamp.Of(path) != stamp)
        {
            throw SourceStream.Changed(path);
        }
    }

    private static Dictionary<string, Remembered> Read(string path)
    {
        var remembered = new Dictionary<string, Remembered>(StringComparer.Ordinal);
        if (SealedFile.TryRead(path, RecordKind.FileHashes.TitleOf(null), mustBeOwn: false) is not { } body)
        {
            return remembered;
        }

        Span<Range> fields = stackalloc Range[FieldCount];
        foreach (var line in body.AsSpan().Split('\n'))
        {
            var text = body.AsSpan()[line];
            if (text.IsEmpty)
            {
                // Behind the last line.
                continue;
            }

            if (text.Split(fields, ' ') != fields.Length || !Digest.TryParse($"sha256:{text[fields[0]]}", out var digest)
                || !long.TryParse(text[fields[1]], out var size) || !long.TryParse(text[fields[2]], out var modified)
                || !long.TryParse(text[fields[3]], out var changed) || !ulong.TryParse(text[fields[4]], out var inode))
            {
                return [];
            }

            remembered[text[fields[5]].ToString()] = new Remembered(new FileStamp(size, modified, changed, inode), digest);
        }

        return remembered;
    }

    private sealed record Remembered(FileStamp Stamp, Digest? Digest);
}

/// <summary>What a file contains, and its stamp when it was read.</summary>
/// <param name="Digest">The digest of the content.</param>
/// <param name="Stamp">The stamp.</param>
internal readonly record struct HashedFile(Digest Digest, FileStamp Stamp);
