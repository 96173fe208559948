using System.Text.Json;
using System.Text;
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
    private readonly Digest _key = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', sources.Select(source => $"{source.Archive}\t{source.Suite}\t{source.ReleaseFile}").Prepend($"{use}\t{request}"))));

    // Another number when packages are chosen in another way: what was chosen before does not count then.
    private string Title => $"choice 1 {_key}";

    private string Name => Path.Combine("choices", _key.Hex);

    /// <summary>Reads what was chosen.</summary>
    /// <returns>The packages; null when they are not known, or the file is damaged.</returns>
    internal LockedSet? TryRead()
    {
        try
        {
            if (SealedFile.TryRead(cache, Name, Title) is not { } text || JsonSerializer.Deserialize(text, DebianLockJson.Default.LockedSet) is not { } set || set.Request != request)
            {
                return null;
            }

            LastUse.Note(Path.Combine(cache.Root, Name));
            return set;
        }
        catch (Exception failure) when (failure is JsonException or ContainerizeException)
        {
            return null;
        }
    }

    /// <summary>Remembers what was chosen. Failing to is no failure.</summary>
    /// <param name="set">The packages.</param>
    internal void Write(LockedSet set) => SealedFile.TryWrite(cache, Name, Title, JsonSerializer.Serialize(set, DebianLockJson.Default.LockedSet));
}
