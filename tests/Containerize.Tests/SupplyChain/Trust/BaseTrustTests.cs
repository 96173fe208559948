using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;
using Containerize.Tests.Registry;
using Containerize.Tests.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Trust;

[TestClass]
internal sealed class BaseTrustTests : IDisposable
{
    private static readonly Digest s_image = Digest.Of("image"u8);

    private readonly SigningKey _key = TestKeys.Create();
    private readonly SigningKey _other = TestKeys.Create();

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [TestMethod]
    public async Task A_bundle_of_the_key_is_accepted_and_remembered()
    {
        await using var lab = await ClientLab.StartAsync();
        await PushBundleAsync(lab, s_image, SigstoreBundle.Sign(SignStatement.Of(s_image), _key));

        var verified = await VerifyAsync(lab, [s_image], _key);
        lab.Registry.ClearRequests();
        var again = await VerifyAsync(lab, [s_image], _key);

        Assert.AreEqual(verified, again);
        Assert.AreEqual(s_image, verified!.Image);
        Assert.AreEqual($"the key {_key.Public.Digest} (Sigstore bundle)", verified.Signer);
        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    public async Task A_signature_of_the_older_form_is_accepted()
    {
        await using var lab = await ClientLab.StartAsync();
        await PushOldAsync(lab, s_image, SimpleSigning.Payload("r.example/app:1", s_image), _key);

        var verified = await VerifyAsync(lab, [s_image], _key);

        Assert.AreEqual($"the key {_key.Public.Digest} (Sigstore .sig image)", verified!.Signer);
    }

    [TestMethod]
    public async Task A_signature_of_the_platforms_manifest_vouches_for_it_too()
    {
        await using var lab = await ClientLab.StartAsync();
        var index = Digest.Of("index"u8);
        await PushBundleAsync(lab, s_image, SigstoreBundle.Sign(SignStatement.Of(s_image), _key));

        var verified = await VerifyAsync(lab, [index, s_image], _key);

        Assert.AreEqual(s_image, verified!.Image);
    }

    [TestMethod]
    public async Task A_base_without_any_signature_is_refused()
    {
        await using var lab = await ClientLab.StartAsync();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab, [s_image], _key));

        Assert.AreEqual(DiagnosticCode.BaseNotSigned, failure.Code);
        StringAssert.Contains(failure.Message, s_image.ToString());
    }

    [TestMethod]
    public async Task A_signature_of_another_key_is_refused_in_either_form()
    {
        await using var lab = await ClientLab.StartAsync();
        await PushBundleAsync(lab, s_image, SigstoreBundle.Sign(SignStatement.Of(s_image), _other));
        await PushOldAsync(lab, s_image, SimpleSigning.Payload("r.example/app:1", s_image), _other);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab, [s_image], _key));

        Assert.AreEqual(DiagnosticCode.BaseSignatureInvalid, failure.Code);
        StringAssert.Contains(failure.Message, "a bundle is signed by another key; a .sig image is signed by another key");
    }

    [TestMethod]
    public async Task A_signature_of_another_image_is_refused_in_either_form()
    {
        await using var lab = await ClientLab.StartAsync();
        var signed = Digest.Of("what was signed"u8);
        await PushBundleAsync(lab, s_image, SigstoreBundle.Sign(SignStatement.Of(signed), _key));
        await PushOldAsync(lab, s_image, SimpleSigning.Payload("r.example/app:1", signed), _key);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab, [s_image], _key));

        Assert.AreEqual(DiagnosticCode.BaseSignatureInvalid, failure.Code);
        StringAssert.Contains(failure.Message, "a bundle is about another image; a .sig image is about another image");
    }

    [TestMethod]
    public async Task A_changed_byte_in_a_statement_is_refused()
    {
        await using var lab = await ClientLab.StartAsync();
        var good = SigstoreBundle.Sign(SignStatement.Of(s_image), _key);
        var changed = good.Envelope.Payload.ToArray();
        changed[^2] = (byte)' ';
        await PushBundleAsync(lab, s_image, good with { Envelope = good.Envelope with { Payload = changed } });

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab, [s_image], _key));

        Assert.AreEqual(DiagnosticCode.BaseSignatureInvalid, failure.Code);
    }

    [TestMethod]
    public async Task A_statement_that_is_no_signature_does_not_vouch()
    {
        await using var lab = await ClientLab.StartAsync();
        var scan = System.Text.Encoding.UTF8.GetString(SignStatement.Of(s_image))
            .Replace(SignStatement.PredicateType, "https://example.com/scan/v1", StringComparison.Ordinal);
        await PushBundleAsync(lab, s_image, SigstoreBundle.Sign(System.Text.Encoding.UTF8.GetBytes(scan), _key));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab, [s_image], _key));

        StringAssert.Contains(failure.Message, "https://example.com/scan/v1");
    }

    [TestMethod]
    public async Task Offline_the_lock_file_is_trusted_if_it_was_written_for_the_same_demand()
    {
        await using var lab = await ClientLab.StartAsync();
        var rule = Rule(lab, _key);
        var locked = new VerifiedSignature(s_image, rule.Digest, "the key");

        var verified = await Trust(lab, [rule], [locked], isOffline: true).VerifyAsync(Image(lab), [s_image], default);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            Trust(lab, [Rule(lab, _other)], [locked], isOffline: true).VerifyAsync(Image(lab), [s_image], default));

        Assert.AreEqual(locked, verified);
        Assert.AreEqual(DiagnosticCode.BaseNotSigned, failure.Code);
        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    public async Task The_rule_of_the_longest_prefix_counts()
    {
        await using var lab = await ClientLab.StartAsync();
        TrustRule[] rules =
        [
            new(TrustRule.Everything) { Keys = [_other.Public] },
            new("r.example") { AllowsUnsigned = true },
            new("r.example/team") { Keys = [_key.Public] },
            new("r.example/team") { Keys = [_other.Public] },
        ];
        var trust = Trust(lab, rules);

        Assert.AreEqual(2, trust.RuleFor(new("r.example", "team/app"))!.Keys.Count, "Items of one prefix add up.");
        Assert.AreEqual("r.example/team", trust.RuleFor(new("r.example", "team"))!.Prefix);
        Assert.IsTrue(trust.RuleFor(new("r.example", "teams/app"))!.AllowsUnsigned, "A prefix ends where a part of the name ends.");
        Assert.AreEqual(TrustRule.Everything, trust.RuleFor(new("docker.io", "library/debian"))!.Prefix);
        Assert.IsNull(Trust(lab, [rules[1]]).RuleFor(new("docker.io", "library/debian")));
        Assert.IsNull(await trust.VerifyAsync(ImageReference.Parse("r.example/other"), [s_image], default));
    }

    [TestMethod]
    public async Task A_short_name_of_Docker_Hub_is_as_long_as_the_name_that_it_stands_for()
    {
        await using var lab = await ClientLab.StartAsync();
        var trust = Trust(lab,
        [
            new("docker.io/library") { AllowsUnsigned = true },
            new("docker.io/nginx") { Keys = [_key.Public] },
            new("docker.io/library/nginx") { Keys = [_other.Public] },
        ]);

        var rule = trust.RuleFor(new("docker.io", "library/nginx"))!;

        Assert.AreEqual((2, false), (rule.Keys.Count, rule.AllowsUnsigned));
        Assert.IsTrue(trust.RuleFor(new("docker.io", "library/debian"))!.AllowsUnsigned);
    }

    private static TrustRule Rule(ClientLab lab, SigningKey key) => new(lab.Registry.Authority) { Keys = [key.Public] };

    private static ImageReference Image(ClientLab lab) => new(lab.Repository, "1", null);

    private static BaseTrust Trust(
        ClientLab lab, IReadOnlyList<TrustRule> rules, IReadOnlyCollection<VerifiedSignature>? locked = null, bool isOffline = false) =>
        new(rules, lab.Client, lab.Store, locked ?? [], isOffline, TimeProvider.System, lab.Reporter);

    private static Task<VerifiedSignature?> VerifyAsync(ClientLab lab, IReadOnlyList<Digest> digests, SigningKey key) =>
        Trust(lab, [Rule(lab, key)]).VerifyAsync(Image(lab), digests, default);

    private static Descriptor Subject(Digest digest) => new() { MediaType = MediaTypes.OciManifest, Digest = digest, Size = 5 };

    private static Task PushBundleAsync(ClientLab lab, Digest subject, SigstoreBundle bundle)
    {
        var referrer = new Referrer(
            Subject(subject), SigstoreBundle.MediaType, new MemoryBlob(SigstoreBundle.MediaType, bundle.Write()), "sigstore.json");
        return PushAsync(lab, referrer.Manifest, referrer.Manifest.Descriptor.Digest.ToString(), [.. referrer.Blobs]);
    }

    private static Task PushOldAsync(ClientLab lab, Digest subject, byte[] payload, SigningKey key)
    {
        var layer = SimpleSigning.Layer(payload, key.Sign(payload));
        var image = new EvidenceImage(Subject(subject), SimpleSigning.TagOf(subject), [layer]);
        var (manifest, config) = image.Merge(null, "test")!.Value;
        return PushAsync(lab, manifest, image.Tag, config, layer.Blob);
    }

    private static async Task PushAsync(ClientLab lab, MemoryBlob manifest, string target, params MemoryBlob[] blobs)
    {
        foreach (var blob in blobs)
        {
            await lab.Client.PushBlobAsync(lab.Repository, blob, default);
        }

        await lab.Client.PutManifestAsync(lab.Repository, target, manifest.Memory, MediaTypes.OciManifest, default);
    }
}
