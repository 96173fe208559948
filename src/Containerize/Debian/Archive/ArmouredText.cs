using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Containerize.Debian.Archive;

/// <summary>Keys and signatures of OpenPGP as text. A file may hold several blocks, as where others were joined to it.</summary>
/// <remarks>RFC 9580, section 6.2, "Forming ASCII Armor".</remarks>
internal static class ArmouredText
{
    /// <summary>The first line of a block of keys.</summary>
    internal const string Keys = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

    /// <summary>The first line of a block of signatures.</summary>
    internal const string Signatures = "-----BEGIN PGP SIGNATURE-----";

    /// <summary>Decodes all blocks of a kind.</summary>
    /// <param name="content">The text; bytes that are none are left as they are.</param>
    /// <param name="begin">The first line of the blocks.</param>
    /// <returns>The packets of all blocks, one after the other.</returns>
    internal static MemoryStream Decode(byte[] content, string begin)
    {
        var decoded = new MemoryStream();
        var line = System.Text.Encoding.ASCII.GetBytes(begin);
        // Bytes that are no text begin with a packet, whose first bit is set.
        var at = content is [>= 0x80, ..] ? -1 : content.AsSpan().IndexOf(line);
        if (at < 0)
        {
            PgpUtilities.GetDecoderStream(new MemoryStream(content)).CopyTo(decoded);
        }

        while (at >= 0)
        {
            var next = content.AsSpan(at + line.Length).IndexOf(line);
            var length = next < 0 ? content.Length - at : line.Length + next;
            using var block = new ArmoredInputStream(new MemoryStream(content, at, length));
            block.CopyTo(decoded);
            at = next < 0 ? -1 : at + length;
        }

        decoded.Position = 0;
        return decoded;
    }
}
