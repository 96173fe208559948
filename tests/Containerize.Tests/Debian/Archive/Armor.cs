using System.Text;
using Org.BouncyCastle.Bcpg;

namespace Containerize.Tests.Debian.Archive;

/// <summary>Puts the signatures of clearsigned texts into one block, as gpg does for several keys.</summary>
internal static class Armor
{
    private const string Begin = "-----BEGIN PGP SIGNATURE-----";

    internal static string Join(string one, string other)
    {
        using var output = new MemoryStream();
        using (var armor = new ArmoredOutputStream(output))
        {
            armor.Write([.. Signatures(one), .. Signatures(other)]);
        }

        return one[..one.IndexOf(Begin, StringComparison.Ordinal)] + Encoding.ASCII.GetString(output.ToArray());
    }

    private static byte[] Signatures(string text)
    {
        using var armor =
            new ArmoredInputStream(new MemoryStream(Encoding.ASCII.GetBytes(text[text.IndexOf(Begin, StringComparison.Ordinal)..])));
        using var bytes = new MemoryStream();
        armor.CopyTo(bytes);
        return bytes.ToArray();
    }
}
