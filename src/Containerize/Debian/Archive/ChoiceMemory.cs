using System.Text.Json;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>
/// What the cache knows of packages that were chosen: the same request to the same archives has the same answer, and reading the archives'
/// indexes takes seconds. Losing it costs that time only.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="use">What the packages are for.</param>
/// <param name="request">The digest of the request.</param>
/// <param name="sources">What the archives are: the digests of their signed release files, which hold those of the indexes.</param>
internal sealed class ChoiceMemory(BlobStore cache, string use, Digest request, IEnumerable<LockedSource> sources)
{
    private readonly Record _record = new(
        cache, RecordKind.Choice, string.Join('\n', sources.Select(source => $"{source.Archive}\t{source.Suite}\t{source.ReleaseFile}")
            .Prepend($"{use}\t{request}")));

    /// <summary>Reads what was chosen.</summary>
    /// <returns>The packages; null when they are not known, or the file is damaged.</returns>
    internal LockedSet? TryRead()
    {
        try
        {
            return _record.Read() is { } text && JsonSerializer.Deserialize(text, DebianLockJson.Default.LockedSet) is { } set
                && set.Request == request ? set : null;
        }
        catch (Exception failure) when (failure is JsonException or ContainerizeException)
        {
            return null;
        }
    }

    /// <summary>Remembers what was chosen. Failing to is no failure.</summary>
    internal void Write(LockedSet set) => _record.Write(JsonSerializer.Serialize(set, DebianLockJson.Default.LockedSet));
}
