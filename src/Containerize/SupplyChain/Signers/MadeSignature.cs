using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>A signature that a program made and that was verified.</summary>
/// <param name="Referrer">The manifest with the signature.</param>
/// <param name="Key">The digest of the key that made it.</param>
/// <param name="Expiry">When it ends: by its own expiry, or with its certificates; null for never.</param>
internal sealed record MadeSignature(Referrer Referrer, Digest Key, DateTimeOffset? Expiry)
{
    /// <summary>Verifies an envelope of the Notary Project, and makes its manifest.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignatureRefused"/> or
    /// <see cref="DiagnosticCode.SignerAnswerInvalid"/>.</exception>
    internal static MadeSignature OfNotary(
        Descriptor subject, byte[] envelope, IReadOnlyDictionary<string, string> annotations, DateTimeOffset now, SignerRun run)
    {
        using var certificates = Verify(subject, envelope, now, run);
        return new(
            NotarySignature.Refer(subject, envelope, certificates.Thumbprints, annotations),
            certificates.KeyDigest,
            ExpiryOf(envelope, certificates));
    }

    /// <summary>Verifies a manifest that a program made.</summary>
    /// <param name="key">The public key that the project names; null for the one in the signature's certificate.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignatureRefused"/> or
    /// <see cref="DiagnosticCode.SignerAnswerInvalid"/>.</exception>
    internal static MadeSignature Of(Descriptor subject, Referrer referrer, PublicKey? key, DateTimeOffset now, SignerRun run)
    {
        if (referrer.Subject.Digest != subject.Digest || referrer.Subject.Size != subject.Size
            || referrer.Subject.MediaType != subject.MediaType)
        {
            throw run.Refused(subject, $"its manifest refers to another image");
        }

        var (type, content) = (referrer.Payload.Descriptor.MediaType, referrer.Payload.Memory.ToArray());
        if (SigstoreBundle.IsBundle(type))
        {
            return new(referrer, VerifyBundle(subject, content, key, run), null);
        }

        if (referrer.Entry.ArtifactType != NotarySignature.ArtifactType || type != NotarySignature.EnvelopeType)
        {
            throw run.Refused(
                subject,
                $"it is '{type}', which cannot be verified. A signer has to make Sigstore bundles, or signatures of the Notary Project as "
                    + $"JWS");
        }

        using var certificates = Verify(subject, content, now, run);
        return new(referrer, certificates.KeyDigest, ExpiryOf(content, certificates));
    }

    private static SigningCertificates Verify(Descriptor subject, byte[] envelope, DateTimeOffset now, SignerRun run)
    {
        var why = "";
        return run.Read(
                "sign",
                "no JWS in JSON with certificates that can be read",
                envelope,
                content => NotarySignature.Verify(content, subject, now, out why))
            ?? throw run.Refused(subject, why);
    }

    private static DateTimeOffset? ExpiryOf(byte[] envelope, SigningCertificates certificates)
    {
        var own = NotarySignature.ExpiryOf(envelope);
        DateTimeOffset? chain = NotarySignature.HasTimestamp(envelope) ? null : certificates.Expiry;
        return own is null || chain < own ? chain : own;
    }

    private static Digest VerifyBundle(Descriptor subject, byte[] content, PublicKey? key, SignerRun run)
    {
        const string Command = OciArtifactSigner.Command;
        var bundle = run.Read(Command, "no Sigstore bundle", content, each => SigstoreBundle.Read(each, "a signature"))
            ?? throw run.Invalid(Command, $"its bundle holds no signed statement");
        var signer = key ?? CertificateKey(bundle, run) ?? throw run.Refused(
            subject,
            $"its bundle has no certificate, and which key verifies it is not known. Set ContainerizeSignerPublicKey to the file of "
                + $"that key");
        var signed = bundle.Envelope.Signed;
        if (!bundle.Envelope.Signatures.Any(each => signer.Verify(signed, each)))
        {
            throw run.Refused(subject, $"the key {signer.Digest} did not make it");
        }

        var predicate = run.Read(
            Command, "no statement", bundle.Envelope.Payload.ToArray(), payload => SignStatement.PredicateTypeOf(payload, subject.Digest));
        return bundle.Envelope.PayloadType == DsseEnvelope.Statement && predicate is not null
            ? signer.Digest : throw run.Refused(subject, $"it is about another image");
    }

    private static PublicKey? CertificateKey(SigstoreBundle bundle, SignerRun run)
    {
        var der = bundle.Material.Member("certificate").Bytes("rawBytes")
            ?? bundle.Material.Member("x509CertificateChain").Elements("certificates").FirstOrDefault().Bytes("rawBytes");
        if (der is null)
        {
            return null;
        }

        using var certificates = SigningCertificates.Read([der])
            ?? throw run.Invalid(OciArtifactSigner.Command, $"the certificate of its bundle cannot be read");
        return run.Read(OciArtifactSigner.Command, "no bundle with a certificate that can be read", der, _ => PublicKey.Import(
            certificates.Leaf.PublicKey.ExportSubjectPublicKeyInfo(), "The certificate of a signature"));
    }
}
