using System.Globalization;
using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// Which evidence this project brought to which repositories, so that an unchanged build does not ask registries for it again. The memory
/// belongs to one project and may be lost at any time; then registries are asked. So they are after a day: a clean-up of what has no tag
/// takes referrers, too.
/// </summary>
internal sealed class AttachedEvidence
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Delivered> _known = new(StringComparer.Ordinal);

    private AttachedEvidence(string path, TimeProvider time) => (_path, _time) = (path, time);

    /// <summary>The name of the file in the project's own directory.</summary>
    internal static string FileName => RecordKind.Attached.Name;

    /// <summary>Reads the memory of earlier builds.</summary>
    /// <param name="path">Where it is kept.</param>
    /// <param name="time">The clock; null for the machine's.</param>
    /// <returns>The memory, empty when there is none or it is damaged.</returns>
    internal static AttachedEvidence Load(string path, TimeProvider? time = null)
    {
        var attached = new AttachedEvidence(path, time ?? TimeProvider.System);
        var text = SealedFile.TryRead(path, RecordKind.Attached.TitleOf(null), mustBeOwn: false);
        foreach (var line in text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (line.Split('\t') is [var repository, var facts, var since]
                && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                attached._known[repository] = new(facts, seconds);
            }
        }

        return attached;
    }

    /// <summary>Whether all of it was brought to a repository, or seen there, within a day.</summary>
    /// <param name="repository">The repository, with its registry.</param>
    internal bool Knows(string repository, Evidence evidence)
    {
        lock (_known)
        {
            return _known.GetValueOrDefault(repository) is { } known && known.Facts == Facts(evidence)
                && Now - known.Since is >= 0 and var age && age < s_lifetime.TotalSeconds;
        }
    }

    /// <summary>Remembers that all of it is in a repository. Failing to is no failure.</summary>
    /// <param name="repository">The repository, with its registry.</param>
    internal void Note(string repository, Evidence evidence)
    {
        // Registries are pushed to at the same time.
        lock (_known)
        {
            _known[repository] = new(Facts(evidence), Now);
            var text = new StringBuilder();
            foreach (var (name, known) in _known.OrderBy(known => known.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}\t{known.Facts}\t{known.Since}\n");
            }

            SealedFile.TryWrite(_path, RecordKind.Attached.TitleOf(null), text.ToString());
        }
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private static string Facts(Evidence evidence) => Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n',
    [
        .. evidence.Referrers.Select(referrer => referrer.Manifest.Descriptor.Digest.ToString()),
        .. evidence.Images.SelectMany(image => image.Layers.Select(layer => $"{image.Tag} {layer.Descriptor.Digest}")),
    ]))).ToString();

    // Since: seconds of Unix.
    private sealed record Delivered(string Facts, long Since);
}
