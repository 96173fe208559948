using Containerize.Copying;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Starting;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Rebasing;

/// <summary>Opens a base for a platform.</summary>
internal delegate Task<BaseImage> BaseOpening(Platform platform, CancellationToken cancellationToken);

/// <summary>Puts images that exist on another base: nothing is built, and the layers of the app keep their bytes.</summary>
/// <param name="onto">Opens the base that the image is put on. It is told which one the image names; null where that is in no registry.
/// </param>
/// <param name="from">Opens the base that the image has, where the user names it; null for the one that the image names.</param>
/// <param name="atRegistry">Opens an image of a registry.</param>
/// <param name="cache">Takes what is fetched.</param>
/// <param name="directory">Takes files of layers for a while; a full path, made when it is needed.</param>
/// <param name="reporter">Takes warnings.</param>
internal sealed class Rebase(
    Func<ImageReference?, BaseOpening> onto,
    BaseOpening? from,
    Func<ImageReference, BaseOpening> atRegistry,
    BlobStore cache,
    string directory,
    IReporter reporter)
{
    /// <summary>Puts an image, or each image of an index, on the other base. Nothing is written anywhere.</summary>
    /// <param name="image">The image.</param>
    /// <exception cref="ContainerizeException">Why that cannot be done without a build: see <see cref="DiagnosticCode.BaseUnknown"/> and
    /// the codes that follow it. Or what a source says.</exception>
    internal async Task<RebasedSet> RunAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        var before = await RunnableImages.ReadAsync(image, cache, cancellationToken) ?? throw new ContainerizeException(
            DiagnosticCode.InvalidDocument, $"{image.Origin} has no image that a base could be changed of.");
        var rebased = new List<RebasedImage>();
        foreach (var one in before.Images)
        {
            rebased.Add(await RunAsync(one, image.Origin, cancellationToken));
        }

        return new(image, rebased, SetOf(image.Graph.Root, before.Images, [.. rebased.Select(each => each.Image)]));
    }

    private async Task<RebasedImage> RunAsync(Image image, string origin, CancellationToken cancellationToken)
    {
        // Another version of Windows, or features of it, are the base's.
        var platform = image.Config.Platform with { OsVersion = null, OsFeatures = null };
        var record = BaseRecord.Of(image);
        var oldBase = await OpenOldAsync(record, platform, origin, cancellationToken);
        var newBase = await onto(record.Called)(platform, cancellationToken);
        if (newBase.Name is null)
        {
            throw new ContainerizeException(
                DiagnosticCode.OtherKindOfBase, $"'scratch' is the empty image: {origin} cannot lose its base without a build.");
        }

        var names = new BaseNames(record.Name ?? oldBase.Name ?? "scratch", newBase.Name);
        RequireLowest(image, oldBase, names, origin);
        var part = new OwnPart(image, oldBase.Image, record);
        var made = part.On(newBase);
        var isExact = record.Name is { } name
            && part.On(oldBase with { Name = name }).Manifest.Descriptor.Digest == image.Manifest.Descriptor.Digest;
        var result = new RebasedImage(image, made, oldBase, newBase, isExact, []);
        return result.IsUnchanged ? result : result with { Findings = await CheckAsync(result, part, names, cancellationToken) };
    }

    private async Task<BaseImage> OpenOldAsync(
        BaseRecord record, Platform platform, string origin, CancellationToken cancellationToken)
    {
        if (from is not null)
        {
            return await from(platform, cancellationToken);
        }

        if (record.Pinned is not { } place)
        {
            throw new ContainerizeException(
                DiagnosticCode.BaseUnknown,
                record.Name is { } name
                    ? (Message)$"{origin} calls its base '{name}', which is in no registry. Say where it is with --from."
                    : (Message)$"{origin} does not say which base it has: it has no annotation {BaseRecord.NameKey}. Name it with --from.");
        }

        try
        {
            return await atRegistry(place)(platform, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code is DiagnosticCode.BaseImageNotFound or DiagnosticCode.PlatformNotFound)
        {
            throw new ContainerizeException(
                DiagnosticCode.OldBaseUnavailable,
                $"The base that {origin} has, {place}, is not there any more, so what of the image is its own cannot be told. "
                + $"Name a copy of it with --from, or build the image again. {(Message)failure.Message}",
                failure);
        }
    }

    private static void RequireLowest(Image image, BaseImage oldBase, BaseNames names, string origin)
    {
        var below = oldBase.Image.Config.DiffIds;
        if (below.Count > image.Config.DiffIds.Count || !below.SequenceEqual(image.Config.DiffIds.Take(below.Count)))
        {
            throw new ContainerizeException(
                DiagnosticCode.NotOnBase,
                $"The lowest layers of {origin} are not those of {names.Before} ({oldBase.Image.Manifest.Descriptor.Digest}). A tag may "
                + $"have moved since the image was built: name the base by its digest with --from.");
        }
    }

    private async Task<IReadOnlyList<StartFinding>> CheckAsync(
        RebasedImage rebased, OwnPart part, BaseNames names, CancellationToken cancellationToken)
    {
        if (rebased.Image.Config.Platform.IsWindows)
        {
            BaseFit.RequireIndependent(part, names);
            return [];
        }

        var (before, after) = (rebased.OldBase.Image, rebased.NewBase.Image);
        var oldTree = await ImageTree.ReadAsync(before, cache, TreeParts.All, cancellationToken);
        var newTree = await ImageTree.ReadAsync(after, cache, TreeParts.All, cancellationToken);
        BaseKind.Of(after.Config, newTree).RequireLike(BaseKind.Of(before.Config, oldTree), names);
        var place = Path.Combine(directory, Path.GetRandomFileName());
        Directory.CreateDirectory(place);
        try
        {
            var files = await OwnFiles.ReadAsync(part.Layers, cache, place, cancellationToken);
            new BaseFit(oldTree, newTree, names).Require(part, files, (rebased.Before.Config.User, rebased.Image.Config.User));
            return await CheckStartAsync(rebased, files, names, cancellationToken);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private async Task<IReadOnlyList<StartFinding>> CheckStartAsync(
        RebasedImage rebased, OwnFiles files, BaseNames names, CancellationToken cancellationToken)
    {
        var config = rebased.Image.Config;
        var ports = config.ExposedPorts.Except(rebased.NewBase.Image.Config.ExposedPorts).Select(Port.TryParse).OfType<Port>();
        var check = new StartCheck(
            rebased.Image,
            rebased.NewBase.Image.Layers.Count + files.Removing,
            [.. files.Entries.Where(entry => entry.Layer >= files.Removing).Select(entry => entry.Entry)],
            [.. ports],
            IsInvariant: false);
        var found = await check.FindAsync(cache, reporter, cancellationToken);
        if (found.FirstOrDefault(finding => finding.IsCertain) is { } certain)
        {
            throw new ContainerizeException(
                DiagnosticCode.WouldNotStart,
                $"The image would not start on {names.Onto}. {(Message)certain.Text} ({ContainerizeException.Format(certain.Code)})");
        }

        foreach (var finding in found)
        {
            reporter.Warning(finding.Code, finding.Text);
        }

        return found;
    }

    // What the old index says besides what its images have in common is its own.
    private static ImageSet SetOf(RawDocument root, IReadOnlyList<Image> before, IReadOnlyList<Image> after)
    {
        if (!MediaTypes.IsIndex(root.Descriptor.MediaType))
        {
            return ImageSet.Of(after);
        }

        var index = OciJson.ReadIndex(root, "the index");
        var common = before.Count == 1 ? [] : ImageSet.CommonAnnotations(before);
        var own = (index.Annotations ?? new Dictionary<string, string>())
            .Where(annotation => common.GetValueOrDefault(annotation.Key) != annotation.Value)
            .ToDictionary(StringComparer.Ordinal);
        var entry = index.Manifests.FirstOrDefault(manifest => manifest.Digest == before[0].Manifest.Descriptor.Digest);
        return ImageSet.Of(after, own, entry?.Annotations);
    }
}
