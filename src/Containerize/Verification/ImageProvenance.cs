using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Files;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Statements;

namespace Containerize.Verification;

/// <summary>What the provenance of an image says that a rebuild needs.</summary>
/// <param name="Commit">The commit of the source; null when it is not said.</param>
/// <param name="Sdk">The version of the .NET SDK; null when it is not said.</param>
/// <param name="Properties">The properties that were set.</param>
internal sealed record ImageProvenance(string? Commit, string? Sdk, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Finds the provenance of an image, among what refers to it in a registry or a layout.</summary>
    /// <param name="place">Where the image is; in a registry by digest.</param>
    /// <param name="image">The digest of the image.</param>
    /// <param name="reporter">Is told when it cannot be read: the comparison needs none.</param>
    /// <returns>What it says; null when there is none.</returns>
    internal static async Task<ImageProvenance?> FindAsync(
        BaseImageReference place,
        Digest image,
        RegistryClient registries,
        BlobStore cache,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        try
        {
            var listing = await ImageListing.ReadAsync(place, image, registries, cache, cancellationToken);
            foreach (var evidence in listing.Evidence.Where(
                each => each.Type == Attestation.MediaType && each.Place == EvidencePlace.Referrers && each.Subject == image))
            {
                if (Read(await PayloadAsync(place, evidence.Digest, registries, cache, cancellationToken)) is { } provenance)
                {
                    return provenance;
                }
            }
        }
        catch (ContainerizeException failure)
        {
            reporter.Detail($"The provenance of the image could not be read: {failure.Message}");
        }

        return null;
    }

    /// <summary>Reads an in-toto statement.</summary>
    /// <returns>What it says; null when it is no provenance of a build of Containerize.</returns>
    internal static ImageProvenance? Read(ReadOnlySpan<byte> statement)
    {
        var root = OciJson.TryReadObject(statement);
        if (Text(root, "predicateType") != ProvenanceWriter.PredicateType
            || root?["predicate"] is not JsonObject predicate
            || predicate["buildDefinition"] is not JsonObject build
            || Text(build, "buildType") != ProvenanceWriter.BuildType)
        {
            return null;
        }

        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in (build["externalParameters"] as JsonObject)?["properties"] as JsonObject ?? [])
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var set))
            {
                properties[name] = set;
            }
        }

        var commit = (build["resolvedDependencies"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(each => Text(each["digest"], "gitCommit")).FirstOrDefault(each => each is not null);
        return new(commit, Text(build["internalParameters"], "dotnetSdk"), properties);
    }

    private static string? Text(JsonNode? parent, string name) =>
        (parent as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static async Task<byte[]> PayloadAsync(
        BaseImageReference place, Digest manifest, RegistryClient registries, BlobStore cache, CancellationToken cancellationToken)
    {
        if (place is RegistryReference { Image: var image })
        {
            var source = new RegistrySource(registries, image, tags: null, cache, prefetch: false);
            var document = await source.ManifestAsync(manifest, cancellationToken);
            var payload = PayloadOf(OciJson.ReadManifest(document, image.ToString()));
            var file = payload is null ? null : await registries.FetchAsync(image.Repository, payload, cache, cancellationToken);
            return file is null ? [] : RegularFile.ReadAllBytes(file.Path);
        }

        ImageFiles? files = place switch
        {
            LayoutReference layout => new DirectoryFiles(layout.Directory),
            OciArchiveReference archive => await ArchiveFiles.OpenAsync(archive.File, cache, cancellationToken),
            _ => null,
        };
        if (files is null || await files.ReadAsync(Layout.PathOf(manifest), cancellationToken) is not { } content
            || PayloadOf(OciJson.ReadManifest(RawDocument.Of(MediaTypes.OciManifest, content), files.Origin)) is not { } layer)
        {
            return [];
        }

        return (await files.ReadAsync(layer, cancellationToken, RegularFile.MaxDocument)).Content.ToArray();
    }

    private static Descriptor? PayloadOf(Manifest manifest) =>
        manifest.Layers is [var only] && only.Size <= RegularFile.MaxDocument ? only : null;
}
