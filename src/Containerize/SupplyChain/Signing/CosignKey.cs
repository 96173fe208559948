using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// The form in which cosign and skopeo encrypt private keys: scrypt makes a key of the password, which opens a secretbox.
/// </summary>
/// <remarks>RFC 7914; "secretbox" of NaCl: XSalsa20 with Poly1305.</remarks>
internal static class CosignKey
{
    private const int KeySize = 32;
    private const int NonceSize = 24;
    private const int TagSize = 16;

    // Four times what cosign writes now; a file must not decide how much memory a build takes.
    private const int MaxCost = 1 << 18;
    private const int MaxBlock = 8;

    /// <summary>Decrypts a key.</summary>
    /// <param name="file">The JSON in the PEM file.</param>
    /// <returns>The key in the form of PKCS #8; null when the password is wrong or the file is damaged.</returns>
    internal static byte[]? Decrypt(JsonObject file, byte[] password)
    {
        if (file.Member("kdf").Text("name") != "scrypt" || file.Member("cipher").Text("name") != "nacl/secretbox"
            || file.Member("kdf").Member("params") is not { } costs
            || costs.Number("N") is not (> 1 and <= MaxCost and var cost) || !long.IsPow2(cost)
            || costs.Number("r") is not (> 0 and <= MaxBlock and var block)
            || costs.Number("p") is not 1
            || file.Member("kdf").Bytes("salt") is not { } salt
            || file.Member("cipher").Bytes("nonce") is not { Length: NonceSize } nonce
            || file.Bytes("ciphertext") is not { Length: > TagSize } box)
        {
            return null;
        }

        return Open(SCrypt.Generate(password, salt, (int)cost, (int)block, 1, KeySize), nonce, box);
    }

    /// <summary>Opens a secretbox; null when it was made with another key.</summary>
    private static byte[]? Open(byte[] key, byte[] nonce, byte[] box)
    {
        var cipher = new XSalsa20Engine();
        cipher.Init(forEncryption: false, new ParametersWithIV(new KeyParameter(key), nonce));
        // The first bytes of the stream are the key of the tag.
        var tagKey = new byte[KeySize];
        cipher.ProcessBytes(tagKey, 0, KeySize, tagKey, 0);
        var mac = new Poly1305();
        mac.Init(new KeyParameter(tagKey));
        mac.BlockUpdate(box, TagSize, box.Length - TagSize);
        var tag = new byte[TagSize];
        mac.DoFinal(tag, 0);
        if (!CryptographicOperations.FixedTimeEquals(tag, box.AsSpan(0, TagSize)))
        {
            return null;
        }

        var plain = new byte[box.Length - TagSize];
        cipher.ProcessBytes(box, TagSize, plain.Length, plain, 0);
        return plain;
    }
}
