using System.Security.Cryptography;
using System.Text;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Remembers into which repositories this machine brought a blob, one small file for each registry and digest. It only saves uploads:
/// a lost or wrong record costs one refused mount.
/// </summary>
internal sealed class PushMemory(string? directory)
{
    private const int MaxRepositories = 4;
    private const int MaxFileSize = 4096;

    // Who holds the turn sends something at least every minute, or gives it back; this is for file systems whose locks are unreliable.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);

    internal void Remember(RepositoryReference repository, Digest digest)
    {
        if (directory is null || Recall(repository.Registry, digest) is var known && known is [var latest, ..] && latest == repository.Name)
        {
            return;
        }

        var path = PathOf(repository.Registry, digest);
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllLines(temporary, known.Prepend(repository.Name).Distinct().Take(MaxRepositories));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Not remembered, then.
            TryDelete(temporary);
        }
    }

    /// <summary>Waits until nobody else on this machine brings the blob to the registry.</summary>
    /// <returns>The turn, given back by disposing it; null where there is no way to agree, and everyone goes at once.</returns>
    internal async Task<IDisposable?> WaitForTurnAsync(string registry, Digest digest, CancellationToken cancellationToken)
    {
        if (directory is null)
        {
            return null;
        }

        var path = PathOf(registry, digest) + ".lock";
        try
        {
            CreateDirectory(Path.GetDirectoryName(path)!);
            return await FileLock.AcquireAsync(path, s_patience, cancellationToken);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>The repositories, the latest first.</summary>
    internal IReadOnlyList<string> Recall(string registry, Digest digest)
    {
        if (directory is null)
        {
            return [];
        }

        try
        {
            var file = new FileInfo(PathOf(registry, digest));
            return file is { Exists: true, LinkTarget: null, Length: <= MaxFileSize } ? [.. File.ReadAllLines(file.FullName).Where(ImageReference.IsRepository).Take(MaxRepositories)] : [];
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return [];
        }
    }

    private string PathOf(string registry, Digest digest) => Path.Combine(
        directory!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(registry)).AsSpan(0, 8)), $"{digest.Algorithm}-{digest.Hex}");

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // It lies beside the records and is never read.
        }
    }
}
