using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>Opens the places that users name, in skopeo's words, to copy from and to.</summary>
/// <param name="client">Talks to registries.</param>
/// <param name="cache">Takes what is fetched.</param>
/// <param name="environment">Reads environment variables.</param>
/// <param name="reporter">Takes what destinations have to say.</param>
internal sealed class CopyPlaces(RegistryClient client, BlobStore cache, Func<string, string?> environment, IReporter reporter)
{
    /// <summary>Opens a source.</summary>
    /// <param name="reference">The image.</param>
    /// <param name="openSingle">Opens an image of a place that has no manifests.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>: there is nothing to copy; or what the place
    /// says.</exception>
    internal async Task<ICopySource> OpenSourceAsync(
        BaseImageReference reference, Func<BaseImageReference, Task<BaseImage>> openSingle, CancellationToken cancellationToken) =>
        reference switch
        {
            RegistryReference registry => new RegistryCopySource(client, registry.Image),
            LayoutReference layout => await OpenLayoutAsync(layout.Directory, Names(layout.Tag), cancellationToken),
            OciArchiveReference archive => await OpenArchiveAsync(archive.File, Names(archive.Tag), cancellationToken),
            DockerArchiveReference archive when await openSingle(archive) is var image => new SingleImageSource(
                image, $"'{(Message)archive.File}'", image.OwnName is { } name ? CopyName.OfEngine(name) : CopyName.None),
            EngineReference engine => new SingleImageSource(
                await openSingle(engine), $"{engine.Engine} ({(Message)engine.Image})", CopyName.OfEngine(engine.Image)),
            _ => throw new ContainerizeException(
                DiagnosticCode.InvalidReference, $"scratch and debian-packages: are bases of builds, and no images that could be copied."),
        };

    /// <summary>Opens a layout directory.</summary>
    /// <param name="directory">A full path.</param>
    /// <param name="names">What the image may be called in it, the best name first; none for the only image.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.BaseImageNotFound"/>, or what is wrong with it.</exception>
    internal static async Task<ICopySource> OpenLayoutAsync(
        string directory, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        Directory.Exists(directory)
            ? await LayoutCopySource.OpenAsync(new DirectoryFiles(directory), names, cancellationToken)
            : throw new ContainerizeException(DiagnosticCode.BaseImageNotFound, $"The OCI layout '{directory}' does not exist.");

    /// <summary>Opens an archive of a layout.</summary>
    /// <param name="file">A full path.</param>
    /// <param name="names">What the image may be called in it, the best name first; none for the only image.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.BaseImageNotFound"/>, or what is wrong with it.</exception>
    internal async Task<ICopySource> OpenArchiveAsync(
        string file, IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        await LayoutCopySource.OpenAsync(await ArchiveFiles.OpenAsync(file, cache, cancellationToken), names, cancellationToken);

    /// <summary>Opens a destination; nothing is contacted or written yet.</summary>
    /// <param name="text">What the user writes.</param>
    /// <param name="baseDirectory">Where relative paths start, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal ICopyDestination OpenDestination(string text, string baseDirectory) =>
        BaseImageReference.Parse(text, baseDirectory) switch
        {
            RegistryReference { Image: { Digest: null, Tag: { } tag } image } =>
                OpenRepository(image.Repository, [tag]),
            RegistryReference registry => throw new ContainerizeException(
                DiagnosticCode.InvalidReference,
                $"'{registry.Image}' has a digest, and a destination is named by a tag. The digest stays the source's."),
            LayoutReference layout => new LayoutCopy(layout.Directory, NameOf(layout.Tag), cache, reporter),
            OciArchiveReference archive => new ArchiveCopy(ArchiveAt(archive.File), NameOf(archive.Tag), cache, reporter),
            DockerArchiveReference archive => new ArchiveCopy(ArchiveAt(archive.File), NameOf(archive.Tag), cache, reporter),
            EngineReference engine => new EngineCopy(engine.Engine, EngineName(engine.Image), cache, environment, reporter),
            _ => throw new ContainerizeException(
                DiagnosticCode.InvalidReference, $"'{text}' is no place that an image could be copied to."),
        };

    /// <summary>Opens a repository as a destination; nothing is contacted yet.</summary>
    /// <param name="tags">The tags to move; at least one.</param>
    /// <param name="budget">How much may be sent; null for as much as it takes.</param>
    internal ICopyDestination OpenRepository(
        RepositoryReference repository, IReadOnlyList<string> tags, UploadBudget? budget = null) =>
        new RegistryCopy(client, repository, tags, cache, reporter, budget);

    private static IReadOnlyList<string> Names(string? tag) => tag is null ? [] : [tag];

    private static CopyName? NameOf(string? tag) => tag is null ? null : CopyName.Parse(tag);

    private static string ArchiveAt(string path) => !ArchiveDestination.IsDirectory(path) ? path : throw new ContainerizeException(
        DiagnosticCode.InvalidReference,
        $"'{path}' is a directory, and an archive is a file. Add a file's name, or write oci: for a layout.");

    // Podman takes names as they are: without a registry, none is put before it.
    private static ImageName EngineName(string text)
    {
        var image = ImageReference.Parse(text);
        var tag = image.Tag ?? "latest";
        var bare = image.Tag is null ? text : text[..^(image.Tag.Length + 1)];
        return image.Digest is not null
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidReference, $"'{text}' has a digest, and an engine calls images by a name and a tag.")
            : text.StartsWith(image.Repository.Registry + "/", StringComparison.OrdinalIgnoreCase)
            ? new(image.Repository.Registry, image.Repository.Name, [tag])
            : new(null, bare, [tag]);
    }
}
