using System.Diagnostics.CodeAnalysis;
using System.Diagnostics;
using System.Globalization;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// Blobs in a directory, named by their digests as in an OCI layout (<c>blobs/sha256/…</c>).
/// A name is given only to verified content: bytes arrive in a temporary file and are renamed when they are whole,
/// so any writer may die at any instruction, and any number of processes may write the same blob.
/// They are not forced to the disk: whoever uses the bytes verifies them.
/// </summary>
internal sealed class BlobStore
{
    private const int CopyBuffer = 128 * 1024;

    private static readonly TimeSpan s_abandonedAfter = TimeSpan.FromHours(1);

    // For file systems whose locks are unreliable; a holder that died holds nothing.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);

    /// <summary>Opens a store, creating its directories for the current user only.</summary>
    /// <param name="directory">The directory.</param>
    public BlobStore(string directory)
    {
        Root = Path.GetFullPath(directory);
        CreateDirectory(Root);
    }

    /// <summary>The directory.</summary>
    public string Root { get; }

    /// <summary>Where a blob lies when the store has it.</summary>
    /// <param name="digest">The blob.</param>
    /// <returns>The full path.</returns>
    public string PathOf(Digest digest) => Path.Combine(Root, "blobs", digest.Algorithm, digest.Hex);

    /// <summary>Finds a blob. Only its size is compared; whoever uses its bytes verifies them, see <see cref="TryGetVerifiedAsync"/>.</summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="blob">The blob in the store.</param>
    /// <returns>Whether the store has it.</returns>
    public bool TryGet(Descriptor descriptor, [NotNullWhen(true)] out FileBlob? blob)
    {
        var file = new FileInfo(PathOf(descriptor.Digest));
        blob = file is { Exists: true, LinkTarget: null } && file.Length == descriptor.Size ? new FileBlob(descriptor, file.FullName) : null;
        if (blob is not null)
        {
            LastUse.Note(blob.Path);
        }

        return blob is not null;
    }

    /// <summary>
    /// Finds a blob and verifies its bytes. A damaged one is moved aside, so that it is fetched again; a whole one stays, although the
    /// descriptor gives it another size.
    /// </summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The blob, or null when the store does not have it whole and of that size.</returns>
    internal async Task<VerifiedFile?> TryGetVerifiedAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(descriptor.Digest));
        if (file is not { Exists: true, LinkTarget: null })
        {
            Quarantine(descriptor.Digest);
            return null;
        }

        try
        {
            var blob = new FileBlob(descriptor with { Size = file.Length }, file.FullName);
            var verified = await VerifiedFile.ReadAsync(blob, $"'{Root}'", cancellationToken);
            LastUse.Note(blob.Path);
            return file.Length == descriptor.Size ? verified : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ContainerizeException { Code: DiagnosticCode.DigestMismatch })
        {
            Quarantine(descriptor.Digest);
            return null;
        }
    }

    /// <summary>
    /// Finds a blob for somebody who verifies its bytes as they are used: they are read here unless they were before and the file did not
    /// change since. What is damaged is moved aside while there is still time to make or fetch it again.
    /// </summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The blob, or null when the store does not have it whole.</returns>
    internal async Task<FileBlob?> TryGetForVerifiedUseAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var verified = new VerifiedBlobs(this);
        if (TryGet(descriptor, out var blob) && verified.Knows(blob))
        {
            return blob;
        }

        var stamp = blob is null ? null : VerifiedBlobs.TryStamp(blob);
        var whole = await TryGetVerifiedAsync(descriptor, cancellationToken);
        if (whole is not null)
        {
            verified.Note(whole, stamp, DateTimeOffset.UtcNow);
        }

        return whole;
    }

    /// <summary>Has every blob read again before its next use: one turned out to be damaged though its file looks unchanged.</summary>
    public void ForgetVerified() => new VerifiedBlobs(this).Forget();

    /// <summary>Adds a blob from a stream, verifying it on the way.</summary>
    /// <param name="expected">What the bytes should be.</param>
    /// <param name="content">The bytes; read to the end, not disposed.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <param name="cancellationToken">Stops the copying.</param>
    /// <returns>The blob in the store.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>: nothing is kept.</exception>
    public async Task<FileBlob> AddAsync(Descriptor expected, Stream content, string origin, CancellationToken cancellationToken) =>
        await VerifiedFile.WriteAsync(this, expected, content, origin, cancellationToken);

    /// <summary>Waits until nobody else on this machine brings a blob into this store. It only saves work.</summary>
    /// <param name="digest">The blob.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The turn, given back by disposing it; null where there is no way to agree, and everyone goes at once.</returns>
    internal async Task<IDisposable?> WaitForTurnAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            var directory = Path.Combine(Root, "locks");
            CreateDirectory(directory);
            return await FileLock.AcquireAsync(Path.Combine(directory, $"{digest.Algorithm}-{digest.Hex}"), s_patience, cancellationToken);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>Starts a blob whose digest is not known yet.</summary>
    /// <returns>The writer; disposed before its commit, it leaves nothing behind.</returns>
    public BlobWriter CreateWriter()
    {
        var directory = Path.Combine(Root, "tmp");
        CreateDirectory(directory);
        var path = Path.Combine(directory, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileModes.PrivateData;
        }

        return new BlobWriter(this, path, new FileStream(path, options));
    }

    /// <summary>Removes temporary files that a process left when it was killed: older than an hour, and their process has ended.</summary>
    /// <param name="now">The time.</param>
    public void RemoveAbandoned(DateTimeOffset now)
    {
        var directory = new DirectoryInfo(Path.Combine(Root, "tmp"));
        foreach (var file in directory.Exists ? directory.GetFiles() : [])
        {
            try
            {
                if (now - file.LastWriteTimeUtc > s_abandonedAfter && !IsRunning(file.Name.Split('-')[0]))
                {
                    file.Delete();
                }
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                // Another process sweeps as well, or the file is not ours; either way it does not stop a build.
            }
        }
    }

    /// <summary>Writes a small file beside the blobs, whole or not at all.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its content.</param>
    public void WriteFile(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Root, name);
        CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, content, FileModes.PrivateData);
    }

    /// <summary>Removes all blobs but some. For stores of one project, not for the shared cache.</summary>
    /// <param name="keep">The blobs that stay.</param>
    public void RemoveAllExcept(IReadOnlySet<Digest> keep)
    {
        foreach (var directory in Directory.Exists(Path.Combine(Root, "blobs")) ? Directory.GetDirectories(Path.Combine(Root, "blobs")) : [])
        {
            foreach (var file in Directory.GetFiles(directory))
            {
                if (!Digest.TryParse($"{Path.GetFileName(directory)}:{Path.GetFileName(file)}", out var digest) || !keep.Contains(digest))
                {
                    File.Delete(file);
                }
            }
        }
    }

    internal FileBlob Commit(string temporary, Descriptor descriptor)
    {
        var path = PathOf(descriptor.Digest);
        CreateDirectory(Path.GetDirectoryName(path)!);
        // Renaming over a large file is slow on ext4 and needless when it has these bytes. Only its bytes tell that: the name may have been
        // given before a crash of the machine, which keeps the size and loses the content.
        if (TryGet(descriptor, out var existing) && IsWhole(existing))
        {
            File.Delete(temporary);
            return existing;
        }

        File.Move(temporary, path, overwrite: true);
        return new FileBlob(descriptor, path);
    }

    private bool IsWhole(FileBlob blob)
    {
        try
        {
            using var stream = new VerifyingStream(blob.OpenRead(), blob.Descriptor, Root);
            stream.CopyTo(Stream.Null, CopyBuffer);
            return true;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ContainerizeException { Code: DiagnosticCode.DigestMismatch })
        {
            return false;
        }
    }

    private void Quarantine(Digest digest)
    {
        var path = PathOf(digest);
        try
        {
            if (File.Exists(path))
            {
                CreateDirectory(Path.Combine(Root, "tmp"));
                File.Move(path, Path.Combine(Root, "tmp", $"damaged-{digest.Hex}"), overwrite: true);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The blob counts as missing either way; writing it anew replaces the name.
        }
    }

    private static bool IsRunning(string processId)
    {
        try
        {
            if (!int.TryParse(processId, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return false;
            }

            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    internal static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // One by one: the framework gives the mode to the last one only.
            CreateDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(path, FileModes.PrivateDirectory);
        }
    }
}
