using System.Diagnostics.CodeAnalysis;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// Blobs in a directory, named by their digests as in an OCI layout (<c>blobs/sha256/…</c>).
/// A name is given only to verified content: bytes arrive in a temporary file and are renamed when they are whole,
/// so any writer may die at any instruction, and any number of processes may write the same blob.
/// They are not forced to the disk: readers verify them.
/// </summary>
internal sealed class BlobStore
{
    private const int CopyBuffer = 128 * 1024;

    // For file systems whose locks are unreliable; a holder that died holds nothing.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);

    private readonly VerifiedBlobs _verified;

    /// <summary>Opens a store, creating its directory for the current user only.</summary>
    /// <param name="warm">A store that can only be read: what this one lacks is looked for there.</param>
    internal BlobStore(string directory, BlobStore? warm = null)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        Warm = warm;
        _verified = new VerifiedBlobs(this);
        PrivateDirectory.Create(Root);
    }

    /// <summary>The directory.</summary>
    internal string Root { get; }

    /// <summary>A store behind this one, which is read and never written.</summary>
    internal BlobStore? Warm { get; }

    /// <summary>Where this store keeps a blob when it has it.</summary>
    internal string PathOf(Digest digest) => Path.Combine(Root, CacheFiles.Blobs, digest.Algorithm, digest.Hex);

    /// <summary>A blob where it lies, or where it would lie when the store had it.</summary>
    internal FileBlob Locate(Descriptor descriptor) => Find(descriptor) ?? new FileBlob(descriptor, PathOf(descriptor.Digest));

    /// <summary>Whether there is a blob of that name.</summary>
    internal bool Has(Digest digest) => SizeOf(digest) is not null || Warm?.Has(digest) == true;

    /// <summary>Finds a blob. Only its size is compared; a reader verifies its bytes, see <see cref="TryGetVerifiedAsync"/>.</summary>
    internal bool TryGet(Descriptor descriptor, [NotNullWhen(true)] out FileBlob? blob)
    {
        blob = Use(Find(descriptor));
        return blob is not null;
    }

    /// <summary>Reads a small blob of which only the digest is known.</summary>
    /// <param name="maxSize">How many bytes it may have.</param>
    /// <returns>Its bytes, verified; null when the store does not have it whole.</returns>
    internal byte[]? TryRead(Digest digest, long maxSize)
    {
        if (SizeOf(digest) is { } size && size <= maxSize && TryReadFile(PathOf(digest), maxSize) is { } bytes)
        {
            using var hash = digest.CreateHash();
            hash.AppendData(bytes);
            if (digest.Matches(hash))
            {
                return bytes;
            }
        }

        return Warm?.TryRead(digest, maxSize);
    }

    /// <summary>
    /// Finds a blob and verifies its bytes. A damaged one is moved aside, so that it is fetched again; a whole one stays, although the
    /// descriptor gives it another size.
    /// </summary>
    /// <returns>The blob, or null when the store does not have it whole and of that size.</returns>
    internal async Task<VerifiedFile?> TryGetVerifiedAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var path = PathOf(descriptor.Digest);
        var found = FileStatus.TryOf(path, followLinks: false);
        if (found is { Kind: FileKind.File, Stamp.Size: var size }
            && await TryVerifyAsync(new FileBlob(descriptor with { Size = size }, path), cancellationToken) is { } here)
        {
            _ = Use(here);
            return size == descriptor.Size ? here : null;
        }

        MoveAside(path, found);
        return Warm?.Find(descriptor) is { } warm ? await TryVerifyAsync(warm, cancellationToken) : null;
    }

    /// <summary>
    /// Finds a blob for a writer that verifies its bytes as it uses them: they are read here unless they were before and the file did not
    /// change since. What is damaged is moved aside while there is still time to make or fetch it again.
    /// </summary>
    /// <returns>The blob, or null when the store does not have it whole.</returns>
    internal async Task<FileBlob?> TryGetForVerifiedUseAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var found = Find(descriptor);
        if (found is not null && _verified.Knows(found))
        {
            return Use(found);
        }

        var stamp = found is null ? null : VerifiedBlobs.TryStamp(found);
        var whole = await TryGetVerifiedAsync(descriptor, cancellationToken);
        if (whole is not null)
        {
            _verified.Note(whole, stamp, DateTimeOffset.UtcNow);
        }

        return whole;
    }

    /// <summary>Has every blob read again before its next use: one turned out to be damaged though its file looks unchanged.</summary>
    internal void ForgetVerified() => _verified.Forget();

    /// <summary>Adds a blob from a stream, verifying it on the way.</summary>
    /// <param name="expected">What the bytes should be.</param>
    /// <param name="content">The bytes; read to the end, not disposed.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>: nothing is kept.</exception>
    internal async Task<FileBlob> AddAsync(Descriptor expected, Stream content, string origin, CancellationToken cancellationToken) =>
        await VerifiedFile.WriteAsync(this, expected, content, origin, cancellationToken);

    /// <summary>Waits until no other build on this machine does the same for a blob. It only saves work.</summary>
    /// <param name="key">The blob, or the digest of what is done.</param>
    /// <returns>The turn, given back by disposing it; null where there is no way to agree, and everyone goes at once.</returns>
    internal async Task<IDisposable?> WaitForTurnAsync(Digest key, CancellationToken cancellationToken)
    {
        try
        {
            var path = Path.Combine(CreateDirectory(CacheFiles.Locks), $"{key.Algorithm}-{key.Hex}");
            return await FileLock.AcquireAsync(path, s_patience, cancellationToken, FileModes.PrivateData);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>Starts a blob whose digest is not known yet.</summary>
    /// <returns>The writer; disposed before its commit, it leaves nothing behind.</returns>
    internal BlobWriter CreateWriter() => new(this, AtomicFile.CreateIn(CreateDirectory(CacheFiles.Temporary), FileModes.PrivateData));

    /// <summary>
    /// Goes on with a blob of which an earlier build fetched a part, or starts it. Each part has one writer,
    /// and no reader before all its bytes are verified.
    /// </summary>
    /// <returns>The writer; disposed before its commit, it leaves what it has for the next one.</returns>
    internal BlobWriter ContinueWriter(Descriptor blob) => new(
        this,
        AtomicFile.ContinueIn(
            CreateDirectory(CacheFiles.Parts), CacheFiles.PartEnding(blob.Digest), blob.Size, FileModes.PrivateData));

    /// <summary>Removes what killed processes left: temporary files, locks, and what was moved aside. Failing to is no failure.</summary>
    /// <returns>How many files went, and their size in bytes.</returns>
    internal (int Files, long Bytes) RemoveAbandoned(DateTimeOffset now)
    {
        var root = AbandonedFiles.Remove(Root, now);
        var temporary = AbandonedFiles.Remove(Path.Combine(Root, CacheFiles.Temporary), now, CacheFiles.IsTemporary);
        CacheFiles.RemoveLocks(Root);
        return (root.Files + temporary.Files, root.Bytes + temporary.Bytes);
    }

    /// <summary>Writes a small file beside the blobs, whole or not at all.</summary>
    /// <param name="name">Its name, relative to the directory.</param>
    internal void WriteFile(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Root, name);
        if (!AtomicFile.Has(path, content))
        {
            using var file = AtomicFile.CreateIn(CreateDirectory(CacheFiles.Temporary), FileModes.PrivateData);
            file.Stream.Write(content);
            Name(file, path);
        }
    }

    /// <summary>Removes all blobs but some. For stores of one project, not for the shared cache.</summary>
    internal void RemoveAllExcept(IReadOnlySet<Digest> keep)
    {
        var blobs = Path.Combine(Root, CacheFiles.Blobs);
        foreach (var file in (Directory.Exists(blobs) ? Directory.GetDirectories(blobs) : []).SelectMany(Directory.GetFiles))
        {
            if (Digest.TryParse($"{Path.GetFileName(Path.GetDirectoryName(file))}:{Path.GetFileName(file)}", out var digest)
                && !keep.Contains(digest))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Creates a directory of the store for the current user only.</summary>
    /// <param name="name">Its name, relative to the store's directory.</param>
    /// <returns>Its full path.</returns>
    internal string CreateDirectory(string name)
    {
        var path = Root;
        foreach (var part in name.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, part);
            // Links are judged by CacheTrust.
            if (FileStatus.TryOf(path, followLinks: true) is { Kind: FileKind.Directory })
            {
                continue;
            }

            // Looked at once more: another thread may have made the directory meanwhile, and it stays where it is.
            if (FileStatus.TryOf(path, followLinks: false) is { Kind: not FileKind.Directory } inTheWay)
            {
                MoveAside(path, inTheWay);
            }

            PrivateDirectory.Create(path);
        }

        return path;
    }

    internal FileBlob Commit(AtomicFile file, Descriptor descriptor)
    {
        // Renaming over a large file is slow on ext4 and needless when it has these bytes. Only its bytes tell that: the name may have been
        // given before a crash of the machine, which keeps the size and loses the content.
        if (FindHere(descriptor) is { } existing && IsWhole(existing))
        {
            // Not needed by a next writer either.
            file.Stream.SetLength(0);
            return existing;
        }

        var path = PathOf(descriptor.Digest);
        Name(file, path);
        return new FileBlob(descriptor, path);
    }

    private void Name(AtomicFile file, string path)
    {
        CreateDirectory(Path.GetRelativePath(Root, Path.GetDirectoryName(path)!));
        if (FileStatus.TryOf(path, followLinks: false) is { Kind: FileKind.Directory } inTheWay)
        {
            // A container engine makes one for a file that it should mount and that is missing. No file can be renamed over it.
            MoveAside(path, inTheWay);
        }

        file.CommitAs(path);
    }

    private FileBlob? Use(FileBlob? blob)
    {
        if (blob is not null && blob.Path == PathOf(blob.Descriptor.Digest))
        {
            LastUse.NoteBlob(this, blob.Descriptor.Digest.Hex);
        }

        return blob;
    }

    private FileBlob? Find(Descriptor descriptor) => FindHere(descriptor) ?? Warm?.Find(descriptor);

    private FileBlob? FindHere(Descriptor descriptor) =>
        SizeOf(descriptor.Digest) == descriptor.Size ? new FileBlob(descriptor, PathOf(descriptor.Digest)) : null;

    private long? SizeOf(Digest digest) =>
        FileStatus.TryOf(PathOf(digest), followLinks: false) is { Kind: FileKind.File } status ? status.Stamp.Size : null;

    private static byte[]? TryReadFile(string path, long maxSize)
    {
        try
        {
            return RegularFile.ReadAllBytes(path, maxSize);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    private async Task<VerifiedFile?> TryVerifyAsync(FileBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            return await VerifiedFile.ReadAsync(blob, $"'{Root}'", cancellationToken);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || IsMismatch(failure))
        {
            return null;
        }
    }

    /// <summary>Whether a failure says that bytes are not what their digest names.</summary>
    internal static bool IsMismatch(Exception failure) => failure is ContainerizeException { Code: DiagnosticCode.DigestMismatch };

    private bool IsWhole(FileBlob blob)
    {
        try
        {
            using var stream = new VerifyingStream(blob.OpenRead(), blob.Descriptor, Root);
            stream.CopyTo(Stream.Null, CopyBuffer);
            return true;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || IsMismatch(failure))
        {
            return false;
        }
    }

    /// <summary>
    /// Moves something out of the way: a damaged file, a link, a pipe, a directory, a file where a directory should be. It is swept with
    /// temporary files.
    /// </summary>
    /// <param name="path">Its name.</param>
    /// <param name="seen">What it was when it was judged; null for nothing. What has the name since then, of another build, stays.</param>
    internal void MoveAside(string path, FileStatus? seen)
    {
        try
        {
            if (seen is not null && FileStatus.TryOf(path, followLinks: false) is { } there
                && (there.Kind, there.Stamp) == (seen.Value.Kind, seen.Value.Stamp))
            {
                Action<string, string> move = there.Kind == FileKind.Directory ? Directory.Move : File.Move;
                move(path, Path.Combine(Root, AbandonedFiles.NewName()));
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The blob counts as missing either way; writing it again replaces the name.
        }
    }
}
