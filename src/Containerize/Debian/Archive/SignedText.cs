using System.Text;

namespace Containerize.Debian.Archive;

/// <summary>
/// A text with a signature around it (<c>InRelease</c>). Only what is signed is given out; a file with anything beside it is refused.
/// </summary>
/// <remarks>RFC 9580, section 7, "Cleartext Signature Framework".</remarks>
internal static class SignedText
{
    private const string Begin = "-----BEGIN PGP SIGNED MESSAGE-----";
    private const string EndSignature = "-----END PGP SIGNATURE-----";

    /// <summary>Verifies a text that carries its signature.</summary>
    /// <param name="keys">The keys that may sign it.</param>
    /// <returns>Null when the signature is good; else why it is not.</returns>
    internal static string? Verify(byte[] file, KeyRing keys, DateTimeOffset now, out string text)
    {
        text = "";
        var lines = Encoding.UTF8.GetString(file).Split('\n').Select(line => line.TrimEnd(' ', '\t', '\r')).ToList();
        var headersEnd = lines.IndexOf("");
        var signature = lines.IndexOf(ArmouredText.Signatures);
        var end = lines.IndexOf(EndSignature);
        if (lines[0] != Begin || headersEnd < 1 || signature < headersEnd || end < signature
            || lines.Skip(end + 1).Any(line => line.Length > 0)
            || lines.Skip(1).Take(headersEnd - 1).Any(line => !line.StartsWith("Hash:", StringComparison.Ordinal)))
        {
            return "it is not a signed text";
        }

        var body = lines.Skip(headersEnd + 1).Take(signature - headersEnd - 1).ToList();
        // A line that begins with a dash has "- " before it; one that has none would begin another part.
        if (body.Exists(line => line.StartsWith('-') && !line.StartsWith("- ", StringComparison.Ordinal)))
        {
            return "it is not a signed text";
        }

        var plain = body.ConvertAll(line => line.StartsWith("- ", StringComparison.Ordinal) ? line[2..] : line);
        var problem = Verify(
            Encoding.ASCII.GetBytes(string.Join('\n', lines.Skip(signature).Take(end - signature + 1)) + "\n"),
            Encoding.UTF8.GetBytes(string.Join("\r\n", plain)),
            keys,
            now);
        text = problem is null ? string.Join('\n', plain) : "";
        return problem;
    }

    /// <summary>Verifies a text whose signature is beside it (<c>Release</c> and <c>Release.gpg</c>).</summary>
    /// <param name="signature">The signatures, armoured.</param>
    /// <returns>Null when the signature is good; else why it is not.</returns>
    internal static string? VerifyDetached(byte[] file, byte[] signature, KeyRing keys, DateTimeOffset now) =>
        Verify(signature, file, keys, now);

    private static string? Verify(byte[] armoured, byte[] signed, KeyRing keys, DateTimeOffset now)
    {
        try
        {
            using var signatures = ArmouredText.Decode(armoured, ArmouredText.Signatures);
            return keys.Verify(signatures, signed, now);
        }
        catch (Exception failure) when (KeyRing.IsDamage(failure))
        {
            return $"its signature cannot be read ({Printable.Clean(failure.Message)})";
        }
    }
}
