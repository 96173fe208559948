using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>Where the bytes of a named file lie.</summary>
/// <param name="Path">The file on disk.</param>
/// <param name="Offset">Where the bytes begin in it.</param>
/// <param name="Length">How many they are.</param>
internal sealed record FilePart(string Path, long Offset, long Length);

/// <summary>The named files of a layout or archive. Nothing is ever extracted: a name leads to bytes where they already lie.</summary>
internal abstract class ImageFiles
{
    private protected ImageFiles(string origin) => Origin = origin;

    /// <summary>What users call the place, for error messages.</summary>
    internal string Origin { get; }

    /// <summary>
    /// An image from the disk. Images that are built on it call it by its own full name, else by where it lies, without the directories of
    /// this machine.
    /// </summary>
    /// <param name="transport">The form of the place: <c>oci</c>, <c>oci-archive</c>, <c>docker-archive</c>.</param>
    /// <param name="tag">The tag that was asked for.</param>
    /// <param name="ownName">What the place calls the image.</param>
    internal static BaseImage Named(Image image, string transport, string path, string? tag, string? ownName) =>
        ownName is not null && ownName.Contains(':', StringComparison.Ordinal)
            ? new(image, Printable.Clean(ownName)) { OwnName = ownName }
            : new(image, $"{transport}:{Path.GetFileName(Path.TrimEndingDirectorySeparator(path))}{(tag is null ? "" : ":" + tag)}");

    /// <summary>Finds a file.</summary>
    /// <param name="name">Its name, with slashes.</param>
    /// <returns>The bytes; null when there is no such file.</returns>
    internal abstract FilePart? Find(string name);

    /// <summary>Reads a small file.</summary>
    /// <param name="most">How many bytes it may have. What is said of an image is no part of it, and may have more.</param>
    /// <returns>The bytes; null when there is no such file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: too large.</exception>
    internal async Task<byte[]?> ReadAsync(string name, CancellationToken cancellationToken, long most = OciJson.MaxDocumentSize)
    {
        if (Find(name) is not { } part)
        {
            return null;
        }

        if (part.Length > most)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"'{name}' of {Origin} has {part.Length} bytes; no document of an image needs more than {most}.");
        }

        var content = new byte[part.Length];
        var file = RegularFile.OpenRead(part.Path);
        await using (file.ConfigureAwait(false))
        {
            file.Position = part.Offset;
            var read = await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
            return read == content.Length
                ? content
                : throw Damaged($"'{Printable.Clean(name)}' ends after {read} of {content.Length} bytes");
        }
    }

    /// <summary>Reads a document and verifies it.</summary>
    /// <param name="most">How many bytes it may have, see above.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidArchive"/>, <see cref="DiagnosticCode.InvalidDocument"/>
    /// or <see cref="DiagnosticCode.DigestMismatch"/>.
    /// </exception>
    internal async Task<RawDocument> ReadAsync(
        Descriptor descriptor, CancellationToken cancellationToken, long most = OciJson.MaxDocumentSize) =>
        RawDocument.Verify(
            descriptor,
            await ReadAsync(Layout.PathOf(descriptor.Digest), cancellationToken, most) ?? throw Missing(descriptor.Digest),
            $"{Origin}, which is damaged (write or download it again),");

    /// <summary>The blob that a descriptor of a layout names. Its bytes are verified by their reader.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidArchive"/> or
    /// <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal Blob OpenBlob(Descriptor descriptor)
    {
        if (Find(Layout.PathOf(descriptor.Digest)) is not { } part)
        {
            return MediaTypes.IsForeignLayer(descriptor.MediaType) ? new AbsentBlob(descriptor, Origin) : throw Missing(descriptor.Digest);
        }

        return part.Length == descriptor.Size
            ? new FileBlob(descriptor, part.Path, part.Offset)
            : throw new ContainerizeException(
                DiagnosticCode.DigestMismatch,
                $"{Origin} is damaged: the blob {descriptor.Digest} has {part.Length} bytes instead of {descriptor.Size}. Write or " +
                $"download it again.");
    }

    /// <summary>The failure of a place whose content is not whole.</summary>
    internal ContainerizeException Damaged(string what, Exception? cause = null) =>
        new(DiagnosticCode.InvalidArchive, $"{Origin} is damaged or incomplete: {what}. Write or download it again.", cause);

    private ContainerizeException Missing(Digest digest) => Damaged($"the blob {digest} is missing");

    /// <summary>A layer that its vendor does not allow to be passed on: it is referenced, and never read.</summary>
    private sealed class AbsentBlob(Descriptor descriptor, string origin) : Blob(descriptor)
    {
        public override ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) =>
            throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                $"The layer {Descriptor.Digest} is not in {origin}: its vendor does not let it be passed on. Use the image from its " +
                $"registry.");
    }
}
