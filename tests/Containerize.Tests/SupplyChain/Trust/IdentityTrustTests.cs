using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>Signatures without a key: what is accepted, and which rule refuses what is not.</summary>
[TestClass]
internal sealed class IdentityTrustTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly Descriptor s_image = new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    private readonly TestSigstore _sigstore = new(s_now);

    public void Dispose() => _sigstore.Dispose();

    [TestMethod]
    public void A_bundle_is_accepted_for_the_identity_and_the_issuer_long_after_its_certificate_expired() =>
        Assert.AreEqual($"{TestSigstore.Identity} ({TestSigstore.Issuer})", Find(Bundle()));

    [TestMethod]
    public void An_issuer_in_the_older_form_is_read()
    {
        _sigstore.IsOldIssuer = true;

        Assert.IsNotNull(Find(Bundle()));
    }

    [TestMethod]
    [DataRow("https://github\\.example/team/.*", true)]
    [DataRow("https://github\\.example/team", false)]
    [DataRow("team", false)]
    [DataRow("https://other/|https://github.example/team/base/release.yml@refs/heads/main", true)]
    public void A_pattern_has_to_match_the_whole_identity(string pattern, bool isAccepted) =>
        Assert.AreEqual(isAccepted, Find(Bundle(), identity: pattern, isPattern: true) is not null);

    [TestMethod]
    public void Other_identities_issuers_and_roots_are_refused()
    {
        using var other = new TestSigstore(s_now);

        Assert.Contains("which CertificateIdentity does not name", Refusal(Bundle(), identity: TestSigstore.Identity[..^1]));
        Assert.Contains("which Issuer or CertificateIdentity does not name", Refusal(Bundle(), issuer: "https://token.actions.example/"));
        Assert.Contains("its log is none of those of the trusted root", Refusal(Bundle(), other.TrustedRoot()));
        Assert.Contains(
            "its certificate was not issued, when it signed, by an authority of the trusted root (",
            Refusal(Bundle(), With(other.TrustedRoot(), _sigstore.TrustedRoot(), "tlogs", "ctlogs")));
    }

    [TestMethod]
    public void Where_the_root_names_logs_of_certificates_one_has_to_promise_the_certificate()
    {
        using var other = new TestSigstore(s_now);
        var (promised, root) = (Bundle(), _sigstore.TrustedRoot());
        _sigstore.HasPromise = false;
        var unpromised = Bundle();
        var without = _sigstore.TrustedRoot();
        without.Remove("ctlogs");
        var expired = _sigstore.TrustedRoot();
        expired["ctlogs"]![0]!["publicKey"]!["validFor"]!["end"] = "2026-11-29T11:59:00Z";

        const string Why = "no log of certificates that the trusted root names has its certificate (SCT)";
        Assert.IsNotNull(Find(promised, root));
        Assert.IsNotNull(Find(unpromised, without));
        Assert.Contains(Why, Refusal(unpromised, root));
        Assert.Contains(Why, Refusal(promised, With(root, other.TrustedRoot(), "ctlogs")));
        Assert.Contains(Why, Refusal(promised, expired));
    }

    [TestMethod]
    [DataRow("hashedrekord")]
    [DataRow("intoto")]
    public void Entries_of_other_kinds_are_read(string kind) => Assert.IsNotNull(Find(Bundle((material, certificate, signature) =>
        material["tlogEntries"] = new JsonArray(_sigstore.Entry(kind == "intoto"
            ? TestSigstore.Intoto(Statement, signature, certificate)
            : TestSigstore.HashedRekord(DsseEnvelope.SignedBytes(DsseEnvelope.Statement, Statement), signature, certificate))))));

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void A_promise_says_the_time_and_a_proof_does_not(bool hasPromise, bool hasProof)
    {
        var bundle = Bundle((material, certificate, signature) => material["tlogEntries"] = new JsonArray(
            _sigstore.Entry(TestSigstore.Dsse(Statement, signature, certificate), hasPromise, hasProof)));

        if (hasPromise)
        {
            Assert.IsNotNull(Find(bundle));
        }
        else
        {
            Assert.Contains("no log and no time stamp that is trusted says when it was made", Refusal(bundle));
        }
    }

    [TestMethod]
    public void A_log_that_says_no_time_and_a_time_stamp_are_enough_together()
    {
        var bundle = Bundle((material, certificate, signature) =>
        {
            material["tlogEntries"] = new JsonArray(
                _sigstore.Entry(TestSigstore.Dsse2(Statement, signature, certificate), hasPromise: false));
            material["timestampVerificationData"] = _sigstore.Stamp(signature);
        });

        Assert.IsNotNull(Find(bundle));
    }

    [TestMethod]
    public void A_time_stamp_is_enough_where_the_root_names_no_log_of_signatures()
    {
        var bundle = Bundle((material, _, signature) =>
        {
            material.Remove("tlogEntries");
            material["timestampVerificationData"] = _sigstore.Stamp(signature);
        });
        var root = _sigstore.TrustedRoot();
        root.Remove("tlogs");

        Assert.IsNotNull(Find(bundle, root));
        Assert.Contains("it is in no log, and the trusted root names logs", Refusal(bundle));
        Assert.Contains(
            "no log and no time stamp that is trusted says when it was made",
            Refusal(Bundle((material, _, _) => material.Remove("tlogEntries")), root));
    }

    [TestMethod]
    public void What_a_time_stamp_says_is_verified()
    {
        using var other = new TestSigstore(s_now);
        using var wrongUse = new TestTimestamps(s_now, CertificateAuthority.CodeSigning);

        Assert.Contains("its time stamp is of another signature", Stamped((_, time) => _sigstore.Timestamps.Token([1, 2], time)));
        Assert.Contains(
            "its time stamp is by no authority that is trusted", Stamped((signature, time) => other.Timestamps.Token(signature, time)));
        Assert.Contains(
            "is not for time stamps alone", Stamped((signature, time) => wrongUse.Token(signature, time)));
        Assert.Contains(
            "its certificate was not issued, when it signed, by an authority of the trusted root (NotTimeValid)",
            Stamped((signature, time) => _sigstore.Timestamps.Token(signature, time.AddHours(1))));
        Assert.Contains("its time stamp cannot be read", Stamped((signature, time) => _sigstore.Timestamps.Token(signature, time)[..^1]));
        _sigstore.Timestamps.OtherDigest = new byte[32];
        Assert.Contains(
            "the signature of its time stamp does not verify",
            Stamped((signature, time) => _sigstore.Timestamps.Token(signature, time)));

        string Stamped(Func<byte[], DateTimeOffset, byte[]> stamp) => Refusal(Bundle((material, _, signature) =>
            material["timestampVerificationData"] = new JsonObject
            {
                ["rfc3161Timestamps"] = new JsonArray(
                    new JsonObject { ["signedTimestamp"] = Convert.ToBase64String(stamp(signature, s_now)) }),
            }));
    }

    [TestMethod]
    [DataRow("canonicalizedBody", "its entry of a log is about another signature")]
    [DataRow("integratedTime", "its log did not promise the entry")]
    [DataRow("inclusionPromise.signedEntryTimestamp", "its log did not promise the entry")]
    [DataRow("inclusionProof.rootHash", "the proof that its log has the entry does not fit the entry")]
    [DataRow("inclusionProof.hashes.0", "the proof that its log has the entry does not fit the entry")]
    [DataRow("inclusionProof.logIndex", "the proof that its log has the entry does not fit the entry")]
    [DataRow("inclusionProof.treeSize", "the proof that its log has the entry does not fit the entry")]
    [DataRow("inclusionProof.checkpoint.envelope", "its log did not sign the checkpoint of the proof")]
    public void What_a_log_says_is_verified(string member, string why)
    {
        var bundle = Bundle((material, certificate, signature) =>
        {
            JsonNode node = material["tlogEntries"]![0]!;
            var names = member.Split('.');
            foreach (var name in names[..^1])
            {
                node = node[name]!;
            }

            // Another entry of the same log; another number; other bytes; another text.
            var (last, old) = (names[^1], "");
            if (last == "0")
            {
                node[0] = Convert.ToBase64String(new byte[32]);
                return;
            }

            old = node[last]!.GetValue<string>();
            node[last] = last switch
            {
                "canonicalizedBody" => _sigstore.Entry(TestSigstore.Dsse("other"u8.ToArray(), signature, certificate))[last]!.DeepClone(),
                "integratedTime" => $"{s_now.AddSeconds(1).ToUnixTimeSeconds()}",
                "logIndex" or "treeSize" => "3",
                "envelope" => old.Replace("rekor.example - 1", "rekor.example - 2", StringComparison.Ordinal),
                _ => Convert.ToBase64String(new byte[32]),
            };
        });

        Assert.Contains(why, Refusal(bundle));
    }

    [TestMethod]
    public void An_entry_for_another_certificate_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Contains("its entry of a log is about another signature", Refusal(Bundle((material, _, signature) =>
            material["tlogEntries"] = new JsonArray(_sigstore.Entry(TestSigstore.Dsse(Statement, signature, _sigstore.Certify(key)))))));
    }

    [TestMethod]
    public void A_certificate_that_is_not_for_signing_code_or_for_another_key_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var swapped = Bundle((material, _, _) =>
            material["certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(_sigstore.Certify(key)) });
        var broken = Bundle((material, _, _) => material["certificate"] = new JsonObject { ["rawBytes"] = "AAAA" });
        _sigstore.Use = "1.3.6.1.5.5.7.3.1";

        Assert.Contains("its certificate is not for signing code", Refusal(Bundle()));
        Assert.Contains("the key of its certificate did not make it", Refusal(swapped));
        Assert.Contains("its certificate cannot be read", Refusal(broken));
    }

    [TestMethod]
    public void A_changed_byte_another_image_and_a_bundle_by_a_key_are_refused()
    {
        using var key = Signing.TestKeys.Create();
        var good = Bundle();
        var changed = good.Envelope.Payload.ToArray();
        changed[^2] = (byte)' ';

        Assert.Contains(
            "the key of its certificate did not make it",
            Refusal(good with { Envelope = good.Envelope with { Payload = changed } }));
        Assert.AreEqual("a bundle is about another image", Refusal(_sigstore.Sign(SignStatement.Of(Digest.Of("other"u8)))));
        Assert.AreEqual("a bundle has no certificate that says who signed", Refusal(SigstoreBundle.Sign(Statement, key)));
    }

    [TestMethod]
    public void The_older_form_is_accepted_with_its_certificate_chain_and_entry_and_each_of_them_is_verified()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var payload = SimpleSigning.Payload("r.example/app", s_image.Digest);
        var (certificate, signature) = (_sigstore.Certify(key), TestSigstore.Sign(key, payload));
        var annotations = new Dictionary<string, string>
        {
            ["dev.sigstore.cosign/certificate"] = PemEncoding.WriteString("CERTIFICATE", certificate),
            ["dev.sigstore.cosign/bundle"] = _sigstore.EntryAnnotation(TestSigstore.HashedRekord(payload, signature, certificate)),
        };
        var good = new FoundSimpleSignature(payload, signature, annotations);
        var stamped = good with
        {
            Annotations = new Dictionary<string, string>(annotations)
            {
                ["dev.sigstore.cosign/rfc3161timestamp"] = new JsonObject
                {
                    ["SignedRFC3161Timestamp"] = Convert.ToBase64String(_sigstore.Timestamps.Token(signature, s_now)),
                }.ToJsonString(),
            },
        };

        Assert.AreEqual($"{TestSigstore.Identity} ({TestSigstore.Issuer})", Find(good));
        Assert.IsNotNull(Find(stamped));
        Assert.Contains("it is in no log", Refusal(Without("bundle")));
        Assert.AreEqual("a .sig image has no certificate that says who signed", Refusal(Without("certificate")));
        Assert.Contains("its entry of a log cannot be read", Refusal(With("bundle", "{}")));
        Assert.Contains(
            "its log did not promise the entry",
            Refusal(With("bundle", annotations["dev.sigstore.cosign/bundle"].Replace(":42", ":43", StringComparison.Ordinal))));
        Assert.Contains("its time stamp cannot be read", Refusal(With("rfc3161timestamp", "{}")));
        var other = SimpleSigning.Payload("r.example/app", Digest.Of("other"u8));
        Assert.Contains("the key of its certificate did not make it", Refusal(good with { Payload = other }));

        FoundSimpleSignature With(string name, string value) => good with
        {
            Annotations = new Dictionary<string, string>(annotations) { [$"dev.sigstore.cosign/{name}"] = value },
        };
        FoundSimpleSignature Without(string name) => good with
        {
            Annotations = annotations.Where(each => !each.Key.EndsWith(name, StringComparison.Ordinal)).ToDictionary(),
        };
    }

    [TestMethod]
    public void A_trusted_root_that_cannot_be_used_is_told_of()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Find(Bundle(), []));

        Assert.AreEqual(DiagnosticCode.TrustAnchorUnusable, failure.Code);
        Assert.Contains("'root.json', which ContainerizeBaseTrust names, cannot be used: it names no authority", failure.Message);
    }

    [TestMethod]
    public void What_is_demanded_decides_the_digest_of_the_rule()
    {
        TrustRule[] rules =
        [
            Rule(), Rule(identity: "other"), Rule(issuer: "other"), Rule(isPattern: true), Rule([]), new("r") { Identities = [] },
        ];

        Assert.AreEqual(rules.Length, rules.Select(each => each.Digest).Distinct().Count());
        Assert.AreEqual(rules[0].Digest, Rule().Digest);
    }

    private static byte[] Statement => SignStatement.Of(s_image.Digest);

    private SigstoreBundle Bundle(Action<JsonObject, byte[], byte[]>? change = null) => _sigstore.Sign(Statement, change);

    private static JsonObject With(JsonObject root, JsonObject other, params string[] names)
    {
        var changed = root.DeepClone().AsObject();
        foreach (var name in names)
        {
            changed[name] = other[name]!.DeepClone();
        }

        return changed;
    }

    private string? Find(
        SigstoreBundle bundle, JsonObject? root = null, string identity = TestSigstore.Identity, bool isPattern = false) =>
        Signatories.Find(new FoundBundle(bundle), s_image, Rule(root, identity, isPattern: isPattern), s_now.AddYears(1), out _);

    private string? Find(FoundSimpleSignature signature) =>
        Signatories.Find(signature, s_image, Rule(), s_now.AddYears(1), out _);

    private string Refusal(FoundSignature signature, TrustRule? rule = null)
    {
        Assert.IsNull(Signatories.Find(signature, s_image, rule ?? Rule(), s_now, out var why));
        return why;
    }

    private string Refusal(
        SigstoreBundle bundle,
        JsonObject? root = null,
        string identity = TestSigstore.Identity,
        string issuer = TestSigstore.Issuer) => Refusal(new FoundBundle(bundle), Rule(root, identity, issuer));

    private TrustRule Rule(
        JsonObject? root = null,
        string identity = TestSigstore.Identity,
        string issuer = TestSigstore.Issuer,
        bool isPattern = false) => new("r.example")
        {
            Identities =
            [
                new(
                    identity, isPattern, issuer, "root.json", Encoding.UTF8.GetBytes((root ?? _sigstore.TrustedRoot()).ToJsonString())),
            ],
        };
}
