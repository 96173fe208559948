using Containerize.Bases;
using Containerize.Building;
using Containerize.Images;
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
        var below = new BillBase(built.BaseLayers.Count, built.BaseName, built.BaseDigest);
        var files = await ReadFilesAsync(built.Image, below, cancellationToken);
        var app = new AppComponents(files.All, dependencies, PackagesOf(built), folders);
        return await MakeAsync(built.Image, below, files, app.All, app.OwnerOf, app.Needs(), cancellationToken);
    }

    /// <summary>
    /// Reads an image whose own layers are those of another one: what they hold is known from that one's bill, the rest is read.
    /// </summary>
    /// <param name="before">The bill of the other image.</param>
    /// <returns>The bill; null when the other bill does not have the files of these layers.</returns>
    /// <exception cref="ContainerizeException">A layer cannot be read or fetched.</exception>
    internal async Task<Bill?> ReadAsync(Image image, BillBase below, Bill before, CancellationToken cancellationToken)
    {
        var files = await ReadFilesAsync(image, below, cancellationToken);
        // A bill that has a file twice is none of ours, either.
        if (before.Files.Count != files.All.Count
            || before.Files.DistinctBy(file => file.Path).Count() != files.All.Count
            || !before.Files.All(file => files.All.TryGetValue(file.Path, out var found)
                && (found.Sha1, found.Sha256, found.Layer.ToString()) == (file.Sha1, file.Sha256, file.Layer)))
        {
            return null;
        }

        var kept = before.Components.Where(component => component.Kind
            is not (ComponentKind.Base or ComponentKind.OperatingSystem or ComponentKind.Debian)).ToList();
        var references = kept.Select(component => component.Reference).ToHashSet(StringComparer.Ordinal);
        var owners = before.Files.Where(file => references.Contains(file.Component))
            .ToDictionary(file => file.Path, file => file.Component, StringComparer.Ordinal);
        var needs = from need in before.Dependencies
                    where references.Contains(need.Key)
                    from other in need.Value
                    where references.Contains(other)
                    select (need.Key, other);
        return await MakeAsync(image, below, files, kept, owners.GetValueOrDefault, needs, cancellationToken);
    }

    private async Task<LayerFiles> ReadFilesAsync(Image image, BillBase below, CancellationToken cancellationToken)
    {
        var files = new LayerFiles(image.Config.Platform.IsWindows);
        foreach (var layer in image.Layers.Skip(below.Layers))
        {
            await files.ReadAsync(await layer.Blob.VerifyAsync(cache, cancellationToken), layer.Blob.Descriptor.Digest, cancellationToken);
        }

        return files;
    }

    private async Task<Bill> MakeAsync(
        Image image,
        BillBase below,
        LayerFiles files,
        IEnumerable<Component> app,
        Func<string, string?> ownerOf,
        IEnumerable<(string From, string To)> needs,
        CancellationToken cancellationToken)
    {
        var platform = image.Config.Platform;
        var digest = image.Manifest.Descriptor.Digest;
        var described = new Component(ComponentKind.Image, name, digest.ToString())
        {
            PackageUrl = PackageUrl.Image(name, digest, platform),
            Sha256 = digest.Hex,
        };
        var debian = platform.IsWindows ? null : new DebianComponents(await ImageTree.ReadAsync(
            image.WithLayers([.. image.Layers.Take(below.Layers)]),
            [.. image.Layers.Skip(below.Layers)],
            cache,
            TreeParts.All,
            cancellationToken), debianDigests);
        var owners = debian?.Owners(files.All) ?? [];
        IEnumerable<Component> components =
            [.. BaseOf(below, platform) is { } onto ? (Component[])[onto] : [], .. app, .. debian?.All ?? []];
        return new Bill(
            described,
            image.Config.Created ?? DateTimeOffset.UnixEpoch,
            [.. components.DistinctBy(component => component.Reference)
                .OrderBy(component => component.Kind).ThenBy(component => component.Reference, StringComparer.Ordinal)],
            [.. files.All.Select(file => new BillFile(
                file.Key,
                file.Value.Sha1,
                file.Value.Sha256,
                file.Value.Layer.ToString(),
                owners.GetValueOrDefault(file.Key) ?? ownerOf(file.Key) ?? described.Reference))])
        {
            Dependencies = BillDocument.Group(needs.Concat(debian?.Needs() ?? [])),
        };
    }

    /// <summary>Whether a file tells of the app's dependencies.</summary>
    internal static bool IsDependencyFile(string path) => path.EndsWith(DependencyEnding, StringComparison.OrdinalIgnoreCase);

    // What a project calls a base may be a path of this machine, which does not belong into a document of the image.
    private static Component? BaseOf(BillBase below, Platform platform)
    {
        if (below.Digest is not { } digest)
        {
            return null;
        }

        var (shown, reference) = NameOf(below.Name);
        return new Component(ComponentKind.Base, shown, reference?.Tag ?? digest.ToString())
        {
            PackageUrl = PackageUrl.Image(shown, digest, platform, reference),
            Sha256 = digest.Hex,
        };
    }

    /// <summary>What documents call a base.</summary>
    /// <param name="name">What the project calls it.</param>
    internal static string BaseUrl(string? name, Digest digest, Platform platform) =>
        NameOf(name) is var (shown, reference) ? PackageUrl.Image(shown, digest, platform, reference) : "";

    private static (string Shown, ImageReference? Reference) NameOf(string? name) => TryParse(name) is { } reference
        ? (reference.Repository.Name[(reference.Repository.Name.LastIndexOf('/') + 1)..], reference) : ("base", null);

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

/// <summary>What an image stands on.</summary>
/// <param name="Layers">How many of its layers are the base's.</param>
/// <param name="Name">What the project calls the base; null for an image from nothing.</param>
/// <param name="Digest">The digest of the base's manifest; null for an image from nothing.</param>
internal sealed record BillBase(int Layers, string? Name, Digest? Digest);
