using System.Globalization;
using System.Text;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>Entries of a layer in the order in which they are written, with what is known of their content.</summary>
public sealed class EntriesContent
{
    private readonly FileStamp?[] _stamps;

    private EntriesContent(IReadOnlyList<LayerEntry> entries, FileStamp?[] stamps, LayerContent content)
    {
        Entries = entries;
        _stamps = stamps;
        Content = content;
    }

    /// <summary>What goes into the layer.</summary>
    public LayerContent Content { get; }

    /// <summary>The entries, sorted and with all directories.</summary>
    internal IReadOnlyList<LayerEntry> Entries { get; }

    /// <summary>Sorts entries and learns what the files contain.</summary>
    /// <param name="entries">What the layer holds, in any order.</param>
    /// <param name="options">How the layer is written.</param>
    /// <param name="hashes">Knows what files contain.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The entries and their content.</returns>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.DuplicatePath"/>, <see cref="DiagnosticCode.InvalidPath"/>, <see cref="DiagnosticCode.UnreadableFile"/>, <see cref="DiagnosticCode.FileChanged"/>.
    /// </exception>
    public static async Task<EntriesContent> ReadAsync(IEnumerable<LayerEntry> entries, LayerOptions options, FileHashes hashes, CancellationToken cancellationToken)
    {
        var ordered = EntryOrder.Arrange(entries);
        var files = new List<LayerEntry>();
        foreach (var entry in ordered)
        {
            if (entry is { Type: LayerEntryType.File, SourcePath: not null })
            {
                files.Add(entry);
            }
        }

        var hashed = await hashes.HashAsync(files, cancellationToken);
        var items = new ContentItem[ordered.Count];
        var stamps = new FileStamp?[ordered.Count];
        for (int index = 0, file = 0; index < ordered.Count; index++)
        {
            var entry = ordered[index];
            if (entry is { Type: LayerEntryType.File, SourcePath: { } path })
            {
                var (digest, stamp) = hashed[file++];
                if (stamp.Size != entry.Size)
                {
                    throw SourceStream.Changed(path);
                }

                stamps[index] = stamp;
                items[index] = new ContentItem(entry.Path, Fingerprint(entry, digest.Hex), entry.Package);
            }
            else
            {
                items[index] = new ContentItem(entry.Path, Fingerprint(entry, null), entry.Package);
            }
        }

        return new EntriesContent(ordered, stamps, LayerContent.Of("entries", items, options));
    }

    /// <summary>Makes sure that the files are still those that were read: what was learnt of them is about to be remembered.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.FileChanged"/>.</exception>
    internal void CheckUnchanged()
    {
        for (var index = 0; index < Entries.Count; index++)
        {
            if (_stamps[index] is { } stamp && FileHashes.StampOf(Entries[index].SourcePath!) != stamp)
            {
                throw SourceStream.Changed(Entries[index].SourcePath!);
            }
        }
    }

    private static string Fingerprint(LayerEntry entry, string? contentHash)
    {
        var owner = string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString((int)entry.Mode, 8)} {entry.UserId}:{entry.GroupId}");
        return entry.Type switch
        {
            LayerEntryType.Directory => $"d {owner}",
            LayerEntryType.SymbolicLink => $"l {owner} {Digest.Of(Encoding.UTF8.GetBytes(entry.LinkTarget!)).Hex}",
            _ => string.Create(CultureInfo.InvariantCulture, $"f {owner} {entry.ContentSize} {contentHash ?? Digest.Of(entry.Content.GetValueOrDefault().Span).Hex}"),
        };
    }
}
