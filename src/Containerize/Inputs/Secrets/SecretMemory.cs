using System.Globalization;
using System.Security.Cryptography;
using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// Which secrets files hold, remembered with the files' stamps, so that an unchanged file is not read again, and with their hashes, because
/// some files are written again by each publish, and setting up a search takes longer than reading them. It belongs to one project, and may
/// be lost at any time. When shapes change, the version of <see cref="RecordKind.Secrets"/> does too.
/// </summary>
internal sealed class SecretMemory
{
    private const char Separator = '\t';

    private readonly string? _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Remembered> _before;
    private readonly Dictionary<string, Remembered> _now = new(StringComparer.Ordinal);
    private bool _isChanged;

    private SecretMemory(string? path, TimeProvider time, Dictionary<string, Remembered> before)
    {
        _path = path;
        _time = time;
        _before = before;
    }

    /// <summary>The name of the file in the project's own directory.</summary>
    internal static string FileName => RecordKind.Secrets.Name;

    /// <summary>How many files had to be searched.</summary>
    internal int FilesRead { get; private set; }

    /// <summary>Reads the memory of earlier builds.</summary>
    /// <param name="path">Where it is kept; null to remember nothing.</param>
    internal static SecretMemory Load(string? path, TimeProvider? time = null)
    {
        var lines = path is null ? [] : SealedFile.TryRead(path, RecordKind.Secrets.TitleOf(null), mustBeOwn: false)?.Split('\n') ?? [];
        return new(
            path,
            time ?? TimeProvider.System,
            lines.Select(Remembered.Parse).OfType<Remembered>().ToDictionary(file => file.Path, StringComparer.Ordinal));
    }

    /// <summary>The secrets of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stamp">Its stamp, if it was looked at already.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    internal IReadOnlyList<SecretFinding> Find(string path, FileStamp? stamp = null)
    {
        var lookedAt = _time.GetUtcNow();
        var now = stamp ?? FileStamp.Of(path);
        if (!_before.TryGetValue(path, out var known) || known.Stamp != now.Text)
        {
            var content = now.Size > SecretScanner.LargestFile ? null : RegularFile.ReadAllBytes(path);
            var hash = content is null ? "" : Convert.ToHexStringLower(SHA256.HashData(content));
            var isKnown = known is not null && hash.Length > 0 && known.Hash == hash;
            FilesRead += isKnown ? 0 : 1;
            _isChanged = true;
            // A file that may still change under the same stamp is read again next time.
            var findings = isKnown ? known!.Findings : content is null ? [] : SecretScanner.Scan(content);
            known = new(path, now.IsSettled(lookedAt) ? now.Text : "", hash, findings);
        }

        _now[path] = known;
        return known.Findings;
    }

    /// <summary>Keeps what was learnt for the next build; files that were not asked for are forgotten. Failing to is no failure.</summary>
    internal void Save()
    {
        if (_path is not null && (_isChanged || _now.Count != _before.Count))
        {
            SealedFile.TryWrite(_path, RecordKind.Secrets.TitleOf(null), string.Join('\n', _now.Values.Select(file => file.Text)));
        }
    }

    private sealed record Remembered(string Path, string Stamp, string Hash, IReadOnlyList<SecretFinding> Findings)
    {
        internal string Text => string.Join(
            Separator,
            Stamp,
            Hash,
            string.Join(' ', Findings.Select(Short)),
            EscapedText.Write(Path));

        internal static Remembered? Parse(string line) =>
            line.Split(Separator) is [var stamp, var hash, var findings, var path]
                ? new(EscapedText.Read(path), stamp, hash, [.. findings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Finding)])
                : null;

        private static string Short(SecretFinding finding) =>
            string.Create(CultureInfo.InvariantCulture, $"{(int)finding.Kind}:{finding.Line}");

        private static SecretFinding Finding(string text) => text.Split(':') is [var kind, var line]
            ? new((SecretKind)int.Parse(kind, CultureInfo.InvariantCulture), int.Parse(line, CultureInfo.InvariantCulture))
            : throw new System.Diagnostics.UnreachableException("The checksum was right.");
    }
}
