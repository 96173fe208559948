using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>
/// Remembers which parts of archives existed, and were signed, in earlier builds. A part that is missing now is hidden, or gone.
/// </summary>
/// <param name="cache">The cache.</param>
internal sealed class ArchiveMemory(BlobStore cache)
{
    /// <summary>Whether an earlier build saw a part of an archive at this address.</summary>
    internal bool Knows(ArchiveSource source) => RecordOf(source).Read() is not null;

    /// <summary>Remembers a part whose signature was verified. Failing to is no failure.</summary>
    internal void Note(ArchiveSource source)
    {
        if (!Knows(source))
        {
            RecordOf(source).Write("");
        }
    }

    // Without login.
    private Record RecordOf(ArchiveSource source) =>
        new(cache, RecordKind.Archive, source.Directory.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
}
