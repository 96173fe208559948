using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>Entries of a layer in the order in which they are written, with what is known of their content.</summary>
internal sealed class EntriesContent
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
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DuplicatePath"/>, <see cref="DiagnosticCode.InvalidPath"/>,
    /// <see cref="DiagnosticCode.UnreadableFile"/>, <see cref="DiagnosticCode.FileChanged"/>.
    /// </exception>
    public static async Task<EntriesContent> ReadAsync(
        IEnumerable<LayerEntry> entries, LayerOptions options, FileHashes hashes, CancellationToken cancellationToken)
    {
        var ordered = EntryOrder.Arrange(entries, options);
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
                items[index] = new ContentItem(entry.Path, Fingerprint(entry, digest), entry.Package);
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

    internal static string DirectoryFingerprint(UnixFileMode mode, int user, int group) => $"d {Owner(mode, user, group)}";

    internal static string LinkFingerprint(UnixFileMode mode, int user, int group, string target) =>
        $"l {Owner(mode, user, group)} {Digest.Of(Encoding.UTF8.GetBytes(target)).Hex}";

    internal static string FileFingerprint(UnixFileMode mode, int user, int group, long size, Digest content) =>
        string.Create(CultureInfo.InvariantCulture, $"f {Owner(mode, user, group)} {size} {content.Hex}");

    private static string Owner(UnixFileMode mode, int user, int group) =>
        string.Create(CultureInfo.InvariantCulture, $"{Convert.ToString((int)mode, 8)} {user}:{group}");

    private static string Fingerprint(LayerEntry entry, Digest? content) => entry.Type switch
    {
        LayerEntryType.Directory when entry.SecurityDescriptor is { } descriptor =>
            $"{DirectoryFingerprint(entry.Mode, entry.UserId, entry.GroupId)} {descriptor}",
        LayerEntryType.Directory => DirectoryFingerprint(entry.Mode, entry.UserId, entry.GroupId),
        LayerEntryType.SymbolicLink => LinkFingerprint(entry.Mode, entry.UserId, entry.GroupId, entry.LinkTarget!),
        _ => FileFingerprint(entry.Mode, entry.UserId, entry.GroupId, entry.ContentSize, content
            ?? Digest.Of(entry.Content.GetValueOrDefault().Span)),
    };
}
