using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>
/// The front of an archive: its lowest layers. They are known, written and on the disk before the image is built. The archive goes on with
/// the file, behind what both have in common; without an archive, the file is deleted.
/// </summary>
internal sealed class ArchiveFront : IDisposable
{
    private readonly ArchiveContents _contents;
    private readonly AtomicFile _file;
    private bool _isTaken;

    private ArchiveFront(ArchiveContents contents, AtomicFile file)
    {
        _contents = contents;
        _file = file;
    }

    /// <summary>Writes a front. Its layers are verified.</summary>
    /// <param name="layers">The layers, bottom first, in files of this machine; each once.</param>
    /// <param name="directory">Where the file lies until it has a name; it is created.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>: a layer is damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    internal static async Task<ArchiveFront> WriteAsync(IReadOnlyList<Blob> layers, string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        AbandonedFiles.Remove(directory, DateTimeOffset.UtcNow);
        var contents = ArchiveContents.FrontOf(layers);
        var file = AtomicFile.CreateIn(directory, mode: null);
        try
        {
            await contents.WriteAsync(file.Stream, cancellationToken);
            return new ArchiveFront(contents, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Waits until the bytes are on the disk, so that the archive has less to wait for when it is complete.</summary>
    /// <exception cref="ObjectDisposedException">Nothing waits for them any more.</exception>
    internal void Flush() => _file.FlushAhead();

    /// <summary>Gives the file to the archive that goes on with it.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="path">Where it goes.</param>
    /// <returns>The file, which ends, and stands, where the archive goes on; null when they have nothing in common, or the file is not one
    /// for that path, see <see cref="AtomicFile.TryAim"/>.</returns>
    internal AtomicFile? TryTake(ArchiveContents archive, string path)
    {
        var length = _isTaken ? 0 : archive.LengthInCommon(_contents);
        if (length == 0 || !_file.TryAim(path))
        {
            return null;
        }

        _isTaken = true;
        _file.Stream.SetLength(length);
        _file.Stream.Position = length;
        return _file;
    }

    /// <summary>Deletes the file, unless an archive took it.</summary>
    public void Dispose()
    {
        if (!_isTaken)
        {
            _file.Dispose();
        }
    }
}
