using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Tests.SupplyChain;

[TestClass]
internal sealed class ReferrerTests
{
    private static readonly Descriptor s_subject =
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("subject"u8), Size = 7, Data = "c3ViamVjdA==" };

    [TestMethod]
    public void A_referrer_is_an_artifact_with_an_empty_config_and_always_the_same_bytes()
    {
        var payload = new MemoryBlob("application/spdx+json", "{\"a\":1}"u8.ToArray());
        var one = new Referrer(s_subject, "application/spdx+json", payload, "spdx.json", new Dictionary<string, string>
        {
            ["b"] = "2",
            ["a"] = "1",
        });
        var other = new Referrer(s_subject, "application/spdx+json", payload, "spdx.json", new Dictionary<string, string>
        {
            ["a"] = "1",
            ["b"] = "2",
        });

        Assert.AreEqual(
            $$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","artifactType":"application/spdx+json","config":
            {"mediaType":"application/vnd.oci.empty.v1+json",
            "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},
            "layers":[{"mediaType":"application/spdx+json","digest":"{{{payload.Descriptor.Digest}}}","size":7}],
            "subject":{"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{s_subject.Digest}}}","size":7},
            "annotations":{"a":"1","b":"2"}}
            """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(one.Manifest.Content));
        Assert.AreEqual(one.Manifest.Descriptor, other.Manifest.Descriptor);
        Assert.AreEqual("application/spdx+json", one.Entry.ArtifactType);
    }

    [TestMethod]
    public void Layers_of_others_stay_in_an_evidence_image_and_the_same_layer_is_not_added_again()
    {
        var first = Signature("one");
        var (manifest, config) = first.Merge(null, "test")!.Value;
        Assert.IsNull(first.Merge(manifest.Document, "test"));

        var second = Signature("two").Merge(manifest.Document, "test")!.Value;
        var layers = OciJson.ReadManifest(second.Manifest.Document, "test").Layers;

        CollectionAssert.AreEqual(new[] { "one", "two" }, layers.Select(layer => layer.Annotations!["signature"]).ToArray());
        Assert.AreEqual(OciJson.ReadManifest(manifest.Document, "test").Config.Digest, config.Descriptor.Digest);
    }

    [TestMethod]
    public void Evidence_can_be_narrowed_to_what_a_place_takes()
    {
        var payload = new MemoryBlob("application/spdx+json", "{}"u8.ToArray());
        var evidence = new Evidence { Referrers = [new(s_subject, "x/y", payload, "spdx.json")], Images = [Signature("one")] };
        Assert.IsTrue(evidence.About(new HashSet<Digest>()).IsEmpty);
        Assert.HasCount(2, evidence.With(evidence).About(new HashSet<Digest>([s_subject.Digest])).Referrers);
    }

    internal static EvidenceImage Signature(string signature, Descriptor? subject = null) => new(
        subject ?? s_subject,
        $"sha256-{(subject ?? s_subject).Digest.Hex}.sig",
        [new(new("application/vnd.dev.cosign.simplesigning.v1+json", "{}"u8.ToArray()), new Dictionary<string, string>
        {
            ["signature"] = signature,
        })]);
}
