using System.Text;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>One small sealed text of a cache. Losing it costs time and nothing else, so nothing here fails.</summary>
/// <param name="store">The cache.</param>
/// <param name="kind">What the text says.</param>
/// <param name="key">What it says it of.</param>
internal sealed class Record(BlobStore store, RecordKind kind, Digest key)
{
    private readonly string _title = kind.TitleOf(key);

    /// <summary>A text about something that has a name.</summary>
    internal Record(BlobStore store, RecordKind kind, string key)
        : this(store, kind, Digest.Of(Encoding.UTF8.GetBytes(key)))
    {
    }

    private string Name => System.IO.Path.Combine(kind.Name, key.Hex);

    /// <summary>Where it lies in the cache.</summary>
    internal string Path => System.IO.Path.Combine(store.Root, Name);

    /// <summary>Reads the text, here or where the cache has a warm one behind it.</summary>
    /// <returns>The text; null when there is none that can be used.</returns>
    internal string? Read() => ReadHere() ?? (store.Warm is { } warm ? new Record(warm, kind, key).Read() : null);

    /// <summary>Reads the text in this cache alone, which counts as a use.</summary>
    internal string? ReadHere()
    {
        var text = SealedFile.TryRead(Path, _title, mustBeOwn: true);
        if (text is not null)
        {
            LastUse.Note(Path);
        }

        return text;
    }

    /// <summary>Writes the text, whole or not at all.</summary>
    internal void Write(string text)
    {
        try
        {
            store.WriteFile(Name, SealedFile.Seal(_title, text));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // A full disk, or a cache that can only be read.
        }
    }

    /// <summary>Removes the text. One that stays is found to be wrong again at its next use.</summary>
    internal void Remove()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // A cache that can only be read.
        }
    }
}
