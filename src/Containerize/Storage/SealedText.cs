using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace Containerize.Storage;

/// <summary>
/// Text in the cache that shows damage: its first line says what it is and has a checksum of the rest. A bit that flipped, an end that is
/// missing, or the text of something else is found when it is read. Forging is not what the checksum is against: the directory is the user's own.
/// </summary>
internal static class SealedText
{
    /// <summary>Seals a text.</summary>
    /// <param name="title">What it is, and of what: <c>layer 1 sha256:…</c>.</param>
    /// <param name="body">The text.</param>
    /// <returns>UTF-8.</returns>
    internal static byte[] Write(string title, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return [.. Encoding.UTF8.GetBytes(FirstLine(title, bytes)), .. bytes];
    }

    /// <summary>Opens a sealed text.</summary>
    /// <param name="title">What it should be.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>The text; null when it is damaged or something else.</returns>
    internal static string? Read(string title, ReadOnlySpan<byte> content)
    {
        var end = content.IndexOf((byte)'\n') + 1;
        var body = content[end..];
        return content[..end].SequenceEqual(Encoding.UTF8.GetBytes(FirstLine(title, body))) ? Encoding.UTF8.GetString(body) : null;
    }

    private static string FirstLine(string title, ReadOnlySpan<byte> body) => string.Create(CultureInfo.InvariantCulture, $"containerize {title} {Convert.ToHexStringLower(XxHash128.Hash(body))}\n");
}
