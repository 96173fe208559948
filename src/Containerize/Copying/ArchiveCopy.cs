using Containerize.Destinations;
using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>
/// Copies to one archive, which is an OCI layout with what refers to the image, and an archive of <c>docker save</c> as well. It appears
/// whole, or not at all.
/// </summary>
/// <param name="path">The archive, a full path.</param>
/// <param name="name">What the image is called there; null for its name at the source.</param>
/// <param name="cache">Takes what is fetched.</param>
/// <param name="reporter">Is told when the archive is left as it is.</param>
internal sealed class ArchiveCopy(string path, CopyName? name, BlobStore cache, IReporter reporter) : ICopyDestination
{
    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CannotWrite"/>, <see cref="DiagnosticCode.DigestMismatch"/>, or
    /// what the source says.</exception>
    public async Task<Arrival> BringAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        try
        {
            var contents = await PlanAsync(image, cancellationToken);
            if (contents.AreIn(path) && await contents.AreWholeInAsync(path, cancellationToken))
            {
                reporter.Detail($"The archive '{path}' holds this image already; it is left as it is.");
                return new Arrival(_ => Task.FromResult(Result(0, contents.Length)));
            }

            ArchiveDestination.RefuseOtherFile(path);
            var file = AtomicFile.Create(path);
            try
            {
                await contents.WriteAsync(file.Stream, cancellationToken);
            }
            catch
            {
                file.Dispose();
                throw;
            }

            return new Arrival(_ => Task.FromResult(Commit(file, contents.Length)), file);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The archive '{path}'");
        }
    }

    private async Task<ArchiveContents> PlanAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        var called = name ?? image.Name;
        var (named, others) = called.Entries(image);
        var blobs = await BlobBytes.FetchAsync(
            image.Graphs.SelectMany(graph => graph.Delivered).DistinctBy(blob => blob.Descriptor.Digest), cache, cancellationToken);
        IReadOnlyList<string> docker = called switch
        {
            { FullName: { } full } => [full],
            _ => [],
        };
        return ArchiveContents.Of(
            [
                .. blobs,
                .. image.Graphs.SelectMany(graph => graph.Documents.Reverse()).DistinctBy(document => document.Descriptor.Digest)
                    .Select(document => new MemoryBlob(document)),
            ],
            [.. named, .. others],
            await RunnableImages.ReadAsync(image, cache, cancellationToken) is { } images
                ? ArchiveContents.ForDocker(images, docker) : [],
            ArchiveDestination.IsGzip(path));
    }

    private DestinationResult Commit(AtomicFile file, long length)
    {
        try
        {
            file.Commit(durable: true);
            return Result(length, 0);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The archive '{path}'");
        }
    }

    private DestinationResult Result(long written, long avoided) => new(ArchiveDestination.Kind, [path], written, avoided);
}
