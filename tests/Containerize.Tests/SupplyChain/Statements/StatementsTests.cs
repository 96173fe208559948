using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Building;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Statements;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.SupplyChain.Statements;

/// <summary>Documents about where an image comes from, and what does not matter for it.</summary>
[TestClass]
internal sealed class StatementsTests : IDisposable
{
    private const string Dependencies = """
        {
          "runtimeTarget": { "name": "net10.0" },
          "targets": { "net10.0": { "Shop/1.0.0": {}, "Mail/2.0.0": {} } },
          "libraries": {
            "Shop/1.0.0": { "type": "project", "sha512": "" },
            "Mail/2.0.0": { "type": "package", "sha512": "sha512-AQID" }
          }
        }
        """;

    private static readonly ProvenanceRequest s_request = new(
        new BuildOrigin("https://ci.example.com/shop", "https://ci.example.com/runs/1"), [("ContainerUser", "app")])
    {
        Repository = "https://example.com/shop.git",
        Revision = new string('a', 40),
        Sdk = "10.0.100",
    };

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_provenance_names_image_builder_parameters_and_all_that_was_built_upon()
    {
        var referrer = await MakeAsync(new([], IsOptional: false, []) { Provenance = s_request });

        var statement = JsonNode.Parse(referrer.Payload.Content)!;
        Assert.AreEqual("application/vnd.in-toto+json", referrer.Entry.ArtifactType);
        Assert.AreEqual("https://slsa.dev/provenance/v1", referrer.Entry.Annotations!["in-toto.io/predicate-type"]);
        Assert.AreEqual("https://in-toto.io/Statement/v1", (string?)statement["_type"]);
        Assert.AreEqual(referrer.Subject.Digest.Hex, (string?)statement["subject"]![0]!["digest"]!["sha256"]);
        Assert.AreEqual("team/shop", (string?)statement["subject"]![0]!["name"]);
        var definition = statement["predicate"]!["buildDefinition"]!;
        Assert.AreEqual(ProvenanceWriter.BuildType, (string?)definition["buildType"]);
        Assert.AreEqual(
            """{"image":"team/shop","platform":"linux/amd64","properties":{"ContainerUser":"app"}}""",
            definition["externalParameters"]!.ToJsonString());
        Assert.AreEqual("10.0.100", (string?)definition["internalParameters"]!["dotnetSdk"]);
        var resolved = definition["resolvedDependencies"]!.AsArray().Select(each => each!.ToJsonString(s_plain)).ToList();
        CollectionAssert.AreEqual(
            new[]
            {
                $$$"""{"uri":"git+https://example.com/shop.git","digest":{"gitCommit":"{{{s_request.Revision}}}"}}""",
                "{\"uri\":\"pkg:oci/base@" + Digest.Of("base"u8)
                    + "?arch=amd64&repository_url=registry.example.com%2Fteam%2Fbase&tag=1\",\"digest\":{\"sha256\":\""
                    + Digest.Of("base"u8).Hex + "\"}}",
                """{"uri":"pkg:nuget/Mail@2.0.0","digest":{"sha512":"010203"}}""",
            },
            resolved);
        Assert.AreEqual(
            "{\"builder\":{\"id\":\"https://ci.example.com/shop\"},\"metadata\":{\"invocationId\":"
                + "\"https://ci.example.com/runs/1\",\"finishedOn\":\"2026-01-02T03:04:05Z\"}}",
            statement["predicate"]!["runDetails"]!.ToJsonString());
    }

    [TestMethod]
    public async Task A_provenance_says_who_signed_the_base_and_another_signer_gives_another_one()
    {
        var signature = new VerifiedSignature(Digest.Of("index"u8), Digest.Of("rule"u8), "the key sha256:1 (Sigstore bundle)");
        var wanted = new EvidenceRequest([], IsOptional: false, []) { Provenance = s_request };
        var unsigned = await MakeAsync(wanted);

        var signed = await MakeAsync(wanted, signature: signature);
        var other = await MakeAsync(wanted, signature: signature with { Signer = "the key sha256:2 (Sigstore bundle)" });

        Assert.DoesNotContain("annotations", Encoding.UTF8.GetString(unsigned.Payload.Content));
        var resolved = JsonNode.Parse(signed.Payload.Content)!["predicate"]!["buildDefinition"]!["resolvedDependencies"]!.AsArray();
        Assert.AreEqual(
            "{\"signedBy\":\"the key sha256:1 (Sigstore bundle)\",\"signedDigest\":\"" + signature.Image + "\"}",
            resolved.Single(each => each!["annotations"] is not null)!["annotations"]!.ToJsonString(s_plain));
        Assert.StartsWith("pkg:oci/base@", (string?)resolved.Single(each => each!["annotations"] is not null)!["uri"]);
        Assert.AreNotEqual(signed.Payload.Descriptor.Digest, other.Payload.Descriptor.Digest);
    }

    [TestMethod]
    public async Task Another_run_of_the_same_build_keeps_the_statement_and_another_commit_does_not()
    {
        var later = s_request with { Origin = s_request.Origin with { Invocation = "https://ci.example.com/runs/2" } };
        var first = await MakeAsync(new([], IsOptional: false, []) { Provenance = s_request });

        var again = await MakeAsync(new([], IsOptional: false, []) { Provenance = later }, hours: 1);
        var elsewhere = await MakeAsync(new([], IsOptional: false, []) { Provenance = later }, hours: 1, cache: "other");
        var changed = await MakeAsync(new([], IsOptional: false, []) { Provenance = s_request with { Revision = new string('b', 40) } });

        Assert.AreEqual(first.Manifest.Descriptor.Digest, again.Manifest.Descriptor.Digest);
        Assert.AreNotEqual(first.Manifest.Descriptor.Digest, elsewhere.Manifest.Descriptor.Digest);
        Assert.AreEqual(WithoutRun(first), WithoutRun(elsewhere));
        Assert.AreNotEqual(WithoutRun(first), WithoutRun(changed));
    }

    [TestMethod]
    public async Task Vulnerabilities_that_do_not_matter_are_told_with_their_reason()
    {
        var vex = new VexRequest(
            "Ada",
            [new("https://github.com/advisories/GHSA-1", VexJustification.VulnerableCodeNotInExecutePath, "Never called.")]);
        var referrer = await MakeAsync(new([], IsOptional: false, []) { Vex = vex });
        var same = await MakeAsync(new([], IsOptional: false, []) { Vex = vex }, hours: 1, cache: "other");

        var document = JsonNode.Parse(referrer.Payload.Content)!;
        Assert.AreEqual("https://openvex.dev/ns/v0.2.0", (string?)document["@context"]);
        // What is signed is asked for without the version.
        Assert.AreEqual("https://openvex.dev/ns", referrer.PredicateType);
        Assert.AreEqual("Ada", (string?)document["author"]);
        var statement = document["statements"]!.AsArray().Single()!;
        Assert.AreEqual("GHSA-1", (string?)statement["vulnerability"]!["name"]);
        Assert.AreEqual("not_affected", (string?)statement["status"]);
        Assert.AreEqual("vulnerable_code_not_in_execute_path", (string?)statement["justification"]);
        Assert.AreEqual("Never called.", (string?)statement["impact_statement"]);
        Assert.AreEqual(
            $"pkg:oci/shop@{referrer.Subject.Digest}?arch=amd64", (string?)statement["products"]![0]!["identifiers"]!["purl"]);
        Assert.AreEqual(referrer.Manifest.Descriptor.Digest, same.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void What_a_document_says_by_which_names_of_which_images_is_read_as_it_was_written(bool hasIndex)
    {
        var index = hasIndex ? Digest.Of("index"u8) : null;
        var image = Sample.Image(Sample.Amd64, []);
        var vex = new VexRequest("Ada",
        [
            new("https://github.com/advisories/GHSA-1", VexJustification.ComponentNotPresent, null) { Aliases = ["CVE-2026-1", "B-2"] },
            new("https://github.com/advisories/GHSA-2", VexJustification.InlineMitigationsAlreadyExist, "Why."),
        ]);

        var document = VexWriter.Write("shop", image, index, vex);
        var (read, name) = VexReader.Read(document, image.Manifest.Descriptor.Digest)!.Value;

        Assert.AreEqual("shop", name);
        CollectionAssert.AreEqual(document, VexWriter.Write(name, image, index, read));
        Assert.IsNull(VexReader.Read(document, Digest.Of("index"u8)));
        var statements = JsonNode.Parse(document)!["statements"]!.AsArray();
        Assert.AreEqual("""["CVE-2026-1","B-2"]""", statements[0]!["vulnerability"]!["aliases"]!.ToJsonString());
        Assert.IsNull(statements[1]!["vulnerability"]!["aliases"]);
        string[] expected =
        [
            $"pkg:oci/shop@{image.Manifest.Descriptor.Digest}?arch=amd64", .. hasIndex ? [$"pkg:oci/shop@{index}"] : (string[])[],
        ];
        CollectionAssert.AreEqual(
            expected, statements[1]!["products"]!.AsArray().Select(product => (string?)product!["@id"]).ToArray());
        // The same image in another index has a document of another name.
        Assert.AreNotEqual(
            (string?)JsonNode.Parse(VexWriter.Write("shop", image, Digest.Of("other"u8), vex))!["@id"],
            (string?)JsonNode.Parse(document)!["@id"]);
    }

    private static string WithoutRun(Referrer referrer)
    {
        var statement = JsonNode.Parse(referrer.Payload.Content)!;
        statement["predicate"]!["runDetails"]!.AsObject().Remove("metadata");
        return statement.ToJsonString();
    }

    private async Task<Referrer> MakeAsync(
        EvidenceRequest request, int hours = 0, string cache = "cache", VerifiedSignature? signature = null)
    {
        var tar = Sample.Tar([("app/Shop.deps.json", Encoding.UTF8.GetBytes(Dependencies)), ("app/Shop.dll", "foo"u8.ToArray())]);
        var layer = new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar)), Digest.Of(tar));
        var image = Sample.Image(Sample.Amd64, [layer]);
        var own = new BuiltLayer(
            "app", Digest.Of("app"u8), [], new LayerRecord(layer.Blob, layer.DiffId, 1, 1), LayerOrigin.Built);
        var built = new BuiltImage(image, [own], "registry.example.com/team/base:1", Digest.Of("base"u8))
        {
            BaseSignature = signature,
        };
        var time = new FixedTime(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddHours(hours));
        var evidence = await new EvidenceMaker(request, "team/shop", new BlobStore(_folder[cache]), time)
            .MakeAsync([(built, null)], index: null, CancellationToken.None);
        return evidence.Referrers.Single();
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
