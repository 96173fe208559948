using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;
using PublicKey = Containerize.SupplyChain.Signing.PublicKey;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Whose certificates and log entries are trusted.</summary>
/// <remarks>Sigstore, <i>sigstore_trustroot.proto</i>, "TrustedRoot": the file that <c>cosign trusted-root create</c> writes.</remarks>
internal sealed class TrustedRoot : IDisposable
{
    private const int MaxFileSize = 4 * 1024 * 1024;

    private readonly List<X509Certificate2> _roots = [];
    private readonly List<X509Certificate2> _intermediates = [];
    private readonly Dictionary<string, PublicKey> _logs = [];

    private TrustedRoot()
    {
    }

    /// <summary>Reads a trusted root.</summary>
    /// <param name="path">The file, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningService"/>.</exception>
    internal static TrustedRoot Read(string path)
    {
        var trusted = new TrustedRoot();
        try
        {
            var json = OciJson.ReadObject(RegularFile.ReadAllBytes(path, MaxFileSize), "trusted root", $"'{path}'");
            foreach (var authority in json.Elements("certificateAuthorities"))
            {
                foreach (var each in authority.Member("certChain").Elements("certificates").Select(each => each.Bytes("rawBytes")!))
                {
                    var certificate = X509CertificateLoader.LoadCertificate(each);
                    var isRoot = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
                    (isRoot ? trusted._roots : trusted._intermediates).Add(certificate);
                }
            }

            foreach (var log in json.Elements("tlogs"))
            {
                trusted._logs[Convert.ToBase64String(log.Member("logId").Bytes("keyId")!)] =
                    PublicKey.Import(log.Member("publicKey").Bytes("rawBytes")!, $"A log of '{path}'");
            }

            return trusted._roots.Count > 0 ? trusted : throw Invalid(path, "it names no authority for certificates", null);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidSigningService)
        {
            trusted.Dispose();
            throw;
        }
        catch (Exception failure) when (
            FileFailure.IsOne(failure) || failure is CryptographicException or ArgumentNullException or ContainerizeException)
        {
            trusted.Dispose();
            throw Invalid(path, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Has a chain of certificates end here.</summary>
    internal void AddTo(X509ChainPolicy policy)
    {
        policy.CustomTrustStore.AddRange(_roots.ToArray());
        policy.ExtraStore.AddRange(_intermediates.ToArray());
    }

    /// <summary>Whether a log that is trusted promised an entry.</summary>
    /// <param name="entry">The entry, as a bundle holds it.</param>
    /// <returns>Why not, as a sentence without its end; null when it did.</returns>
    internal string? RefuseEntry(JsonObject entry)
    {
        var log = entry.Member("logId").Bytes("keyId") ?? [];
        if (_logs.GetValueOrDefault(Convert.ToBase64String(log)) is not { } key)
        {
            return "its log is none of those that ContainerizeSigningTrustedRoot trusts";
        }

        // The members in the order of their names, and no blanks: RFC 8785.
        var promised = OciJson.Write(new JsonObject
        {
            ["body"] = entry.Text("canonicalizedBody"),
            ["integratedTime"] = entry.Number("integratedTime"),
            ["logID"] = Convert.ToHexStringLower(log),
            ["logIndex"] = entry.Number("logIndex"),
        });
        return entry.Member("inclusionPromise").Bytes("signedEntryTimestamp") is { } promise && key.Verify(promised, promise)
            ? null : "its log did not promise the entry";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var certificate in _roots.Concat(_intermediates))
        {
            certificate.Dispose();
        }
    }

    private static ContainerizeException Invalid(string path, string why, Exception? cause) => new(
        DiagnosticCode.InvalidSigningService,
        $"'{path}', which ContainerizeSigningTrustedRoot names, cannot be used: {why}. It should be the JSON of a trusted root of "
            + $"Sigstore.",
        cause);
}
