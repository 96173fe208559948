using System.Formats.Tar;
using System.Security.Cryptography;
using Containerize.Compression;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>What a tar of foreign make is, as a layer.</summary>
/// <param name="DiffId">The digest of its bytes.</param>
/// <param name="Size">Its size, in bytes.</param>
/// <param name="FileCount">How many regular files it has.</param>
internal sealed record TarFacts(Digest DiffId, long Size, int FileCount);

/// <summary>
/// Reads a tar that is to become a layer as it is, and refuses what would reach beyond the image or need more than files.
/// </summary>
internal static class TarCheck
{
    /// <summary>Reads a tar to its end.</summary>
    /// <param name="origin">What it is called, for the error message.</param>
    /// <param name="isWindows">Whether it is for Windows, which takes it only with its tree in the places that Windows knows.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidLayer"/>.</exception>
    internal static async Task<TarFacts> ReadAsync(VerifiedFile layer, string origin, bool isWindows, CancellationToken cancellationToken)
    {
        using var hashing = new DigestingStream(LayerTar.OpenWhole(layer), IncrementalHash.CreateHash(HashAlgorithmName.SHA256));
        var files = 0;
        try
        {
            var reader = new TarReader(hashing, leaveOpen: true);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
                {
                    Check(entry, origin);
                    if (isWindows && entry.EntryType != TarEntryType.GlobalExtendedAttributes && !WindowsTree.IsPlace(entry.Name))
                    {
                        throw Invalid(
                            origin,
                            $"has '{Printable.Clean(entry.Name)}', and paths of a layer for Windows begin with Files/ or Hives/. One for " +
                            $"Linux has no place in this image");
                    }

                    files += entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile ? 1 : 0;
                }
            }

            await hashing.ReadToEndAsync(cancellationToken);
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            throw Invalid(origin, $"cannot be read as a tar: {Printable.Clean(failure.Message).TrimEnd('.')}");
        }

        return hashing.Length > 0 ? new TarFacts(hashing.TakeDigest(), hashing.Length, files) : throw Invalid(origin, "is empty");
    }

    private static void Check(TarEntry entry, string origin)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.GlobalExtendedAttributes:
                return;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory or TarEntryType.SymbolicLink:
                break;
            case TarEntryType.HardLink:
                // Where a symbolic link points is looked up inside the image; a hard link is made while the layer is unpacked.
                CheckPath(entry.LinkName, $"a hard link to '{Printable.Clean(entry.LinkName)}'", origin);
                break;
            default:
                throw Invalid(
                    origin,
                    $"has '{Printable.Clean(entry.Name)}', which is neither a file nor a directory nor a link ({entry.EntryType}). " +
                    $"Images have no devices and pipes");
        }

        CheckPath(entry.Name, $"the path '{Printable.Clean(entry.Name)}'", origin);
    }

    private static void CheckPath(string path, string what, string origin)
    {
        if (path.Length == 0 || path[0] is '/' or '\\' || path.Contains('\0', StringComparison.Ordinal)
            || path.Split('/', '\\').Contains(".."))
        {
            throw Invalid(
                origin, $"has {what}, which is not inside the image. Paths in it begin at the image's root, without '/' and '..'");
        }
    }

    private static ContainerizeException Invalid(string origin, string why) =>
        new(DiagnosticCode.InvalidLayer, $"The layer {Printable.Clean(origin)} {why}.");
}
