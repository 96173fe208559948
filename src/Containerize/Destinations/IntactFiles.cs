using System.Text;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>
/// Which files of archives and layouts were written or read whole, by their stamps then: as long as a stamp stays the same, the bytes need
/// not be read again. The memory belongs to one project and may be lost at any time; then the bytes are read.
/// </summary>
internal sealed class IntactFiles
{
    /// <summary>The name of the file in the project's own directory.</summary>
    internal static string FileName => RecordKind.Intact.Name;

    // Systems write what is new within a minute.
    private static readonly TimeSpan s_reachesDisk = TimeSpan.FromMinutes(2);

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, string> _known;
    private bool _isChanged;

    private IntactFiles(string? path, TimeProvider time, Dictionary<string, string> known)
    {
        _path = path;
        _time = time;
        _known = known;
    }

    /// <summary>Reads the memory of earlier builds.</summary>
    /// <param name="path">Where it is kept; null to remember nothing.</param>
    /// <returns>The memory, empty when there is none or it is damaged.</returns>
    internal static IntactFiles Load(string? path, TimeProvider? time = null)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = path is null ? null : SealedFile.TryRead(path, RecordKind.Intact.TitleOf(null), mustBeOwn: false);
        foreach (var line in text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (line.Split('\t') is [var facts, var name])
            {
                known[EscapedText.Read(name)] = facts;
            }
        }

        return new IntactFiles(path, time ?? TimeProvider.System, known);
    }

    /// <summary>The stamp of a file; null when there is none to be had.</summary>
    internal static FileStamp? TryStamp(string file) => FileStatus.TryOf(file, followLinks: true)?.Stamp;

    /// <summary>Whether a file was found to hold a content, and has the same stamp still.</summary>
    /// <param name="file">The file, a full path.</param>
    /// <param name="content">Identifies the content.</param>
    internal bool Knows(string file, Digest content) =>
        _known.TryGetValue(file, out var facts) && TryStamp(file) is { } stamp && facts == Facts(content, stamp);

    /// <summary>Remembers what was read from a file, unless it is so young that a crash may still lose bytes and keep the stamp.</summary>
    /// <param name="file">The file, a full path.</param>
    /// <param name="content">Identifies the content.</param>
    /// <param name="before">The stamp before it was read; null remembers nothing.</param>
    internal void NoteRead(string file, Digest content, FileStamp? before)
    {
        if (before is { } stamp && stamp.IsSettled(_time.GetUtcNow() - s_reachesDisk) && TryStamp(file) == stamp)
        {
            Note(file, content, stamp);
        }
    }

    /// <summary>Remembers what was written to a file and reached the disk.</summary>
    /// <param name="file">The file, a full path.</param>
    /// <param name="content">Identifies the content.</param>
    internal void NoteWritten(string file, Digest content)
    {
        if (TryStamp(file) is { } stamp)
        {
            Note(file, content, stamp);
        }
    }

    /// <summary>Keeps what was learnt for the next build. Failing to is no failure.</summary>
    internal void Save()
    {
        if (_path is null || !_isChanged)
        {
            return;
        }

        var text = new StringBuilder();
        foreach (var (file, facts) in _known.Where(known => File.Exists(known.Key)).OrderBy(known => known.Key, StringComparer.Ordinal))
        {
            text.Append(facts).Append('\t').Append(EscapedText.Write(file)).Append('\n');
        }

        SealedFile.TryWrite(_path, RecordKind.Intact.TitleOf(null), text.ToString());
        _isChanged = false;
    }

    private void Note(string file, Digest content, FileStamp stamp)
    {
        _known[file] = Facts(content, stamp);
        _isChanged = true;
    }

    private static string Facts(Digest content, FileStamp stamp) => $"{content} {stamp.Text}";
}
