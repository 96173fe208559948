using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// A text in a file that shows damage: its first line says what it is and has a checksum of the rest. A bit that flipped, an end that is
/// missing, or the text of something else is found when it is read. Losing such a file costs time and nothing else, so neither reading nor
/// writing fails. The checksum is not against forging: the directory is the user's own.
/// </summary>
internal static class SealedFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; links are not followed.</param>
    /// <param name="mustBeOwn">Whether a file that another user could have written counts as none.</param>
    /// <returns>The text; null when there is none, or it is damaged, or something else.</returns>
    internal static string? TryRead(string path, string title, bool mustBeOwn)
    {
        try
        {
            // Asking first: most builds find what they look for, but the first one of a project does not, and exceptions are slow.
            return FileStatus.TryOf(path, followLinks: false) is { Kind: FileKind.File } status && !(mustBeOwn && status.IsOpenToOthers)
                ? Open(title, RegularFile.ReadAllBytes(path))
                : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>Writes a file of one project, whole or not at all.</summary>
    internal static void TryWrite(string path, string title, string text)
    {
        try
        {
            AtomicFile.Write(path, Seal(title, text), isOurs: true);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // A full disk, or a directory that can only be read.
        }
    }

    /// <summary>Seals a text.</summary>
    /// <param name="title">What it is, and of what: <c>layers 1 sha256:…</c>.</param>
    internal static byte[] Seal(string title, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. FirstLine(title, bytes), .. bytes];
    }

    /// <summary>Opens a sealed text; null when it is damaged or something else.</summary>
    internal static string? Open(string title, ReadOnlySpan<byte> content)
    {
        var end = content.IndexOf((byte)'\n') + 1;
        var text = content[end..];
        return content[..end].SequenceEqual(FirstLine(title, text)) ? Encoding.UTF8.GetString(text) : null;
    }

    // SHA-256, because it is at hand: compiling the code of a faster checksum takes each build longer than this.
    private static byte[] FirstLine(string title, ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"containerize {title} {Convert.ToHexStringLower(SHA256.HashData(text))}\n"));
}
