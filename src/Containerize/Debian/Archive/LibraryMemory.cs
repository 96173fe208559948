using System.Globalization;
using Containerize.Files;
using Containerize.Starting;
using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>
/// Remembers which packages have libraries, so that a build that fails again asks nothing. An answer counts for a day; after that, as long
/// as the archives' lists of files are the same. That there was no answer counts for an hour.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="sources">The parts of the archives.</param>
/// <param name="architecture">Debian's word for the architecture.</param>
/// <param name="time">The clock.</param>
internal sealed class LibraryMemory(BlobStore cache, IReadOnlyList<ArchiveSource> sources, string architecture, TimeProvider time)
{
    private const string Open = "open";
    private const string None = "none";
    private const string File = "file";
    private const string Guess = "guess";

    private static readonly TimeSpan s_answered = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_open = TimeSpan.FromHours(1);

    /// <summary>Reads what is known of a library.</summary>
    internal LibraryAnswer? Read(string library)
    {
        if (RecordOf(library).Read()?.Split('\t') is not [var written, var state, var kind, var package, var directory, var others]
            || !long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || kind is not (Open or None or File or Guess))
        {
            return null;
        }

        var age = time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddSeconds(seconds);
        return new LibraryAnswer(kind == Open ? null : state, IsFresh: age >= TimeSpan.Zero && age < (kind == Open ? s_open : s_answered))
        {
            Package = kind is File or Guess ? new LibraryPackage(package)
            {
                Directory = directory.Length > 0 ? EscapedText.Read(directory) : null,
                Others = others.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                IsGuess = kind == Guess,
            }
            : null,
        };
    }

    /// <summary>Remembers an answer. Failing to is no failure.</summary>
    /// <param name="state">The state of the lists; null when there was no answer.</param>
    /// <param name="package">The package; null when there is none.</param>
    internal void Write(string library, string? state, LibraryPackage? package)
    {
        var kind = state is null ? Open : package is null ? None : package.IsGuess ? Guess : File;
        var written = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        RecordOf(library).Write(string.Join(
            '\t',
            written,
            state,
            kind,
            package?.Name,
            EscapedText.Write(package?.Directory ?? ""),
            string.Join(' ', package?.Others ?? [])));
    }

    // Without login.
    private Record RecordOf(string library) => new(
        cache,
        RecordKind.Library,
        string.Join('\n', sources
            .Select(source => $"{source.Directory.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)} "
                + string.Join(' ', source.Components))
            .Prepend($"{architecture} {library}")));
}

/// <summary>What is remembered of a library.</summary>
/// <param name="State">The state of the lists that were searched; null when there was no answer.</param>
/// <param name="IsFresh">Whether nothing has to be asked yet.</param>
internal sealed record LibraryAnswer(string? State, bool IsFresh)
{
    /// <summary>The package; null when there is none.</summary>
    internal LibraryPackage? Package { get; init; }
}
