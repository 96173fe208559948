using Containerize.Files;
using Containerize.Images;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// A tar archive that skopeo, podman, containerd and every Docker read: an OCI layout with Docker's own list of images in it.
/// The same image gives the same bytes; a path that ends in <c>.tar.gz</c> or <c>.tgz</c> gets them in gzip.
/// </summary>
/// <param name="path">The archive, or a directory for it, see <see cref="PathOf"/>; a full path.</param>
/// <param name="name">What the image is called in the archive.</param>
/// <param name="reporter">Is told when an archive is left as it is, or was damaged.</param>
/// <param name="intact">Remembers archives whose bytes were verified; null verifies them each time.</param>
/// <param name="owner">Tells builds apart that may have the same path; null when the user chose it.</param>
/// <param name="begun">Gives the file of an archive that was begun before it was built.</param>
internal sealed class ArchiveDestination(
    string path,
    ImageName name,
    IReporter reporter,
    IntactFiles? intact = null,
    ArchiveOwner? owner = null,
    BegunArchive? begun = null) : IImageDestination
{
    internal const string Kind = "archive";

    private readonly string _path = PathOf(path, name);
    private readonly IntactFiles _intact = intact ?? IntactFiles.Load(path: null);

    /// <summary>Where the archive goes: the path; for a directory, a file in it, named after the last part of the repository.</summary>
    /// <param name="path">A file, an existing directory, or a directory that ends with a separator; a full path.</param>
    /// <param name="name">The image's name.</param>
    public static string PathOf(string path, ImageName name) =>
        IsDirectory(path)
            // Not compressed again, whatever its layers are.
            ? Path.Combine(path, name.Repository[(name.Repository.LastIndexOf('/') + 1)..] + ".tar")
            : path;

    /// <summary>Whether an archive of this path is wrapped in gzip.</summary>
    internal static bool IsGzip(string path) =>
        path.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a path is that of a directory for archives, whose names follow from the images'.</summary>
    /// <param name="path">A full path.</param>
    internal static bool IsDirectory(string path) => Path.EndsInDirectorySeparator(path) || Directory.Exists(path);

    /// <inheritdoc/>
    public string Id => $"{Kind} {_path} {string.Join(' ', name.References)}";

    /// <inheritdoc/>
    public bool NeedsFiles => true;

    /// <inheritdoc/>
    public async Task<DestinationResult?> FindAsync(ImageSet images, CancellationToken cancellationToken)
    {
        var contents = ArchiveContents.Of(images, name, IsGzip(_path));
        if (!contents.AreIn(_path))
        {
            return null;
        }

        if (!_intact.Knows(_path, contents.Identity))
        {
            var stamp = IntactFiles.TryStamp(_path);
            if (!await contents.AreWholeInAsync(_path, cancellationToken))
            {
                reporter.Message($"The archive '{_path}' was damaged after it was written. It is written again.");
                return null;
            }

            _intact.NoteRead(_path, contents.Identity, stamp);
            _intact.Save();
        }

        reporter.Detail($"The archive '{_path}' holds this image already; it is left as it is.");
        return new DestinationResult(Kind, [_path], 0, contents.Length);
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/> (also
    /// where the path is that of another file) or <see cref="DiagnosticCode.DigestMismatch"/>; an archive that was there before is
    /// unchanged.
    /// </exception>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null)
    {
        var contents = ArchiveContents.Of(images, name, IsGzip(_path));
        try
        {
            RefuseOtherFile(_path);
            if (evidence is not null)
            {
                await AttachAsync(images, evidence, cancellationToken);
            }

            using var file = await TakeBegunAsync(contents, cancellationToken) ?? AtomicFile.Create(_path);
            await contents.WriteAsync(file.Stream, cancellationToken);
            owner?.Take(_path);
            file.Commit(durable: true);
            _intact.NoteWritten(_path, contents.Identity);
            _intact.Save();
            ImageBlobs.TellForeign(images, $"The archive '{_path}'", reporter);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The archive '{_path}'");
        }

        return new DestinationResult(Kind, [_path], contents.Length, 0);
    }

    /// <summary>A path that is another file's by mistake, one of the project's sources perhaps, must not cost that file.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CannotWrite"/>.</exception>
    internal static void RefuseOtherFile(string path)
    {
        if (!IsGzip(path) && !path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase)
            && FileStatus.TryOf(path, followLinks: true) is { Kind: FileKind.File, Stamp.Size: > 0 } && !TarHeader.IsIn(path))
        {
            throw new ContainerizeException(
                DiagnosticCode.CannotWrite,
                $"'{path}' is a file that is no archive, so the archive of the image does not replace it. Choose another path for the " +
                $"archive, or delete the file.");
        }
    }

    private async Task<AtomicFile?> TakeBegunAsync(ArchiveContents contents, CancellationToken cancellationToken)
    {
        var file = begun is null ? null : await begun(contents, _path, cancellationToken);
        if (file is not null)
        {
            var written = ByteSize.Format(file.Stream.Position);
            reporter.Detail($"{written} of the archive '{_path}' were written while the project was compiled.");
        }

        return file;
    }

    /// <inheritdoc/>
    /// <remarks>Beside the archive, one file for each document.</remarks>
    public Task AttachAsync(ImageSet images, Evidence evidence, CancellationToken cancellationToken)
    {
        ArchiveEvidence.Write(_path, images, evidence);
        return Task.CompletedTask;
    }
}

/// <summary>Gives the file of an archive that was begun before it was built.</summary>
/// <param name="archive">The archive.</param>
/// <param name="path">Where it goes.</param>
/// <returns>The file, which stands where the archive goes on and which the caller disposes; null when none was begun that this archive
/// begins with.</returns>
internal delegate Task<AtomicFile?> BegunArchive(ArchiveContents archive, string path, CancellationToken cancellationToken);
