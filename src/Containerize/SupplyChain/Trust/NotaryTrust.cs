using Containerize.Oci;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>Signatures of the Notary Project count when a trust store vouches for their signer.</summary>
/// <param name="Store">The trust store.</param>
/// <param name="Signers">The subjects of signers, of which one is enough; none for all signers that the store trusts.</param>
/// <remarks>Notary Project, <i>signature-specification.md</i> and <i>trust-store-trust-policy.md</i>. Whether a certificate was revoked is
/// not asked.</remarks>
internal sealed record NotaryTrust(TrustStore Store, IReadOnlyList<SubjectName> Signers)
{
    /// <summary>All that it demands, one a line.</summary>
    internal string Demand => $"notation {string.Join(' ', Store.Contents)} {string.Join(
        ' ', Signers.Select(each => each.Text).Order(StringComparer.Ordinal))}";

    /// <summary>Verifies a signature.</summary>
    /// <param name="subject">What should be signed.</param>
    /// <param name="why">Why it is refused, as a sentence's part.</param>
    /// <returns>The signer, in words; null when it is refused.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TrustAnchorUnusable"/>.</exception>
    internal string? Find(FoundNotarySignature signature, Descriptor subject, DateTimeOffset now, out string why)
    {
        if (Read(signature) is not { } envelope)
        {
            why = $"a signature of the Notary Project is refused: it is no envelope of the type {signature.EnvelopeType}";
            return null;
        }

        using var certificates = SigningCertificates.Read(envelope.Certificates);
        var refusal = certificates is null ? "its certificates cannot be read"
            : envelope.Headers.Refuse(NotarySignature.PayloadType)
                ?? RefuseSignature(envelope, certificates)
                ?? RefuseSigner(envelope, certificates)
                ?? RefuseTime(envelope, certificates, now)
                ?? (IsAbout(envelope.Payload, subject) ? null : "it is about another image");
        why = $"a signature of the Notary Project is refused: {refusal}";
        return refusal is null ? Printable.Clean(certificates!.Leaf.Subject) : null;
    }

    private static NotaryEnvelope? Read(FoundNotarySignature signature)
    {
        try
        {
            return signature.EnvelopeType == NotaryCose.EnvelopeType
                ? NotaryCose.Read(signature.Envelope) : NotaryJws.Read(signature.Envelope.Span);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return null;
        }
    }

    private static string? RefuseSignature(NotaryEnvelope envelope, SigningCertificates certificates) =>
        NotaryAlgorithm.Of(certificates.Leaf) is not { } algorithm || envelope.Headers.Algorithm != algorithm.Jws
            ? "its algorithm is not the one for the key of its certificate"
            : algorithm.Verify(certificates.Leaf, envelope.Signed, envelope.Signature)
                ? null : "the key of its certificate did not make it";

    private string? RefuseSigner(NotaryEnvelope envelope, SigningCertificates certificates) =>
        !Store.Holds(envelope.Headers.Scheme!, certificates.Ders) ? "none of its certificates is in the trust store"
            : Signers.Count > 0 && !Signers.Any(each => each.IsIn(certificates.Leaf))
                ? $"it is by '{Printable.Clean(certificates.Leaf.Subject)}', which CertificateIdentity does not name"
            : null;

    private string? RefuseTime(NotaryEnvelope envelope, SigningCertificates certificates, DateTimeOffset now)
    {
        if (envelope.Headers.Expiry is { } expiry && expiry <= now)
        {
            return $"it ended on {expiry.UtcDateTime:yyyy-MM-dd}";
        }

        if (envelope.Headers.Scheme == NotaryHeaders.SigningAuthority)
        {
            var made = envelope.Headers.AuthenticTime!.Value;
            return made > now ? "it was made in the future" : certificates.Refuse(made);
        }

        using var authority = Store.OpenTimestampAuthority();
        if (envelope.Timestamp is null || authority is null)
        {
            return certificates.Refuse(now) is { } why && certificates.Expiry < now
                ? $"{why}; {(authority is null
                    ? "the trust store has no authorities for time stamps (tsa)" : "no time stamp says that it was made before")}"
                : certificates.Refuse(now);
        }

        return TimestampToken.Read(envelope.Timestamp) is not { } token ? "its time stamp cannot be read"
            : token.Refuse(envelope.Signature, [authority]) ?? certificates.Refuse(token.Time);
    }

    private static bool IsAbout(byte[] payload, Descriptor subject)
    {
        try
        {
            var target = OciJson.ReadObject(payload, "payload", "a signature").Member("targetArtifact");
            return target.Text("digest") == subject.Digest.ToString() && target.Number("size") == subject.Size
                && target.Text("mediaType") == subject.MediaType;
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return false;
        }
    }
}
