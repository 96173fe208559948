using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests.Tools;

/// <summary>Reads manifests, and what refers to them, from the registry of Debian, and puts signatures there that a test makes.</summary>
/// <param name="registry">The registry; it is not stopped with this.</param>
internal sealed class EvidenceClient(RegistryServer registry) : IDisposable
{
    private readonly RegistryClient _client = new(new RegistryOptions(), new RecordingReporter());
    private readonly TemporaryDirectory _folder = new();

    /// <summary>Reads a manifest or an index.</summary>
    internal async Task<RawDocument> ReadAsync(string repository, string tagOrDigest) =>
        await _client.TryGetManifestAsync(Of(repository), tagOrDigest, default)
        ?? throw new InvalidOperationException($"There is no {repository}, {tagOrDigest}.");

    /// <summary>Reads the bytes of a blob.</summary>
    internal async Task<byte[]> ReadAsync(string repository, Descriptor blob)
    {
        await using var stream = await _client.CreateBlob(Of(repository), blob).OpenReadAsync(default);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    /// <summary>What refers to a manifest or an index.</summary>
    internal Task<IReadOnlyList<Descriptor>> ReferrersAsync(string repository, Digest subject) =>
        _client.ListReferrersAsync(Of(repository), subject, default);

    /// <summary>The first layer of the only referrer of a type; of a bundle, the one whose annotation names the predicate type.</summary>
    internal async Task<byte[]> PayloadAsync(string repository, Digest subject, string artifactType, string? predicateType = null)
    {
        var entry = (await ReferrersAsync(repository, subject)).Single(each => each.ArtifactType == artifactType
            && (predicateType is null || each.Annotations?["dev.sigstore.bundle.predicateType"] == predicateType));
        var manifest = OciJson.ReadManifest(await ReadAsync(repository, entry.Digest.ToString()), repository);
        return await ReadAsync(repository, manifest.Layers[0]);
    }

    /// <summary>Puts the only referrer of a type, as it is, beside another image.</summary>
    internal async Task PushAsync(string repository, Digest subject, string artifactType, string otherRepository, Descriptor other)
    {
        var entry = (await ReferrersAsync(repository, subject)).Single(each => each.ArtifactType == artifactType);
        var manifest = OciJson.ReadManifest(await ReadAsync(repository, entry.Digest.ToString()), repository) with { Subject = other };
        var blobs = new List<MemoryBlob>();
        foreach (var blob in manifest.Layers.Prepend(manifest.Config))
        {
            blobs.Add(new MemoryBlob(blob.MediaType, await ReadAsync(repository, blob)));
        }

        var referrer = new Referrer(manifest, new MemoryBlob(MediaTypes.OciManifest, OciJson.Write(manifest)), blobs, "json");
        await PushAsync(otherRepository, [referrer]);
    }

    /// <summary>Puts signatures and other documents beside an image.</summary>
    internal Task PushAsync(string repository, IReadOnlyList<Referrer> referrers, params IReadOnlyList<EvidenceImage> images) =>
        new RegistryEvidence(_client, Of(repository), new RecordingReporter()).PushAsync(
            Evidence.None with { Referrers = referrers, Images = images }, default);

    /// <summary>Puts an image that has no signature into a repository, with the tag <c>1</c>. Other numbers give other images.</summary>
    internal async Task<Descriptor> SeedAsync(string repository, int content)
    {
        var layout = _folder[$"{repository.Replace('/', '-')}-{content}"];
        TestImage.WriteLayout(layout, ("1", TestImage.Create(TestLayer.OfSize(1000, content))));
        await registry.SeedAsync($"{layout}:1", $"{repository}:1");
        return (await ReadAsync(repository, "1")).Descriptor;
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    private RepositoryReference Of(string repository) => new(registry.Host, repository);
}
