using Containerize.Files;
using Containerize.Images;

namespace Containerize.Destinations;

/// <summary>
/// A tar archive that skopeo, podman, containerd and every Docker read: an OCI layout with Docker's own list of images in it.
/// The same image gives the same bytes; a path that ends in <c>.tar.gz</c> or <c>.tgz</c> gets them in gzip.
/// </summary>
internal sealed class ArchiveDestination : IImageDestination
{
    private const string Kind = "archive";

    private readonly string _path;
    private readonly ImageName _name;
    private readonly IReporter _reporter;

    /// <summary>Creates the destination.</summary>
    /// <param name="path">The archive, or a directory for it, see <see cref="PathOf"/>; a full path.</param>
    /// <param name="name">What the image is called in the archive.</param>
    /// <param name="reporter">Is told when an archive is left as it is.</param>
    public ArchiveDestination(string path, ImageName name, IReporter reporter)
    {
        _path = path;
        _name = name;
        _reporter = reporter;
    }

    /// <summary>Where the archive goes: the path itself, or, for a directory, a file in it that is named after the last part of the repository.</summary>
    /// <param name="path">A file, an existing directory, or a directory that ends with a separator; a full path.</param>
    /// <param name="name">The image's name.</param>
    public static string PathOf(string path, ImageName name) =>
        Path.EndsInDirectorySeparator(path) || Directory.Exists(path)
            // Not compressed again, whatever its layers are.
            ? Path.Combine(path, name.Repository[(name.Repository.LastIndexOf('/') + 1)..] + ".tar")
            : path;

    /// <inheritdoc/>
    public Task<bool> HoldsAsync(ImageSet images, CancellationToken cancellationToken)
    {
        var path = PathOf(_path, _name);
        return Task.FromResult(ArchiveContents.Of(images, _name, IsGzip(path)).AreIn(path));
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/> or <see cref="DiagnosticCode.DigestMismatch"/>;
    /// an archive that was there before is unchanged.
    /// </exception>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken)
    {
        var path = PathOf(_path, _name);
        var contents = ArchiveContents.Of(images, _name, IsGzip(path));
        if (contents.AreIn(path))
        {
            _reporter.Detail($"The archive '{path}' holds this image already; it is left as it is.");
            return new DestinationResult(Kind, [path], 0, contents.Length);
        }

        try
        {
            using var file = AtomicFile.Create(path);
            await contents.WriteAsync(file.Stream, cancellationToken);
            file.Commit();
            ImageBlobs.TellForeign(images, $"The archive '{Printable.Clean(path)}'", _reporter);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The archive '{Printable.Clean(path)}'");
        }

        return new DestinationResult(Kind, [path], contents.Length, 0);
    }

    private static bool IsGzip(string path) =>
        path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
}
