using System.Buffers;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// Reads all blobs of a cache and compares them with the digests that name them. A build does the same with each blob that it uses; this is
/// for disks that are not trusted any more. Records are sealed, and are read only whole.
/// </summary>
/// <param name="store">The cache.</param>
internal sealed class CacheVerifier(BlobStore store)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Verifies.</summary>
    /// <param name="remove">Whether damaged blobs are removed; a build that needs one makes or fetches it again.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CacheUnusable"/>: the directory is not a cache.</exception>
    internal async Task<CacheVerification> RunAsync(bool remove, CancellationToken cancellationToken)
    {
        CacheMarker.Require(store);
        var (blobs, bytes, damaged) = (0, 0L, new List<DamagedBlob>());
        foreach (var file in CacheFiles.List(store.Root))
        {
            var read = FileStatus.TryOf(file.File.FullName, followLinks: false);
            if (file.Blob is not { } digest || await IsWholeAsync(file.File.FullName, digest, cancellationToken) is not { } isWhole)
            {
                continue;
            }

            (blobs, bytes) = (blobs + 1, bytes + file.Size);
            if (!isWhole)
            {
                damaged.Add(new(digest, file.Size, remove && TryDelete(file.File.FullName, read)));
            }
        }

        return new(blobs, bytes, damaged);
    }

    /// <returns>Null when the file has vanished meanwhile: another process pruned.</returns>
    private static async Task<bool?> IsWholeAsync(string path, Digest digest, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var hash = digest.CreateHash();
            var file = RegularFile.OpenRead(path, FileOptions.SequentialScan);
            await using var _ = file.ConfigureAwait(false);
            while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
            }

            return digest.Matches(hash);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            // The disk cannot read it: that is damage, too.
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A build may have put a whole blob in its place meanwhile.
    private static bool TryDelete(string path, FileStatus? read)
    {
        try
        {
            if (FileStatus.TryOf(path, followLinks: false)?.Stamp != read?.Stamp)
            {
                return false;
            }

            File.Delete(path);
            return true;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return false;
        }
    }
}

/// <summary>What verifying a cache found.</summary>
/// <param name="Blobs">How many blobs were read.</param>
/// <param name="Bytes">Their size, in bytes.</param>
/// <param name="Damaged">Those whose bytes are not their digest's.</param>
internal sealed record CacheVerification(int Blobs, long Bytes, IReadOnlyList<DamagedBlob> Damaged);

/// <summary>A blob whose bytes are not its digest's.</summary>
/// <param name="Digest">What names it.</param>
/// <param name="Size">The size of its file, in bytes.</param>
/// <param name="IsRemoved">Whether it was removed.</param>
internal sealed record DamagedBlob(Digest Digest, long Size, bool IsRemoved);
