using System.Security.Cryptography;
using System.Text;
using Containerize.Files;
using Containerize.Oci;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;

namespace Containerize.SupplyChain.Signing;

/// <summary>Reads a private key from where a project says it is.</summary>
/// <param name="environment">Reads environment variables.</param>
internal sealed class SigningKeyFile(SigningKeyPlace place, Func<string, string?> environment)
{
    private const int MaxFileSize = 64 * 1024;

    private readonly string _origin = place.IsVariable ? $"The variable {place.Name}" : $"The file '{place.Name}'";

    /// <summary>Reads the key as PEM, and decodes nothing.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>.</exception>
    internal string ReadPem()
    {
        if (place.IsVariable)
        {
            return environment(place.Name) is { Length: > 0 } value ? value : throw new ContainerizeException(
                DiagnosticCode.InvalidSigningKey,
                $"ContainerizeSigningKey is 'env:{place.Name}', but the variable {place.Name} is not set or empty in this build's "
                    + $"environment. Hand it to the step that builds the image.");
        }

        try
        {
            return RegularFile.ReadAllText(place.Name, MaxFileSize);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw SigningKey.Invalid(_origin, failure.Message.TrimEnd('.'));
        }
    }

    /// <summary>Decodes the key.</summary>
    /// <param name="pem">What <see cref="ReadPem"/> read.</param>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidSigningKey"/> or <see cref="DiagnosticCode.SigningKeyPassword"/>.
    /// </exception>
    internal SigningKey Import(string pem)
    {
        byte[]? pkcs8 = null;
        try
        {
            pkcs8 = Decode(pem);
            return SigningKey.Import(pkcs8, _origin);
        }
        // No cause is handed on: what a decoder says of a private key could hold a part of it.
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            throw SigningKey.Invalid(_origin, "it is not a private key in PEM");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private byte[] Decode(string pem) => PemBlock.First(pem, Decode, out var why) ?? throw SigningKey.Invalid(
        _origin,
        pem.Contains("Proc-Type:", StringComparison.Ordinal)
            ? "it is encrypted in OpenSSL's old form; 'openssl pkcs8 -topk8' converts it" : why);

    /// <returns>The key in the form of PKCS #8; null for a block that is no key of a known form.</returns>
    private byte[]? Decode(PemBlock block)
    {
        switch (block.Label)
        {
            case "PRIVATE KEY":
                return block.Content;
            case "EC PRIVATE KEY":
                using (var key = ECDsa.Create())
                {
                    key.ImportECPrivateKey(block.Content, out _);
                    return key.ExportPkcs8PrivateKey();
                }

            case "RSA PRIVATE KEY":
                using (var key = RSA.Create())
                {
                    key.ImportRSAPrivateKey(block.Content, out _);
                    return key.ExportPkcs8PrivateKey();
                }

            case "ENCRYPTED PRIVATE KEY":
                return Decrypt(block.Content);
            case "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY":
                return CosignKey.Decrypt(OciJson.ReadObject(block.Content, "encrypted key", _origin), Password()) ?? throw WrongPassword();
            default:
                return null;
        }
    }

    private byte[] Decrypt(byte[] content)
    {
        try
        {
            // The library takes the low byte of each character; OpenSSL takes the bytes of UTF-8.
            var password = Encoding.Latin1.GetChars(Password());
            var key = PrivateKeyFactory.DecryptKey(password, content);
            return PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetEncoded();
        }
        catch (Exception failure) when (failure is InvalidCipherTextException or IOException or ArgumentException or PkcsException)
        {
            throw WrongPassword();
        }
    }

    private byte[] Password() => environment(place.PasswordVariable) is { } password
        ? Encoding.UTF8.GetBytes(password)
        : throw new ContainerizeException(
            DiagnosticCode.SigningKeyPassword,
            $"{_origin} holds an encrypted key, and the variable {place.PasswordVariable} with its password is not set. Set it for this "
                + $"build, or name another variable in ContainerizeSigningKeyPasswordVariable.");

    private ContainerizeException WrongPassword() => new(
        DiagnosticCode.SigningKeyPassword,
        $"{_origin} cannot be decrypted with the password in the variable {place.PasswordVariable}. The password is another one, or the "
            + $"key is damaged.");
}
