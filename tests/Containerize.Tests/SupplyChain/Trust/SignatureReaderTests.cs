using System.Text;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;
using Containerize.Tests.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>One valid signature is enough, whatever else lies where signatures do.</summary>
[TestClass]
internal sealed class SignatureReaderTests : IDisposable
{
    private const string Spdx = "https://spdx.dev/Document";

    private static readonly Digest s_image = Digest.Of("image"u8);

    private readonly SigningKey _key = TestKeys.Create();

    internal enum Junk
    {
        LargeAttestation,
        LargeAttestationWithoutAnnotation,
        BrokenBundle,
        BundleOfAnotherKind,
        BrokenStatement,
        MissingBlob,
        ChangedBlob,
        BrokenManifest,
        OldFormOfSomethingElse,
        OldFormWithoutSignature,
        BrokenOldManifest,
    }

    private byte[] Signature => SigstoreBundle.Sign(SignStatement.Of(s_image), _key).Write();

    public void Dispose() => _key.Dispose();

    [TestMethod]
    [DataRow(Junk.LargeAttestation, "no signature needs more than")]
    [DataRow(Junk.LargeAttestationWithoutAnnotation, "no signature needs more than")]
    [DataRow(Junk.BrokenBundle, "cannot be read")]
    [DataRow(Junk.BundleOfAnotherKind, "holds no signature of the form that it names")]
    [DataRow(Junk.BrokenStatement, "cannot be read")]
    [DataRow(Junk.MissingBlob, "404")]
    [DataRow(Junk.ChangedBlob, "sha256")]
    [DataRow(Junk.BrokenManifest, "cannot be read")]
    [DataRow(Junk.OldFormOfSomethingElse, "cannot be read")]
    [DataRow(Junk.OldFormWithoutSignature, "holds no signature of the form that it names")]
    [DataRow(Junk.BrokenOldManifest, "cannot be read")]
    public async Task What_cannot_be_used_is_told_where_no_signature_holds_and_hides_none(Junk junk, string told)
    {
        await using var lab = await ClientLab.StartAsync();
        Add(lab, junk);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab));
        AddBundle(lab, Signature);
        var verified = await VerifyAsync(lab);

        Assert.AreEqual(DiagnosticCode.BaseSignatureInvalid, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, told);
        StringAssert.Contains(verified!.Signer, "Sigstore bundle");
    }

    [TestMethod]
    [DataRow("""{"schemaVersion":2,"manifests":[null]}""")]
    [DataRow("""{"schemaVersion":2,"manifests":5}""")]
    public async Task A_broken_list_of_signatures_is_told_and_hides_none_of_the_older_form(string list)
    {
        await using var lab = await ClientLab.StartAsync(new TestRegistryOptions { Referrers = false });
        lab.Registry.AddManifest(lab.Repository.Name, EvidenceTag.Of(s_image), Encoding.UTF8.GetBytes(list), MediaTypes.OciIndex);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab));
        AddOldForm(lab, SimpleSigning.Payload("r.example/app:1", s_image));

        Assert.AreEqual(DiagnosticCode.BaseSignatureInvalid, failure.Code, failure.Message);
        StringAssert.Contains((await VerifyAsync(lab))!.Signer, ".sig image");
    }

    [TestMethod]
    public async Task A_damaged_entry_of_a_list_hides_none_behind_it()
    {
        await using var lab = await ClientLab.StartAsync(new TestRegistryOptions { Referrers = false });
        var good = AddBundle(lab, Signature);
        var damaged = good with { Digest = Digest.Of("what it was"u8), ArtifactType = null, Annotations = null };
        lab.Registry.AddManifest(lab.Repository.Name, EvidenceTag.Of(s_image), OciJson.Write(new ImageIndex
        {
            MediaType = MediaTypes.OciIndex,
            Manifests = [damaged, good],
        }), MediaTypes.OciIndex);
        lab.Registry.On(RequestKind.Manifest).Where(request => request.Reference == damaged.Digest.ToString())
            .Do(new Fault().Reply(_ => new Reply(200).WithBody("{}"u8.ToArray(), MediaTypes.OciManifest)));

        Assert.IsNotNull(await VerifyAsync(lab));
    }

    [TestMethod]
    public async Task What_announces_itself_as_something_else_is_not_fetched_while_others_may_hold()
    {
        await using var lab = await ClientLab.StartAsync();
        // More than are read at most.
        for (var number = 0; number < 101; number++)
        {
            AddBundle(lab, Encoding.UTF8.GetBytes($"{{{number}}}"), SigstoreBundle.Annotations(Spdx));
        }

        AddOldForm(lab, SimpleSigning.Payload("r.example/app:1", s_image));

        Assert.IsNotNull(await VerifyAsync(lab));
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Blob));
    }

    [TestMethod]
    public async Task A_wrong_announcement_hides_no_signature()
    {
        await using var lab = await ClientLab.StartAsync();
        AddBundle(lab, Signature, SigstoreBundle.Annotations(Spdx));

        Assert.IsNotNull(await VerifyAsync(lab));
    }

    [TestMethod]
    public async Task A_registry_that_does_not_answer_is_no_refusal()
    {
        await using var lab = await ClientLab.StartAsync();
        AddBundle(lab, Signature);
        lab.Registry.On(RequestKind.Blob).Do(new Fault().Error(403, "DENIED"));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => VerifyAsync(lab));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code, failure.Message);
    }

    private Task<VerifiedSignature?> VerifyAsync(ClientLab lab)
    {
        var rule = new TrustRule(lab.Registry.Authority) { Keys = [_key.Public] };
        return new BaseTrust([rule], lab.Client, lab.Store, [], isOffline: false, TimeProvider.System, lab.Reporter)
            .VerifyAsync(new(lab.Repository, "1", null), [s_image], CancellationToken.None);
    }

    private void Add(ClientLab lab, Junk junk)
    {
        var large = Encoding.UTF8.GetBytes($$"""{"mediaType":"{{SigstoreBundle.MediaType}}","x":"{{new string('a', 2 << 20)}}"}""");
        switch (junk)
        {
            case Junk.LargeAttestation:
                AddBundle(lab, large, SigstoreBundle.Annotations(Spdx));
                break;
            case Junk.LargeAttestationWithoutAnnotation:
                AddBundle(lab, large);
                break;
            case Junk.BrokenBundle:
                AddBundle(lab, "{"u8.ToArray());
                break;
            case Junk.BundleOfAnotherKind:
                AddBundle(lab, Encoding.UTF8.GetBytes($$$"""{"mediaType":"{{{SigstoreBundle.MediaType}}}","messageSignature":{}}"""));
                break;
            case Junk.BrokenStatement:
                AddBundle(lab, SigstoreBundle.Sign("no JSON"u8.ToArray(), _key).Write());
                break;
            case Junk.MissingBlob or Junk.ChangedBlob:
                var bundle = "what it was"u8.ToArray();
                AddBundle(lab, bundle);
                lab.Registry.RemoveBlob(lab.Repository.Name, Digest.Of(bundle));
                if (junk == Junk.ChangedBlob)
                {
                    lab.Registry.AddBlob(lab.Repository.Name, Digest.Of(bundle), "what it is."u8.ToArray());
                }

                break;
            case Junk.BrokenManifest:
                lab.Registry.AddManifest(
                    lab.Repository.Name,
                    tag: null,
                    Encoding.UTF8.GetBytes(
                        $$$"""{"layers":[null],"artifactType":"{{{SigstoreBundle.MediaType}}}","subject":{"digest":"{{{s_image}}}"}}"""),
                    MediaTypes.OciManifest);
                break;
            case Junk.OldFormOfSomethingElse:
                AddOldForm(lab, "no JSON"u8.ToArray());
                break;
            case Junk.OldFormWithoutSignature:
                AddOldForm(lab, "{}"u8.ToArray(), new Dictionary<string, string>());
                break;
            case Junk.BrokenOldManifest:
                lab.Registry.AddManifest(
                    lab.Repository.Name, SimpleSigning.TagOf(s_image), """{"layers":[null]}"""u8.ToArray(), MediaTypes.OciManifest);
                break;
            default:
                throw new InvalidOperationException();
        }
    }

    private static Descriptor AddBundle(ClientLab lab, byte[] bundle, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var subject = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = s_image, Size = 5 };
        var payload = new MemoryBlob(SigstoreBundle.MediaType, bundle);
        var referrer = new Referrer(subject, SigstoreBundle.MediaType, payload, "sigstore.json", annotations);
        Add(lab, referrer.Manifest, tag: null, [.. referrer.Blobs]);
        return referrer.Entry;
    }

    private void AddOldForm(ClientLab lab, byte[] payload, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var subject = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = s_image, Size = 5 };
        var layer = SimpleSigning.Layer(payload, _key.Sign(payload));
        layer = annotations is null ? layer : layer with { Annotations = annotations };
        var image = new EvidenceImage(subject, SimpleSigning.TagOf(s_image), [layer]);
        var (manifest, config) = image.Merge(null, "test")!.Value;
        Add(lab, manifest, image.Tag, config, layer.Blob);
    }

    private static void Add(ClientLab lab, MemoryBlob manifest, string? tag, params MemoryBlob[] blobs)
    {
        foreach (var blob in blobs)
        {
            lab.Registry.AddBlob(lab.Repository.Name, blob.Memory);
        }

        lab.Registry.AddManifest(lab.Repository.Name, tag, manifest.Memory, MediaTypes.OciManifest);
    }
}
