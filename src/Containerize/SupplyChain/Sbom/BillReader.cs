using Containerize.Bases;
using Containerize.Building;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Finds out what an image consists of.</summary>
/// <param name="name">What the image is called: the last part of its repository.</param>
/// <param name="folders">Where NuGet keeps packages.</param>
/// <param name="debianDigests">The SHA-256 of packages of Debian, by name, version and architecture.</param>
/// <param name="cache">Has the layers, or takes them where they lie elsewhere.</param>
internal sealed class BillReader(
    string name,
    PackageFolders folders,
    IReadOnlyDictionary<(string Name, string Version, string Architecture), string> debianDigests,
    BlobStore cache)
{
    private const string DependencyEnding = ".deps.json";

    /// <summary>Reads an image. Layers that are not on this machine are fetched.</summary>
    /// <param name="dependencies">The full path of the app's file of dependencies, for images that have none themselves.</param>
    /// <exception cref="ContainerizeException">A layer cannot be read or fetched.</exception>
    internal async Task<Bill> ReadAsync(BuiltImage built, string? dependencies, CancellationToken cancellationToken)
    {
        var platform = built.Image.Config.Platform;
        var files = new LayerFiles(platform.IsWindows);
        foreach (var layer in built.Image.Layers.Skip(built.BaseLayers.Count))
        {
            await files.ReadAsync(await layer.Blob.VerifyAsync(cache, cancellationToken), layer.Blob.Descriptor.Digest, cancellationToken);
        }

        var digest = built.Image.Manifest.Descriptor.Digest;
        var image = new Component(ComponentKind.Image, name, digest.ToString())
        {
            PackageUrl = PackageUrl.Image(name, digest, platform),
            Sha256 = digest.Hex,
        };
        var app = new AppComponents(files.All, dependencies, PackagesOf(built), folders);
        var debian = platform.IsWindows ? null : new DebianComponents(await ImageTree.ReadAsync(
            built.Image.WithLayers(built.BaseLayers),
            [.. built.Image.Layers.Skip(built.BaseLayers.Count)],
            cache,
            TreeParts.All,
            cancellationToken), debianDigests);
        var owners = debian?.Owners(files.All) ?? [];
        var below = BaseOf(built, platform);
        IEnumerable<Component> components = [.. below is null ? [] : (Component[])[below], .. app.All, .. debian?.All ?? []];
        return new Bill(
            image,
            built.Image.Config.Created ?? DateTimeOffset.UnixEpoch,
            [.. components.DistinctBy(component => component.Reference)
                .OrderBy(component => component.Kind).ThenBy(component => component.Reference, StringComparer.Ordinal)],
            [.. files.All.Select(file => new BillFile(
                file.Key,
                file.Value.Sha1,
                file.Value.Sha256,
                file.Value.Layer.ToString(),
                owners.GetValueOrDefault(file.Key) ?? app.OwnerOf(file.Key) ?? image.Reference))])
        {
            Dependencies = app.Needs().Concat(debian?.Needs() ?? [])
                .GroupBy(need => need.From, StringComparer.Ordinal)
                .ToDictionary(
                    group => group.Key,
                    group => (IReadOnlyList<string>)[.. group.Select(need => need.To).Distinct(StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal)],
                    StringComparer.Ordinal),
        };
    }

    /// <summary>Whether a file tells of the app's dependencies.</summary>
    internal static bool IsDependencyFile(string path) => path.EndsWith(DependencyEnding, StringComparison.OrdinalIgnoreCase);

    // What a project calls a base may be a path of this machine, which does not belong into a document of the image.
    private static Component? BaseOf(BuiltImage built, Platform platform)
    {
        if (built.BaseDigest is not { } digest)
        {
            return null;
        }

        var reference = TryParse(built.BaseName);
        var name = reference is null ? "base" : reference.Repository.Name[(reference.Repository.Name.LastIndexOf('/') + 1)..];
        return new Component(ComponentKind.Base, name, reference?.Tag ?? digest.ToString())
        {
            PackageUrl = PackageUrl.Image(name, digest, platform, reference),
            Sha256 = digest.Hex,
        };
    }

    private static ImageReference? TryParse(string? name)
    {
        try
        {
            return name is not null && BaseImageReference.Parse(name, AppContext.BaseDirectory) is RegistryReference registry
                ? registry.Image : null;
        }
        catch (ContainerizeException)
        {
            // Not what a project may write.
            return null;
        }
    }

    private Dictionary<string, string> PackagesOf(BuiltImage built)
    {
        var layers = new LayerCache(cache);
        var packages = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in built.Layers.SelectMany(layer => layers.FindContent(layer.Inputs)?.Items ?? []))
        {
            if (item is { IsFile: true, Package: { } package })
            {
                packages[item.Path] = package;
            }
        }

        return packages;
    }
}
