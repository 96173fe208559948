using Containerize.Engines;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>
/// A base image in the storage of Docker or Podman on this machine. It is saved once, by the engine, and then read like any archive.
/// </summary>
internal sealed class EngineSource : IImageSource
{
    private readonly EngineReference _reference;
    private readonly SavedImages _saved;
    private readonly BlobStore _store;
    private readonly Func<string, string?> _environment;

    /// <summary>Creates the source.</summary>
    /// <param name="reference">Engine and image.</param>
    /// <param name="saved">Keeps the saved image; what it was saved from is not needed any more.</param>
    /// <param name="store">Takes what cannot be read in place.</param>
    /// <param name="environment">Reads environment variables.</param>
    public EngineSource(EngineReference reference, SavedImages saved, BlobStore store, Func<string, string?> environment)
    {
        _reference = reference;
        _saved = saved;
        _store = store;
        _environment = environment;
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.EngineNotFound"/>, <see cref="DiagnosticCode.EngineUnavailable"/>
    /// or <see cref="DiagnosticCode.EngineFailed"/> as well.
    /// </exception>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var engine = await Engine.FindAsync(_reference.Engine, _environment, cancellationToken);
        var id = await engine.FindImageAsync(_reference.Image, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                $"{engine.Kind} has no image '{_reference.Image}'. Build or pull it there first, or check the name.");
        var archive = _saved.Use(id, out var isFirst);
        var isOld = File.Exists(archive);
        if (!isOld)
        {
            await SaveAsync(engine, id, archive, cancellationToken);
        }

        try
        {
            return await ReadAsync(archive, platform, cancellationToken);
        }
        catch (ContainerizeException failure) when (isOld && isFirst && failure.Code == DiagnosticCode.PlatformNotFound)
        {
            // By the same id an engine may have more platforms of an image than when it was saved.
            await SaveAsync(engine, id, archive, cancellationToken);
            return await ReadAsync(archive, platform, cancellationToken);
        }
    }

    private async Task<BaseImage> ReadAsync(string archive, Platform platform, CancellationToken cancellationToken) =>
        await new DockerArchiveSource(archive, tag: null, _store).OpenAsync(platform, cancellationToken) with { Name = _reference.Image };

    // By its id: a name without a tag stands for all tags there.
    private async Task SaveAsync(Engine engine, string id, string archive, CancellationToken cancellationToken)
    {
        try
        {
            using var file = AtomicFile.Create(archive, isOurs: true);
            await engine.SaveAsync(id, file.Stream, cancellationToken);
            file.Commit(durable: true);
            _saved.DeleteOthers();
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The image, which is saved to '{Printable.Clean(archive)}',");
        }
    }
}
