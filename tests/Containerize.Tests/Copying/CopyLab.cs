using Containerize.Bases;
using Containerize.Copying;
using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;
using Containerize.Tests.SupplyChain;

namespace Containerize.Tests.Copying;

/// <summary>A registry with an index of two platforms, with referrers and a signature's tag, and what copies from it.</summary>
internal sealed class CopyLab : IAsyncDisposable
{
    private readonly ClientLab _lab;
    private readonly RegistryClient _client;

    private CopyLab(ClientLab lab, TestRegistry target)
    {
        (_lab, Target) = (lab, target);
        _client = new RegistryClient(lab.ClientOptions(), lab.Reporter, lab.Store);
    }

    internal TestRegistry Source => _lab.Registry;

    internal TestRegistry Target { get; }

    internal Descriptor Root { get; private set; } = null!;

    internal IReadOnlyList<TestImage> Images { get; } =
    [
        TestImage.Create(TestLayer.OfSize(200_000)),
        TestImage.Create(new Platform { Os = "linux", Architecture = "arm64" }, docker: false, null, TestLayer.OfSize(210_000, seed: 2)),
    ];

    internal string SourceName => $"{Source.Authority}/team/app:1.0";

    internal string TargetName => $"{Target.Authority}/prod/app:1.0";

    internal StoredManifest? Arrived => Target.FindManifest("prod/app", "1.0");

    internal string this[string path] => Path.Combine(_lab.Home, path);

    internal static async Task<CopyLab> StartAsync(TestRegistryOptions? source = null, TestRegistryOptions? target = null)
    {
        var lab = await ClientLab.StartAsync(source);
        var copy = new CopyLab(lab, await lab.AddRegistryAsync(target));
        copy.Root = copy.Source.AddIndex("team/app", "1.0", [.. copy.Images]);
        return copy;
    }

    /// <summary>Adds a referrer to the index and to its first image, one to the first referrer, and a signature under a tag.</summary>
    internal async Task<IReadOnlyList<Digest>> TellAsync(string signature = "one")
    {
        var about = RegistryEvidence.Document(Root, "index");
        await RegistryEvidence.PushAsync(_client, Source.Repository("team/app"), new()
        {
            Referrers =
            [
                about,
                RegistryEvidence.Document(Images[0].Descriptor, "image"),
                RegistryEvidence.Document(about.Manifest.Descriptor, "referrer"),
            ],
            Images = [ReferrerTests.Signature(signature, Root)],
        });
        return [Root.Digest, Images[0].Descriptor.Digest, about.Manifest.Descriptor.Digest];
    }

    internal async Task<IReadOnlyList<Descriptor>> ReferrersAsync(TestRegistry registry, string repository, Digest subject) =>
        await _client.ListReferrersAsync(registry.Repository(repository), subject, CancellationToken.None);

    internal Task<IReadOnlyList<DestinationResult>> CopyAsync(params string[] destinations) =>
        CopyFromAsync(SourceName, null, destinations);

    internal async Task<IReadOnlyList<DestinationResult>> CopyFromAsync(string source, Platform? platform, params string[] destinations)
    {
        var places = new CopyPlaces(_client, _lab.Store, _ => null, _lab.Reporter);
        var opened = await places.OpenSourceAsync(
            BaseImageReference.Parse(source, _lab.Home),
            reference => reference is DockerArchiveReference archive
                ? new DockerArchiveSource(archive.File, archive.Tag, _lab.Store).OpenAsync(TestImage.LinuxX64, CancellationToken.None)
                : throw new InvalidOperationException(),
            CancellationToken.None);
        var image = await new CopyReader(opened, _lab.Store, _lab.Reporter).ReadAsync(platform, true, CancellationToken.None);
        return await ImageCopy.RunAsync(
            image, [.. destinations.Select(text => places.OpenDestination(text, _lab.Home))], CancellationToken.None);
    }

    /// <summary>Pushes within a budget, as builds have one.</summary>
    internal async Task<IReadOnlyList<DestinationResult>> PushAsync(UploadBudget budget, params TestRegistry[] targets)
    {
        var source = new RegistryCopySource(_client, ImageReference.Parse(SourceName));
        var image = await new CopyReader(source, _lab.Store, _lab.Reporter).ReadAsync(null, true, CancellationToken.None);
        var places = new CopyPlaces(_client, _lab.Store, _ => null, _lab.Reporter);
        return await ImageCopy.RunAsync(
            image,
            [.. targets.Select(target => places.OpenRepository(target.Repository("prod/app"), ["1.0"], budget))],
            CancellationToken.None);
    }

    internal async Task<ContainerizeException> FailAsync(params string[] destinations) =>
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => CopyAsync(destinations));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _lab.DisposeAsync();
    }

    // The tests of evidence have both.
    private static class RegistryEvidence
    {
        internal static Containerize.SupplyChain.Referrer Document(Descriptor subject, string text) =>
            Destinations.RegistryEvidenceTests.Document(subject, text);

        internal static Task PushAsync(RegistryClient client, RepositoryReference target, Containerize.SupplyChain.Evidence evidence) =>
            new Containerize.Destinations.RegistryEvidence(client, target, new ListReporter())
                .PushAsync(evidence, CancellationToken.None);
    }
}

internal static class CopiedImages
{
    /// <summary>The digest of an image's only layer.</summary>
    internal static Digest LayerDigest(this TestImage image) => Digest.Of(image.Layers[0].Content.Span);
}
