using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;

namespace Containerize.Tests.Inspection;

[TestClass]
internal sealed class ImageListingTests
{
    private const string Bill = "application/spdx+json";

    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_registry_shows_platforms_and_evidence_with_and_without_an_API_for_referrers(bool hasApi)
    {
        await using var registry = await TestRegistry.StartAsync(new() { Referrers = hasApi });
        using var client = Client();
        var (amd64, arm64) = (TestImage.Create(), TestImage.Create(TestImage.LinuxX64 with { Architecture = "arm64" }, false, null));
        var root = registry.AddIndex("app", "1", amd64, arm64);
        var repository = registry.Repository("app");
        await PutAsync(client, repository, amd64.Descriptor);
        await PutAsync(client, repository, root);
        registry.AddManifest("app", SimpleSigning.TagOf(root.Digest), amd64.Manifest, amd64.MediaType);

        var listing = await ListAsync(new(new ImageReference(repository, "1", root.Digest)), amd64.Descriptor.Digest, client);

        Assert.AreEqual(root.Digest, listing.Root);
        CollectionAssert.AreEqual(
            new[] { "linux/amd64", "linux/arm64" }, listing.Platforms.Select(entry => entry.Platform!.ToString()).ToArray());
        CollectionAssert.AreEquivalent(
            new[] { $"Referrers {Bill} {root.Digest}", $"Tag .sig {root.Digest}", $"Referrers {Bill} {amd64.Descriptor.Digest}" },
            Describe(listing));
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow(300)]
    public async Task A_layout_shows_all_that_is_said_of_an_image_wherever_it_stands(int documents)
    {
        using var client = Client();
        var image = new Containerize.Images.ImageSet(Sample.Image());
        await new LayoutDestination(_folder["many"], Sample.Name("1"), new RecordingReporter()).WriteAsync(
            image,
            CancellationToken.None,
            new()
            {
                Referrers = [.. Enumerable.Range(0, documents)
                    .Select(number => Destinations.RegistryEvidenceTests.Document(image.Root.Descriptor, $"{number}"))],
            });

        var listing = await ImageListing.ReadAsync(
            new LayoutReference(_folder["many"], "1"), image.Root.Descriptor.Digest, client, new BlobStore(_folder["cache"]),
            CancellationToken.None);

        Assert.HasCount(documents, listing.Evidence);
    }

    [TestMethod]
    public async Task A_single_image_has_no_platforms_beside_it_and_nothing_is_said_of_it()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = Client();
        var image = registry.AddImage("app", "1", TestImage.Create());

        var listing = await ListAsync(new(new ImageReference(registry.Repository("app"), null, image.Digest)), image.Digest, client);

        Assert.IsEmpty(listing.Platforms);
        Assert.IsEmpty(listing.Evidence);
        Assert.AreEqual(image.Digest, listing.Root);
    }

    [TestMethod]
    public async Task A_layout_shows_the_evidence_that_a_build_put_there_and_its_image_is_found_without_a_tag()
    {
        var images = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64));
        var signature = new MemoryBlob(SimpleSigning.MediaType, "payload"u8.ToArray());
        var layer = new EvidenceLayer(signature, new Dictionary<string, string> { [SimpleSigning.SignatureAnnotation] = "c2ln" });
        var evidence = new Evidence
        {
            Referrers = [Referrer(images.Root.Descriptor), Referrer(images.Images[0].Manifest.Descriptor)],
            Images = [new(images.Root.Descriptor, SimpleSigning.TagOf(images.Root.Descriptor.Digest), [layer])],
        };
        await new LayoutDestination(_folder["layout"], Sample.Name("1"), new RecordingReporter())
            .WriteAsync(images, CancellationToken.None, evidence);
        using var client = Client();

        var opened = await new LayoutSource(_folder["layout"]).OpenAsync(Sample.Amd64, CancellationToken.None);
        var listing = await ImageListing.ReadAsync(
            new LayoutReference(_folder["layout"], null), opened.Image.Manifest.Descriptor.Digest, client, Cache(), CancellationToken.None);

        Assert.AreEqual(images.Root.Descriptor.Digest, listing.Root);
        CollectionAssert.AreEqual(
            images.Images.Select(image => image.Manifest.Descriptor.Digest).ToArray(),
            listing.Platforms.Select(entry => entry.Digest).ToArray());
        CollectionAssert.AreEquivalent(
            new[]
            {
                $"Referrers {Bill} {listing.Root}", $"Tag .sig {listing.Root}",
                $"Referrers {Bill} {opened.Image.Manifest.Descriptor.Digest}",
            },
            Describe(listing));
    }

    [TestMethod]
    public void An_attestation_of_BuildKit_stands_in_the_index_and_is_no_platform()
    {
        var image = Sample.Image().Manifest.Descriptor with { Platform = Sample.Amd64 };
        var attestation = Sample.Image(content: "says").Manifest.Descriptor with
        {
            Platform = new() { Os = "unknown", Architecture = "unknown" },
            Annotations = new Dictionary<string, string>
            {
                ["vnd.docker.reference.type"] = "attestation-manifest",
                ["vnd.docker.reference.digest"] = image.Digest.ToString(),
            },
        };

        var listing = ImageListing.Of(Digest.Of("root"u8), new() { Manifests = [image, attestation] }, image.Digest);

        Assert.AreEqual(image.Digest, listing.Platforms.Single().Digest);
        Assert.AreEqual(
            new ImageEvidence(image.Digest, "attestation-manifest", EvidencePlace.Index, attestation.Digest), listing.Evidence.Single());
    }

    private static string[] Describe(ImageListing listing) =>
        [.. listing.Evidence.Select(evidence => $"{evidence.Place} {evidence.Type} {evidence.Subject}")];

    private static Referrer Referrer(Descriptor subject) =>
        new(subject, Bill, new MemoryBlob(Bill, System.Text.Encoding.UTF8.GetBytes($"{subject.Digest}")), "spdx.json");

    private static async Task PutAsync(RegistryClient client, RepositoryReference repository, Descriptor subject)
    {
        var referrer = Referrer(subject);
        foreach (var blob in referrer.Blobs)
        {
            await client.PushBlobAsync(repository, blob, CancellationToken.None);
        }

        await client.PutReferrersAsync(
            repository, subject.Digest, [(referrer.Entry, referrer.Manifest.Memory)], CancellationToken.None);
    }

    private static RegistryClient Client() =>
        new(new RegistryOptions { Environment = _ => null, MaxRetries = 0 }, new RecordingReporter());

    private BlobStore Cache() => new(_folder["cache"]);

    private Task<ImageListing> ListAsync(RegistryReference reference, Digest image, RegistryClient client) =>
        ImageListing.ReadAsync(reference, image, client, Cache(), CancellationToken.None);
}
