using System.Security.Cryptography;
using Containerize.Files;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>
/// The roots of a directory as Notation keeps them (<c>x509/ca/NAME</c>, <c>x509/tsa/NAME</c>, <c>x509/signingAuthority/NAME</c>), or those
/// of a plain directory, with those of time-stamp authorities in its subdirectory <c>tsa</c>.
/// </summary>
/// <remarks>Notary Project, <i>trust-store-trust-policy.md</i>, "Trust Store".</remarks>
internal sealed class TrustStore
{
    private const int MaxFileSize = 1024 * 1024;
    private const string Timestamps = "tsa";

    private static readonly string[] s_endings = [".crt", ".pem", ".cer"];

    private readonly IReadOnlyList<(string Kind, byte[] Certificate)> _all;

    private TrustStore(string directory, IReadOnlyList<(string Kind, byte[] Certificate)> all)
    {
        Directory = directory;
        _all = all;
    }

    /// <summary>The directory.</summary>
    internal string Directory { get; }

    /// <summary>What names the certificates, one a line, in an order that the names of files do not decide.</summary>
    internal IEnumerable<string> Contents =>
        _all.Select(each => $"{each.Kind} {Digest.Of(each.Certificate)}").Distinct().Order(StringComparer.Ordinal);

    /// <summary>Reads the files; the certificates are read when they are needed.</summary>
    /// <param name="directory">A full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TrustAnchorUnusable"/>.</exception>
    internal static TrustStore Read(string directory)
    {
        try
        {
            var root = Path.Combine(directory, "x509");
            var all = new List<(string, byte[])>();
            if (System.IO.Directory.Exists(root))
            {
                foreach (var kind in new[] { "ca", "signingAuthority", Timestamps })
                {
                    var path = Path.Combine(root, kind);
                    foreach (var store in System.IO.Directory.Exists(path) ? System.IO.Directory.GetDirectories(path) : [])
                    {
                        Add(store, kind, all);
                    }
                }
            }
            else
            {
                Add(directory, "ca", all);
                if (System.IO.Directory.Exists(Path.Combine(directory, Timestamps)))
                {
                    Add(Path.Combine(directory, Timestamps), Timestamps, all);
                }
            }

            return all.Exists(each => each.Item1 != Timestamps) ? new(directory, all) : throw Invalid(
                directory, "it holds no certificates of authorities (*.crt, *.pem or *.cer)", null);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Invalid(directory, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Whether one of a chain's certificates is one that signers of a scheme may end at.</summary>
    internal bool Holds(string scheme, IEnumerable<byte[]> chain)
    {
        var kind = scheme == NotaryHeaders.SigningAuthority ? "signingAuthority" : "ca";
        return chain.Any(certificate => _all.Any(each => each.Kind == kind && each.Certificate.AsSpan().SequenceEqual(certificate)));
    }

    /// <summary>Who certifies times; null for no one.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TrustAnchorUnusable"/>.</exception>
    internal CertificateAuthority? OpenTimestampAuthority()
    {
        var ders = _all.Where(each => each.Kind == Timestamps).Select(each => each.Certificate).ToList();
        try
        {
            return ders.Count == 0 ? null : CertificateAuthority.Read(ders, default);
        }
        catch (CryptographicException failure)
        {
            throw Invalid(Directory, $"a certificate for time stamps cannot be read ({failure.Message.TrimEnd('.')})", failure);
        }
    }

    private static void Add(string directory, string kind, List<(string, byte[])> all)
    {
        foreach (var file in System.IO.Directory.GetFiles(directory).Where(each => s_endings.Contains(Path.GetExtension(each))))
        {
            var content = RegularFile.ReadAllBytes(file, MaxFileSize);
            var isDer = content is [0x30, ..];
            var ders = isDer ? [content] : PemBlock.Certificates(System.Text.Encoding.UTF8.GetString(content)).ToList();
            all.AddRange(ders.Count > 0 ? ders.Select(der => (kind, der))
                : throw Invalid(directory, $"'{Path.GetFileName(file)}' holds no certificate", null));
        }
    }

    private static ContainerizeException Invalid(string directory, string why, Exception? cause) => new(
        DiagnosticCode.TrustAnchorUnusable,
        $"The trust store '{Printable.Clean(directory)}', which ContainerizeBaseTrust names, cannot be used: {Printable.Clean(why)}. It "
            + $"should be a directory with certificates of authorities (*.crt, *.pem), or one as Notation keeps it (x509/ca/NAME/*.crt).",
        cause);
}
