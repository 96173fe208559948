using System.Security.Cryptography;
using System.Text;
using Containerize.Files;
using Containerize.Oci;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// Reads a private key from where a project says it is: a PEM file, or <c>env:NAME</c> for a variable that holds the PEM. The key itself
/// and its password are never values of the project, because those stand in logs.
/// </summary>
/// <param name="environment">Reads environment variables.</param>
internal sealed class SigningKeyFile(Func<string, string?> environment)
{
    private const string VariablePrefix = "env:";
    private const int MaxFileSize = 64 * 1024;

    /// <summary>The variable that cosign reads the password from.</summary>
    internal const string CosignPassword = "COSIGN_PASSWORD";

    /// <summary>Whether a text names an environment variable.</summary>
    private static bool IsVariable(string text) => text.StartsWith(VariablePrefix, StringComparison.Ordinal);

    /// <summary>Reads the key.</summary>
    /// <param name="place">The full path of the file, or <c>env:NAME</c>.</param>
    /// <param name="passwordVariable">The variable with the password; null for <see cref="CosignPassword"/>.</param>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidSigningKey"/> or <see cref="DiagnosticCode.SigningKeyPassword"/>.
    /// </exception>
    internal SigningKey Read(string place, string? passwordVariable)
    {
        var pem = PemOf(place);
        var origin = IsVariable(place) ? $"The variable {place[VariablePrefix.Length..]}" : $"The file '{place}'";
        byte[]? pkcs8 = null;
        try
        {
            pkcs8 = Decode(pem, origin, passwordVariable ?? CosignPassword);
            return SigningKey.Import(pkcs8, origin);
        }
        // No cause is handed on: what a decoder says of a private key could hold a part of it.
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            throw SigningKey.Invalid(origin, "it is not a private key in PEM");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private string PemOf(string place)
    {
        if (IsVariable(place))
        {
            var name = place[VariablePrefix.Length..].Trim();
            return environment(name) is { Length: > 0 } value ? value : throw new ContainerizeException(
                DiagnosticCode.InvalidSigningKey,
                $"ContainerizeSigningKey is '{place}', but the variable {name} is not set or empty in this build's environment. Hand it to "
                    + $"the step that builds the image.");
        }

        try
        {
            return RegularFile.ReadAllText(place, MaxFileSize);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw SigningKey.Invalid($"The file '{place}'", failure.Message.TrimEnd('.'));
        }
    }

    private byte[] Decode(string pem, string origin, string passwordVariable)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            throw SigningKey.Invalid(origin, pem.Contains("Proc-Type:", StringComparison.Ordinal)
                ? "it is encrypted in OpenSSL's old form; 'openssl pkcs8 -topk8' converts it"
                : "it has no '-----BEGIN PRIVATE KEY-----'");
        }

        var content = Convert.FromBase64String(pem[fields.Base64Data]);
        switch (pem[fields.Label])
        {
            case "PRIVATE KEY":
                return content;
            case "EC PRIVATE KEY":
                using (var key = ECDsa.Create())
                {
                    key.ImportECPrivateKey(content, out _);
                    return key.ExportPkcs8PrivateKey();
                }

            case "RSA PRIVATE KEY":
                using (var key = RSA.Create())
                {
                    key.ImportRSAPrivateKey(content, out _);
                    return key.ExportPkcs8PrivateKey();
                }

            case "ENCRYPTED PRIVATE KEY":
                return Decrypt(content, origin, passwordVariable);
            case "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY":
                return CosignKey.Decrypt(OciJson.ReadObject(content, "encrypted key", origin), Password(origin, passwordVariable))
                    ?? throw WrongPassword(origin, passwordVariable);
            default:
                throw SigningKey.Invalid(origin, $"it is a '{Printable.Clean(pem[fields.Label])}'");
        }
    }

    private byte[] Decrypt(byte[] content, string origin, string passwordVariable)
    {
        try
        {
            // The library takes the low byte of each character; OpenSSL takes the bytes of UTF-8.
            var password = Encoding.Latin1.GetChars(Password(origin, passwordVariable));
            var key = PrivateKeyFactory.DecryptKey(password, content);
            return PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetEncoded();
        }
        catch (Exception failure) when (failure is InvalidCipherTextException or IOException or ArgumentException or PkcsException)
        {
            throw WrongPassword(origin, passwordVariable);
        }
    }

    private byte[] Password(string origin, string variable) => environment(variable) is { } password
        ? Encoding.UTF8.GetBytes(password)
        : throw new ContainerizeException(
            DiagnosticCode.SigningKeyPassword,
            $"{origin} holds an encrypted key, and the variable {variable} with its password is not set. Set it for this build, or name "
                + $"another variable in ContainerizeSigningKeyPasswordVariable.");

    private static ContainerizeException WrongPassword(string origin, string variable) => new(
        DiagnosticCode.SigningKeyPassword,
        $"{origin} cannot be decrypted with the password in the variable {variable}. The password is another one, or the file is damaged.");
}
