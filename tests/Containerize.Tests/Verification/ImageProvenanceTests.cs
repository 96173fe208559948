using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Statements;
using Containerize.Testing;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Verification;

namespace Containerize.Tests.Verification;

[TestClass]
internal sealed class ImageProvenanceTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false, 0)]
    [DataRow(false, OciJson.MaxDocumentSize)]
    [DataRow(true, 0)]
    [DataRow(true, OciJson.MaxDocumentSize)]
    public async Task A_provenance_is_found_in_a_registry_and_in_a_layout_however_long_its_list_of_inputs_is(bool isLayout, int more)
    {
        var images = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64));
        var image = images.Images[0].Manifest.Descriptor;
        var statement = new MemoryBlob(Attestation.MediaType, OciJson.Write(new JsonObject
        {
            ["predicateType"] = ProvenanceWriter.PredicateType,
            ["predicate"] = new JsonObject
            {
                ["buildDefinition"] = new JsonObject
                {
                    ["buildType"] = ProvenanceWriter.BuildType,
                    ["internalParameters"] = new JsonObject { ["dotnetSdk"] = "10.0.100" },
                    ["externalParameters"] = new string('a', more),
                },
            },
        }));
        var evidence = new Evidence { Referrers = [new(image, Attestation.MediaType, statement, ProvenanceWriter.Suffix)] };
        await using var registry = await TestRegistry.StartAsync();
        using var client = new RegistryClient(new RegistryOptions { Environment = _ => null, MaxRetries = 0 }, _reporter);
        var name = new ImageReference(registry.Repository("app"), "1", images.Root.Descriptor.Digest);
        BaseImageReference place = isLayout ? new LayoutReference(_folder["layout"], null) : new RegistryReference(name);
        if (isLayout)
        {
            await new LayoutDestination(_folder["layout"], Sample.Name("1"), _reporter).WriteAsync(images, default, evidence);
        }
        else
        {
            await new RegistryDestination(client, name.Repository, ["1"], _reporter).WriteAsync(images, default, evidence);
        }

        var found = await ImageProvenance.FindAsync(
            place, image.Digest, client, new BlobStore(_folder["cache"]), _reporter, CancellationToken.None);

        Assert.AreEqual("10.0.100", found?.Sdk, string.Join('\n', _reporter.Messages));
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("""{ "predicateType": "a", "predicateType": "a" }""")]
    [DataRow("""{ "predicateType": "\ud800" }""")]
    [DataRow("""{ "\udc00": 1 }""")]
    public void A_statement_that_makes_no_sense_says_nothing(string json) =>
        Assert.IsNull(ImageProvenance.Read(System.Text.Encoding.UTF8.GetBytes(json)));
}
