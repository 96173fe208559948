using Containerize.Images;
using Containerize.Pages;

namespace Containerize.Inspection;

/// <summary>How something of an image differs from another image.</summary>
internal enum ChangeKind
{
    /// <summary>Only the second image has it.</summary>
    Added,

    /// <summary>Only the first image has it.</summary>
    Removed,

    /// <summary>Both have it, in different forms.</summary>
    Changed,
}

/// <summary>A layer that only one of two images has.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Layer">The layer.</param>
internal sealed record LayerDifference(ChangeKind Kind, Layer Layer);

/// <summary>A file that differs.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Before">What the first image has; null for nothing.</param>
/// <param name="After">What the second image has; null for nothing.</param>
internal sealed record FileDifference(string Path, LayerFile? Before, LayerFile? After)
{
    /// <summary>How it differs.</summary>
    public ChangeKind Kind => Before is null ? ChangeKind.Added : After is null ? ChangeKind.Removed : ChangeKind.Changed;

    /// <summary>What of it is different, in the order in which people ask for it.</summary>
    public IReadOnlyList<string> What => Before is null || After is null ? [] :
    [
        .. new[]
        {
            (Name: "kind", Differs: Before.Kind != After.Kind),
            (Name: "content", Differs: Before.Content != After.Content),
            (Name: "target", Differs: Before.LinkTarget != After.LinkTarget),
            (Name: "mode", Differs: Before.Mode != After.Mode),
            (Name: "owner", Differs: Before.Owner != After.Owner),
        }.Where(each => each.Differs).Select(each => each.Name),
    ];
}

/// <summary>A package that differs.</summary>
/// <param name="Package">Its kind and name.</param>
/// <param name="Before">The versions that the first image has.</param>
/// <param name="After">The versions that the second image has.</param>
internal sealed record PackageDifference((PackageKind Kind, string Name) Package, IReadOnlyList<string> Before, IReadOnlyList<string> After)
{
    /// <summary>How it differs.</summary>
    public ChangeKind Kind => Before.Count == 0 ? ChangeKind.Added : After.Count == 0 ? ChangeKind.Removed : ChangeKind.Changed;
}

/// <summary>A setting that differs.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Before">The values that only the first image has.</param>
/// <param name="After">The values that only the second image has.</param>
internal sealed record SettingDifference(string Name, IReadOnlyList<string> Before, IReadOnlyList<string> After);

/// <summary>How one image differs from another: what a deployment of the second in the place of the first changes.</summary>
/// <param name="Layers">Layers, by their diffIDs: another compression is no difference.</param>
/// <param name="Files">Files that a container sees, by path. The times of files are not compared.</param>
/// <param name="Packages">Packages, by kind and name.</param>
/// <param name="Settings">Platform and config. Secrets in it are hidden, so two different ones are not told apart here; the layers'
/// and the config's digests do that.</param>
internal sealed record ImageDifferences(
    IReadOnlyList<LayerDifference> Layers,
    IReadOnlyList<FileDifference> Files,
    IReadOnlyList<PackageDifference> Packages,
    IReadOnlyList<SettingDifference> Settings)
{
    /// <summary>Whether the configs differ, byte by byte: they may in what is no setting, like a time.</summary>
    public bool OtherConfig { get; private init; }

    /// <summary>Whether a container of either image, and a pull of it, gets the same.</summary>
    public bool AreNone => Layers.Count + Files.Count + Packages.Count + Settings.Count == 0 && !OtherConfig;

    /// <summary>Compares two images.</summary>
    internal static ImageDifferences Between(ImageContents before, ImageContents after) => new(
        [.. LayersOf(before.Image, after.Image)],
        [.. FilesOf(before, after)],
        [.. PackagesOf(before.Packages, after.Packages)],
        [.. SettingsOf(before.Image.Config, after.Image.Config)])
    {
        OtherConfig = before.Image.Config.Blob.Descriptor.Digest != after.Image.Config.Blob.Descriptor.Digest,
    };

    private static IEnumerable<LayerDifference> LayersOf(Image before, Image after)
    {
        var (old, now) = (before.Config.DiffIds.ToHashSet(), after.Config.DiffIds.ToHashSet());
        return before.Layers.Where(layer => !now.Contains(layer.DiffId)).Select(layer => new LayerDifference(ChangeKind.Removed, layer))
            .Concat(after.Layers.Where(layer => !old.Contains(layer.DiffId)).Select(layer => new LayerDifference(ChangeKind.Added, layer)));
    }

    private static IEnumerable<FileDifference> FilesOf(ImageContents before, ImageContents after) =>
        from path in before.Files.Keys.Union(after.Files.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
        let difference = new FileDifference(
            path, before.Files.GetValueOrDefault(path)?.File, after.Files.GetValueOrDefault(path)?.File)
        where difference.Kind != ChangeKind.Changed || difference.What.Count > 0
        select difference;

    private static IEnumerable<PackageDifference> PackagesOf(ImagePackages before, ImagePackages after)
    {
        var (old, now) = (VersionsOf(before), VersionsOf(after));
        return from package in old.Select(versions => versions.Key).Union(now.Select(versions => versions.Key))
               orderby package.Kind, package.Name
               let difference = new PackageDifference(package, [.. old[package]], [.. now[package]])
               where !difference.Before.SequenceEqual(difference.After)
               select difference;
    }

    private static ILookup<(PackageKind Kind, string Name), string> VersionsOf(ImagePackages packages) =>
        packages.All.ToLookup(package => (package.Kind, package.Name), package => package.Version);

    /// <summary>Compares the settings of two images, without their layers.</summary>
    internal static IEnumerable<SettingDifference> SettingsOf(ImageConfig before, ImageConfig after)
    {
        var (old, now) = (ValuesOf(before), ValuesOf(after));
        return from name in old.Keys.Union(now.Keys)
               let was = old.GetValueOrDefault(name) ?? []
               let values = now.GetValueOrDefault(name) ?? []
               where !was.SequenceEqual(values)
               let same = IsSet(name) ? was.Intersect(values).ToHashSet() : []
               let difference = new SettingDifference(
                   name, [.. was.Where(value => !same.Contains(value))], [.. values.Where(value => !same.Contains(value))])
               where difference.Before.Count + difference.After.Count > 0
               select difference;
    }

    // Arguments mean something together, variables one by one.
    private static bool IsSet(string name) => name is "Environment" or "Labels" or "Ports" or "Volumes";

    private static Dictionary<string, IReadOnlyList<string>> ValuesOf(ImageConfig config) =>
        RunFacts.Read(config).Settings.Prepend(new RunSetting("Platform", [config.Platform.ToString()]))
            .ToDictionary(setting => setting.Name, setting => setting.Values, StringComparer.Ordinal);
}
