using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text;
using Containerize.Files;

namespace Containerize.Debian.Rootfs;

/// <summary>Certificate authorities of the project's own, as one file.</summary>
/// <param name="Name">The file's name without its extension.</param>
/// <param name="Pem">The certificates, and nothing else of the file, as PEM.</param>
internal sealed record CaCertificate(string Name, ReadOnlyMemory<byte> Pem)
{
    private const long MaxSize = 4 * 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file: PEM with one or more certificates, or DER with one.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidCertificate"/> or
    /// <see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static CaCertificate Read(string path)
    {
        byte[] content;
        try
        {
            content = RegularFile.StatusOf(path).Stamp.Size <= MaxSize
                ? RegularFile.ReadAllBytes(path, MaxSize)
                : throw Invalid(path, $"it is larger than {MaxSize} bytes");
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"The certificate '{path}' cannot be read: {failure.Message}", failure);
        }

        if (content.AsSpan().IndexOf("PRIVATE KEY-----"u8) >= 0)
        {
            throw Invalid(path, "it holds a private key, which must not be near an image; export the certificate alone");
        }

        var certificates = Parse(content, path);
        try
        {
            return certificates.Count > 0
                ? new(
                    Path.GetFileNameWithoutExtension(path),
                    Encoding.ASCII.GetBytes(string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n"))))
                : throw Invalid(path, "there is no certificate in it");
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static X509Certificate2Collection Parse(byte[] content, string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            if (content.AsSpan().IndexOf("-----BEGIN"u8) >= 0)
            {
                certificates.ImportFromPem(Encoding.Latin1.GetString(content));
            }
            else
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(content));
            }

            return certificates;
        }
        catch (CryptographicException failure)
        {
            throw Invalid(path, Printable.Clean(failure.Message).TrimEnd('.'), failure);
        }
    }

    private static ContainerizeException Invalid(string path, string why, Exception? cause = null) =>
        new(
            DiagnosticCode.InvalidCertificate,
            $"'{Printable.Clean(path)}' cannot be added to the certificate authorities: {why}. ContainerizeCaCertificate takes " +
            $"certificates as PEM or DER.",
            cause);
}
