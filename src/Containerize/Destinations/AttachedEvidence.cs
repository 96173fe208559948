using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// Which evidence this project brought to which repositories, so that an unchanged build does not ask registries for it again. The memory
/// belongs to one project and may be lost at any time; then registries are asked.
/// </summary>
internal sealed class AttachedEvidence
{
    private readonly string _path;
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    private AttachedEvidence(string path) => _path = path;

    /// <summary>The name of the file in the project's own directory.</summary>
    internal static string FileName => RecordKind.Attached.Name;

    /// <summary>Reads the memory of earlier builds.</summary>
    /// <param name="path">Where it is kept.</param>
    /// <returns>The memory, empty when there is none or it is damaged.</returns>
    internal static AttachedEvidence Load(string path)
    {
        var attached = new AttachedEvidence(path);
        var text = SealedFile.TryRead(path, RecordKind.Attached.TitleOf(null), mustBeOwn: false);
        foreach (var line in text?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (line.Split('\t') is [var repository, var facts])
            {
                attached._known[repository] = facts;
            }
        }

        return attached;
    }

    /// <summary>Whether all of it was brought to a repository.</summary>
    /// <param name="repository">The repository, with its registry.</param>
    internal bool Knows(string repository, Evidence evidence)
    {
        lock (_known)
        {
            return _known.GetValueOrDefault(repository) == Facts(evidence);
        }
    }

    /// <summary>Remembers that all of it is in a repository. Failing to is no failure.</summary>
    /// <param name="repository">The repository, with its registry.</param>
    internal void Note(string repository, Evidence evidence)
    {
        // Registries are pushed to at the same time.
        lock (_known)
        {
            _known[repository] = Facts(evidence);
            var text = new StringBuilder();
            foreach (var (name, facts) in _known.OrderBy(known => known.Key, StringComparer.Ordinal))
            {
                text.Append(name).Append('\t').Append(facts).Append('\n');
            }

            SealedFile.TryWrite(_path, RecordKind.Attached.TitleOf(null), text.ToString());
        }
    }

    private static string Facts(Evidence evidence) => Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n',
    [
        .. evidence.Referrers.Select(referrer => referrer.Manifest.Descriptor.Digest.ToString()),
        .. evidence.Images.SelectMany(image => image.Layers.Select(layer => $"{image.Tag} {layer.Descriptor.Digest}")),
    ]))).ToString();
}
