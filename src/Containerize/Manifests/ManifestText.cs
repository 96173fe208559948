using System.Text;
using Containerize.Files;

namespace Containerize.Manifests;

/// <summary>The text of a file, which can be written again byte for byte.</summary>
/// <param name="Name">What the file is called in messages.</param>
/// <param name="Text">Its text, without a byte order mark.</param>
/// <param name="HasMark">Whether a byte order mark is before it.</param>
internal sealed record ManifestText(string Name, string Text, bool HasMark)
{
    private const char Mark = '\uFEFF';

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">A full path.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="ContainerizeException">It cannot be read, or is not UTF-8.</exception>
    internal static ManifestText Read(string path, string name)
    {
        try
        {
            return Decode(RegularFile.ReadAllBytes(path), name);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(DiagnosticCode.InvalidManifest, $"{name} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidManifest"/>: they are not UTF-8.</exception>
    internal static ManifestText Decode(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            var text = s_utf8.GetString(bytes);
            return text is [Mark, ..] ? new(name, text[1..], HasMark: true) : new(name, text, HasMark: false);
        }
        catch (DecoderFallbackException failure)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidManifest,
                $"{name} is not a text in UTF-8 (the byte at {failure.Index} does not fit). Save it as UTF-8.",
                failure);
        }
    }

    /// <summary>Several files as one, with a line between their documents.</summary>
    internal static ManifestText Join(IEnumerable<ManifestText> files) => files.Aggregate((all, next) => all with
    {
        Text = all.Text + Separator(all.Text, next.Text) + next.Text,
    });

    /// <summary>The bytes of the file.</summary>
    internal byte[] Encode() => s_utf8.GetBytes(ToString());

    /// <summary>The text, with its byte order mark.</summary>
    public override string ToString() => HasMark ? Mark + Text : Text;

    private static string Separator(string text, string next)
    {
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return (text.Length == 0 || text.EndsWith('\n') ? "" : newLine)
            + (next.StartsWith("---", StringComparison.Ordinal) ? "" : "---" + newLine);
    }
}
