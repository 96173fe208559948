using System.Text;
using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class OciJsonTests
{
    private const string Sha = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    private const string Descriptor = $$"""{"mediaType":"a/b","digest":"{{Sha}}","size":5}""";

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static RawDocument Document(string text) => RawDocument.Of("application/json", Bytes(text));

    private static DiagnosticCode CodeOf(Action read) => Assert.ThrowsExactly<ContainerizeException>(read).Code;

    [TestMethod]
    public void A_manifest_is_written_compactly_with_digests_as_strings()
    {
        var descriptor = new Descriptor { MediaType = "a/b", Digest = Digest.Parse(Sha), Size = 5 };
        var json = OciJson.Write(new Manifest { MediaType = MediaTypes.OciManifest, Config = descriptor, Layers = [descriptor] });
        Assert.AreEqual(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Descriptor}},"layers":[{{Descriptor}}]}""",
            Encoding.UTF8.GetString(json));
        Assert.AreEqual(descriptor, OciJson.ReadManifest(RawDocument.Of(MediaTypes.OciManifest, json), "test").Config);
    }

    [TestMethod]
    public void An_index_reads_back_as_itself()
    {
        var descriptor = new Descriptor
        {
            MediaType = MediaTypes.OciManifest,
            Digest = Digest.Parse(Sha),
            Size = 5,
            Platform = new Platform { Os = "linux", Architecture = "arm", Variant = "v7" },
            Annotations = new Dictionary<string,
            string> { ["a"] = "é<+>" },
        };
        var json = OciJson.Write(new ImageIndex { Manifests = [descriptor] });
        Assert.Contains("é<+>", Encoding.UTF8.GetString(json));
        var read = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, json), "test").Manifests.Single();
        Assert.AreEqual(descriptor.Digest, read.Digest);
        Assert.AreEqual(descriptor.Platform, read.Platform);
        Assert.AreEqual("é<+>", read.Annotations!["a"]);
    }

    [TestMethod]
    public void A_document_that_is_a_manifest_and_an_index_is_refused()
    {
        var both = Document($$"""{"schemaVersion":2,"config":{{Descriptor}},"layers":[],"manifests":[]}""");
        Assert.AreEqual(DiagnosticCode.InvalidDocument, CodeOf(() => OciJson.ReadManifest(both, "test")));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, CodeOf(() => OciJson.ReadIndex(both, "test")));
    }

    [TestMethod]
    [DataRow("""{"config":1,"config":2}""")]
    [DataRow("""{"config":{"digest":"a","digest":"b"}}""")]
    [DataRow("[]")]
    [DataRow("null")]
    [DataRow("")]
    [DataRow("{")]
    [DataRow("{}")]
    [DataRow("""{"fsLayers":[]}""")]
    public void Malformed_manifests_are_refused(string json) =>
        Assert.AreEqual(DiagnosticCode.InvalidDocument, CodeOf(() => OciJson.ReadManifest(Document(json), "test")));

    [TestMethod]
    [DataRow("\"digest\":\"sha256:../../x\",\"size\":1")]
    [DataRow("\"digest\":null,\"size\":1")]
    [DataRow("\"digest\":5,\"size\":1")]
    [DataRow("\"size\":1")]
    [DataRow("\"digest\":\"" + Sha + "\",\"size\":-1")]
    [DataRow("\"digest\":\"" + Sha + "\",\"size\":99999999999999999999")]
    public void Malformed_descriptors_are_refused(string members) =>
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            CodeOf(() => OciJson.ReadIndex(Document("{\"manifests\":[{\"mediaType\":\"a/b\"," + members + "}]}"), "test")));

    [TestMethod]
    [DataRow("""{}""")]
    [DataRow("""{"os":"linux"}""")]
    [DataRow("""{"architecture":"amd64"}""")]
    [DataRow("""{"architecture":"","os":""}""")]
    [DataRow("""{"architecture":null,"os":null}""")]
    public void A_platform_that_says_nothing_is_none(string platform)
    {
        var described = $$"""{"mediaType":"a/b","digest":"{{Sha}}","size":1,"platform":{{platform}}}""";

        var entry = OciJson.ReadIndex(Document($$"""{"manifests":[{{described}}]}"""), "test").Manifests.Single();
        var config = OciJson.ReadManifest(Document($$"""{"config":{{described}},"layers":[]}"""), "test").Config;

        Assert.IsNull(entry.Platform);
        Assert.IsNull(config.Platform);
    }

    [TestMethod]
    [DataRow("\"linux/amd64\"")]
    [DataRow("[]")]
    [DataRow("""{"architecture":5,"os":"linux"}""")]
    [DataRow("""{"architecture":{},"os":"linux"}""")]
    public void A_platform_that_is_none_by_its_type_is_refused(string platform) =>
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            CodeOf(() => OciJson.ReadIndex(
                Document($$"""{"manifests":[{"mediaType":"a/b","digest":"{{Sha}}","size":1,"platform":{{platform}}}]}"""), "test")));

    [TestMethod]
    [DataRow("""{"manifests":[null]}""")]
    [DataRow("""{"manifests":null}""")]
    public void Nulls_in_an_index_are_refused(string json) =>
        Assert.AreEqual(DiagnosticCode.InvalidDocument, CodeOf(() => OciJson.ReadIndex(Document(json), "test")));

    [TestMethod]
    public void A_layer_that_is_null_is_refused() =>
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            CodeOf(() => OciJson.ReadManifest(Document($$"""{"config":{{Descriptor}},"layers":[null]}"""), "test")));

    [TestMethod]
    [DataRow("{\"a\u00ff\":1}")]
    [DataRow("{\"a\":[{\"b\":\"\u00ff\"}]}")]
    [DataRow("""{"a":"\ud800"}""")]
    [DataRow("""{"\udc00":1}""")]
    public void Texts_that_are_not_Unicode_are_refused_wherever_they_are(string json) =>
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            CodeOf(() => OciJson.ReadObject(System.Text.Encoding.Latin1.GetBytes(json), "config", "test")));

    [TestMethod]
    public void Depth_and_size_are_limited()
    {
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            CodeOf(() => OciJson.ReadObject(Bytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))), "config", "test")));
        Assert.AreEqual(
            DiagnosticCode.InvalidDocument,
            CodeOf(() => OciJson.ReadObject(Bytes("{\"a\":\"" + new string('x', OciJson.MaxDocumentSize) + "\"}"), "config", "test")));
        Assert.IsNotNull(
            OciJson.ReadObject(Bytes(string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60)), "config", "test"));
    }

    [TestMethod]
    [DataRow("""{"mediaType":"x/y","manifests":[]}""", "x/y")]
    [DataRow("""{"manifests":[]}""", MediaTypes.OciIndex)]
    [DataRow("""{"layers":[]}""", MediaTypes.OciManifest)]
    [DataRow("""{"fsLayers":[]}""", MediaTypes.DockerSchema1)]
    [DataRow("{}", null)]
    public void Media_types_follow_from_the_members(string json, string? expected) =>
        Assert.AreEqual(expected, OciJson.DetectMediaType(Bytes(json), "test"));

    [TestMethod]
    public void A_message_shows_no_control_characters_of_a_document()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => OciJson.ReadManifest(Document("{\"\\u001b[31m##vso[x]\":1,\"\\u001b[31m##vso[x]\":2}"), "test"));
        Assert.DoesNotContain("\u001b", failure.Message);
        Assert.DoesNotContain("##vso", failure.Message);
    }

    [TestMethod]
    public void Texts_that_are_null_count_as_absent()
    {
        const string Texts = """ "urls":[null,"u"],"annotations":{"n":null,"t":""} """;
        var descriptor = $$$"""{"mediaType":"a/b","digest":"{{{Digest.Of("x"u8)}}}","size":1,{{{Texts}}} }""";
        var text = $$$"""{"schemaVersion":2,"config": {{{descriptor}}} ,"layers":[ {{{descriptor}}} ],{{{Texts}}} }""";

        var manifest = OciJson.ReadManifest(RawDocument.Of(MediaTypes.OciManifest, System.Text.Encoding.UTF8.GetBytes(text)), "test");

        foreach (var each in manifest.Layers.Append(manifest.Config))
        {
            CollectionAssert.AreEqual(new[] { "u" }, each.Urls!.ToArray());
            CollectionAssert.AreEqual(new[] { "t" }, each.Annotations!.Keys.ToArray());
        }

        CollectionAssert.AreEqual(new[] { "t" }, manifest.Annotations!.Keys.ToArray());
    }

    [TestMethod]
    [DataRow("""{ "a": 1 }""", true)]
    [DataRow("""{ /* why */ "a": 1, }""", true)]
    [DataRow("{}", true)]
    [DataRow("", false)]
    [DataRow("null", false)]
    [DataRow("[]", false)]
    [DataRow("{", false)]
    [DataRow("""{ "a": 1, "a": 1 }""", false)]
    [DataRow("""{ "a": { "b": 1, "b": 1 } }""", false)]
    [DataRow("""{ "a": [{ "b": 1, "b": 1 }] }""", false)]
    [DataRow("""{ "\ud800": 1 }""", false)]
    [DataRow("""{ "a": "\udc00" }""", false)]
    public void What_others_wrote_is_read_or_says_nothing(string json, bool isRead) =>
        Assert.AreEqual(isRead, OciJson.TryReadObject(Encoding.UTF8.GetBytes(json)) is not null);

    [TestMethod]
    [DataRow("{ \"a\": \"?\" }")]
    [DataRow("{ \"?\": 1 }")]
    [DataRow("{ \"a\": [{ \"?\": 1 }] }")]
    public void Bytes_that_are_no_UTF8_say_nothing(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xff;

        Assert.IsNull(OciJson.TryReadObject(bytes));
    }
}
