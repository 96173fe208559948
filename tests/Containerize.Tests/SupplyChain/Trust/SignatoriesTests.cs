using System.Text;
using System.Text.Json.Nodes;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;
using Containerize.Testing;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>Certificates and time stamps that cannot be read refuse the signature that they belong to, and nothing else.</summary>
[TestClass]
internal sealed class SignatoriesTests : IDisposable
{
    private const string KeyUsage = "2.5.29.15";
    private const string BasicConstraints = "2.5.29.19";
    private const string ExtendedKeyUsage = "2.5.29.37";

    private static readonly DateTimeOffset s_now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(KeyUsage)]
    [DataRow(BasicConstraints)]
    [DataRow(ExtendedKeyUsage)]
    public void A_damaged_extension_of_a_signing_certificate_refuses_the_signature(string extension)
    {
        using var signer = new TestAuthority("Signer", s_now, CertificateAuthority.CodeSigning, damaged: extension);
        using var timestamps = new TestTimestamps(s_now);
        var make = new NotaryEnvelopes(timestamps, s_now);

        foreach (var signature in new[] { make.Cose(signer), make.Jws(signer) })
        {
            Assert.Contains("cannot be read", Refusal(signature, Notary(signer, timestamps)));
        }
    }

    [TestMethod]
    public void A_damaged_key_in_a_certificate_refuses_the_signature()
    {
        using var signer = new TestAuthority("Signer", s_now, CertificateAuthority.CodeSigning);
        using var timestamps = new TestTimestamps(s_now);
        var damaged = signer.Chain[0].ToArray();
        var info = signer.Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        damaged[damaged.AsSpan().IndexOf(info) + info.Length - 1] ^= 1;

        var signature = new NotaryEnvelopes(timestamps, s_now).Cose(signer, chain: [damaged, signer.Chain[1]]);

        Assert.Contains("cannot be read", Refusal(signature, Notary(signer, timestamps)));
    }

    [TestMethod]
    [DataRow(BasicConstraints)]
    [DataRow(ExtendedKeyUsage)]
    public void A_damaged_extension_of_the_certificate_of_a_time_stamp_refuses_the_signature(string extension)
    {
        using var signer = new TestAuthority("Signer", s_now, CertificateAuthority.CodeSigning);
        using var timestamps = new TestTimestamps(s_now, damaged: extension);

        var signature = new NotaryEnvelopes(timestamps, s_now).Jws(signer, timestamp: s_now);

        Assert.Contains("time stamp", Refusal(signature, Notary(signer, timestamps)));
    }

    [TestMethod]
    public void A_damaged_extension_of_a_certificate_that_says_who_signed_refuses_the_signature()
    {
        using var sigstore = new TestSigstore(s_now) { Use = "" };

        Assert.Contains("cannot be read", Refusal(new FoundBundle(sigstore.Sign(Statement)), Sigstore(sigstore.TrustedRoot())));
    }

    [TestMethod]
    [DataRow("\n")]
    [DataRow("\r\n")]
    [DataRow("\n\n  ")]
    public void Each_of_the_trusted_roots_of_a_file_counts_by_itself(string between)
    {
        using var one = new TestSigstore(s_now);
        using var two = new TestSigstore(s_now);
        using var three = new TestSigstore(s_now);
        var rule = Sigstore(one.TrustedRoot().ToJsonString() + between + two.TrustedRoot().ToJsonString() + "\n");

        Assert.IsNotNull(Find(new FoundBundle(one.Sign(Statement)), rule, out _));
        Assert.IsNotNull(Find(new FoundBundle(two.Sign(Statement)), rule, out _));
        Assert.Contains("its log is none of those of the trusted root", Refusal(new FoundBundle(three.Sign(Statement)), rule));
        var mixed = one.TrustedRoot();
        mixed["ctlogs"] = two.TrustedRoot()["ctlogs"]!.DeepClone();
        var apart = Sigstore(mixed.ToJsonString() + between + two.TrustedRoot().ToJsonString());
        Assert.IsNull(Find(new FoundBundle(one.Sign(Statement)), apart, out _), "What is trusted is not put together of two roots.");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void One_trusted_root_may_have_many_lines(bool isIndented)
    {
        using var sigstore = new TestSigstore(s_now);
        var text = sigstore.TrustedRoot().ToJsonString(new() { WriteIndented = isIndented });

        Assert.IsNotNull(Find(new FoundBundle(sigstore.Sign(Statement)), Sigstore(text + "\n"), out _));
    }

    [TestMethod]
    [DataRow("{}")]
    [DataRow("{")]
    [DataRow("text")]
    public void A_file_with_a_line_that_is_no_trusted_root_cannot_be_used(string line)
    {
        using var sigstore = new TestSigstore(s_now);
        var rule = Sigstore($"{sigstore.TrustedRoot().ToJsonString()}\n{line}");

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Find(new FoundBundle(sigstore.Sign(Statement)), rule, out _));

        Assert.AreEqual(DiagnosticCode.TrustAnchorUnusable, failure.Code);
    }

    private static byte[] Statement => SignStatement.Of(NotaryEnvelopes.Image.Digest);

    private static TrustRule Sigstore(JsonObject root) => Sigstore(root.ToJsonString());

    private static TrustRule Sigstore(string roots) => new("r.example")
    {
        Identities = [new(TestSigstore.Identity, false, TestSigstore.Issuer, "roots.jsonl", Encoding.UTF8.GetBytes(roots))],
    };

    private TrustRule Notary(TestAuthority signer, TestTimestamps timestamps)
    {
        _folder.Write("store/root.crt", signer.Root.RawData);
        _folder.Write("store/tsa/root.crt", timestamps.Authority.Root.RawData);
        return new("r.example") { Stores = [new(TrustStore.Read(_folder["store"]), [])] };
    }

    private static string? Find(FoundSignature signature, TrustRule rule, out string why) =>
        Signatories.Find(signature, NotaryEnvelopes.Image, rule, s_now, out why);

    private static string Refusal(FoundSignature signature, TrustRule rule)
    {
        Assert.IsNull(Find(signature, rule, out var why));
        return why;
    }
}
