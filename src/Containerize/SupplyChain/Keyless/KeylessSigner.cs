using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>
/// Signs with a key that lives as long as one build: Fulcio certifies for whom it signs, and a log or a time-stamp authority that it did so
/// while the certificate was good. What the same identity signed before is not signed again.
/// </summary>
/// <param name="services">Who takes part.</param>
/// <param name="source">Where the token comes from that says who builds.</param>
/// <param name="options">How the services are reached.</param>
/// <param name="environment">Reads environment variables.</param>
/// <param name="cache">Remembers signatures.</param>
/// <param name="reporter">Is told for whom the image is signed.</param>
internal sealed class KeylessSigner(
    SigningServices services,
    IdentitySource source,
    ServiceOptions options,
    Func<string, string?> environment,
    BlobStore cache,
    IReporter reporter)
{
    /// <summary>Signs: an <see cref="EvidenceSigner"/>.</summary>
    internal async Task<Evidence> SignAsync(SigningRequest request, CancellationToken cancellationToken)
    {
        using var client = new ServiceClient(options, reporter);
        var token = await source.ReadAsync(environment, client, cancellationToken);
        IReadOnlyList<Attestation> statements =
        [
            .. request.Subjects.Select(subject =>
                new Attestation(subject, SignStatement.PredicateType, SignStatement.Of(subject.Digest), "")),
            .. request.Attestations,
        ];
        var now = options.TimeProvider.GetUtcNow();
        var known = statements.Select(each => new RememberedReferrers(RecordOf(each, token)).Load(now)).ToList();
        if (known.Contains(null))
        {
            await SignMissingAsync(client, token, statements, known, cancellationToken);
        }

        return new Evidence { Referrers = [.. known.SelectMany(each => each!)] };
    }

    private async Task SignMissingAsync(
        ServiceClient client,
        IdentityToken token,
        IReadOnlyList<Attestation> statements,
        List<IReadOnlyList<Referrer>?> known,
        CancellationToken cancellationToken)
    {
        using var root = services.TrustedRootFile is { } file ? TrustedRoot.Read(file) : null;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = await new Fulcio(client, services.Fulcio, root).CertifyAsync(token, key, cancellationToken);
        foreach (var (number, statement) in statements.Index().Where(each => known[each.Index] is null))
        {
            var bundle = await SignAsync(client, root, key, certificate, statement, cancellationToken);
            IReadOnlyList<Referrer> referrers =
            [
                new(
                    statement.Subject,
                    SigstoreBundle.MediaType,
                    new MemoryBlob(SigstoreBundle.MediaType, bundle.Write()),
                    statement.Suffix.Length == 0 ? KeySigner.Suffix : $"{statement.Suffix}.{KeySigner.Suffix}",
                    SigstoreBundle.Annotations(statement.PredicateType)),
            ];
            new RememberedReferrers(RecordOf(statement, token)).Save(referrers, expiry: null);
            known[number] = referrers;
        }

        reporter.Message($"{statements[0].Subject.Digest} is signed by {certificate.Identity} ({certificate.Issuer}).");
    }

    private async Task<SigstoreBundle> SignAsync(
        ServiceClient client,
        TrustedRoot? root,
        ECDsa key,
        IdentityCertificate certificate,
        Attestation statement,
        CancellationToken cancellationToken)
    {
        var signed = DsseEnvelope.SignedBytes(DsseEnvelope.Statement, statement.Statement.Span);
        var signature = key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var envelope = new DsseEnvelope(DsseEnvelope.Statement, statement.Statement, [signature]);
        var material = new JsonObject
        {
            ["certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate.Der) },
        };
        if (services.Rekor is { } rekor)
        {
            var entry = await new Rekor(client, rekor, root).NoteAsync(envelope, certificate, cancellationToken);
            material["tlogEntries"] = new JsonArray(entry);
        }

        if (services.Timestamp is { } authority)
        {
            var stamp = await new TimestampAuthority(client, authority).StampAsync(signature, cancellationToken);
            material["timestampVerificationData"] = new JsonObject
            {
                ["rfc3161Timestamps"] = new JsonArray(new JsonObject { ["signedTimestamp"] = Convert.ToBase64String(stamp) }),
            };
        }

        return new(envelope, material);
    }

    // Of the token, only whom it names is hashed.
    private Record RecordOf(Attestation statement, IdentityToken token) => new(cache, RecordKind.Signature, string.Join(
        '\n',
        "keyless",
        $"{statement.Subject.MediaType} {statement.Subject.Digest} {statement.Subject.Size}",
        statement.PredicateType,
        statement.Suffix,
        Digest.Of(statement.Statement.Span).ToString(),
        services.Inputs,
        token.Issuer,
        token.Subject));
}
