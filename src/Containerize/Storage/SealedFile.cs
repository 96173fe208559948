using Containerize.Files;

namespace Containerize.Storage;

/// <summary>Small files of the cache, each with a seal. Losing one costs time and nothing else, so neither reading nor writing fails.</summary>
internal static class SealedFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="store">The cache.</param>
    /// <param name="name">The file's name in it.</param>
    /// <param name="title">What it should be.</param>
    /// <returns>The text; null when there is none, or it is damaged, something else, or a link.</returns>
    internal static string? TryRead(BlobStore store, string name, string title)
    {
        try
        {
            // Asking first: most builds find what they look for, but the first one of a project does not, and exceptions are slow.
            return new FileInfo(Path.Combine(store.Root, name)) is { Exists: true, LinkTarget: null } file ? SealedText.Read(title, File.ReadAllBytes(file.FullName)) : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="store">The cache.</param>
    /// <param name="name">The file's name in it.</param>
    /// <param name="title">What it is.</param>
    /// <param name="text">The text.</param>
    internal static void TryWrite(BlobStore store, string name, string title, string text)
    {
        try
        {
            store.WriteFile(name, SealedText.Write(title, text));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // A full disk, or a cache that can only be read.
        }
    }
}
