using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Files;
using Containerize.Inputs;
using Containerize.Inspection;
using Containerize.Layers.Entries;
using Containerize.Oci;

namespace Containerize.Histories;

/// <summary>
/// Reads a publish directory as if an image had been made of it. Content that it has read before is not compressed again: most files are
/// the same from tag to tag.
/// </summary>
/// <param name="withoutSymbols">Whether files that only debuggers read stay out, as they do where there is a debug image.</param>
/// <param name="reporter">Is told of files that are not what they should be.</param>
internal sealed class PublishedFilesReader(bool withoutSymbols, IReporter reporter)
{
    private const int BufferSize = 128 * 1024;
    private const int MaxNote = 64 * 1024 * 1024;

    // What the header of an entry adds to a compressed layer.
    private const int PackedHeader = 64;

    // Git LFS, Specification of Pointer Files: at most 1024 bytes, and this is the first line.
    private const int MaxPointer = 1024;

    private static readonly IReadOnlyDictionary<string, FileOrigin> s_noOrigins = new Dictionary<string, FileOrigin>();

    private readonly Dictionary<Digest, long> _packed = [];
    private bool _saidPointer;

    /// <summary>Reads the directory.</summary>
    /// <param name="name">What the image is called.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PublishDirectoryEmpty"/>, or
    /// <see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal async Task<PastImage> ReadAsync(string directory, string name, CancellationToken cancellationToken)
    {
        var published = PublishDirectory.List(directory, s_noOrigins, new HashSet<string>())
            .Where(file => file.Type != LayerEntryType.Directory && !(withoutSymbols && SymbolFiles.IsOne(file))).ToList();
        var origins = new PastOrigins(published
            .Where(file => file.RelativePath.EndsWith(PackageNotes.DependenciesEnding, StringComparison.Ordinal))
            .ToDictionary(file => file.RelativePath, file => RegularFile.ReadAllBytes(file.SourcePath, MaxNote), StringComparer.Ordinal));
        var files = new List<PastFile>();
        foreach (var file in published)
        {
            var (packed, content) = file.Type == LayerEntryType.File
                ? await MeasureAsync(file, name, cancellationToken)
                : (0, file.LinkTarget);
            files.Add(new(
                file.RelativePath,
                file.Size,
                packed + PackedHeader,
                $"{file.Type} {file.IsExecutable} {content}",
                origins.Of(file.RelativePath)));
        }

        return new(name, files, []);
    }

    private async Task<(long Packed, string Content)> MeasureAsync(
        PublishedFile file, string name, CancellationToken cancellationToken)
    {
        var digest = Digest.FromSha256(await HashAsync(file.SourcePath, cancellationToken));
        if (!_packed.TryGetValue(digest, out var size))
        {
            _packed[digest] = size = await PackAsync(file.SourcePath, cancellationToken);
            if (!_saidPointer && file.Size <= MaxPointer
                && RegularFile.ReadAllBytes(file.SourcePath).AsSpan().StartsWith("version https://git-lfs.github.com/spec/"u8))
            {
                _saidPointer = true;
                reporter.Warning(
                    DiagnosticCode.TagIncomplete,
                    $"In the tag {name}, '{file.RelativePath}' is only the pointer of a file in Git LFS, and so may others be: changes " +
                    $"of such files count, but not their sizes. Install git-lfs and fetch them (git lfs fetch --all).");
            }
        }

        return (size, digest.ToString());
    }

    private static async Task<byte[]> HashAsync(string path, CancellationToken cancellationToken)
    {
        using var file = RegularFile.OpenRead(path, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await SHA256.HashDataAsync(file, cancellationToken);
    }

    private static async Task<long> PackAsync(string path, CancellationToken cancellationToken)
    {
        using var file = RegularFile.OpenRead(path, FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var packed = new PackedSize(CompressionLevel.Optimal);
        var buffer = new byte[BufferSize];
        while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            packed.Add(buffer.AsSpan(0, read));
        }

        return packed.Complete();
    }
}
