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
    private const int IdLength = 32;

    private readonly EngineReference _reference;
    private readonly string _directory;
    private readonly BlobStore _store;
    private readonly Func<string, string?> _environment;

    /// <summary>Creates the source.</summary>
    /// <param name="reference">Engine and image.</param>
    /// <param name="directory">Where the saved image is kept, a full path; what it was saved from is not needed any more.</param>
    /// <param name="store">Takes what cannot be read in place.</param>
    /// <param name="environment">Reads environment variables.</param>
    public EngineSource(EngineReference reference, string directory, BlobStore store, Func<string, string?> environment)
    {
        _reference = reference;
        _directory = directory;
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
        var archive = Path.Combine(_directory, NameOf(id));
        if (!File.Exists(archive))
        {
            await SaveAsync(engine, archive, cancellationToken);
        }

        var saved = await new DockerArchiveSource(archive, tag: null, _store).OpenAsync(platform, cancellationToken);
        return saved with { Name = _reference.Image };
    }

    private async Task SaveAsync(Engine engine, string archive, CancellationToken cancellationToken)
    {
        try
        {
            using var file = AtomicFile.Create(archive, isOurs: true);
            await engine.SaveAsync(_reference.Image, file.Stream, cancellationToken);
            file.Commit(durable: true);
            foreach (var old in Directory.GetFiles(_directory, "*.tar")
                .Where(path => path != archive && Path.GetFileName(path).Length == Path.GetFileName(archive).Length))
            {
                File.Delete(old);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"The image, which is saved to '{Printable.Clean(archive)}',");
        }
    }

    // "sha256:" and hexadecimal digits; nothing else of it may become a path.
    private static string NameOf(string id) => string.Concat(id.Split(':')[^1].Where(char.IsAsciiHexDigit).Take(IdLength)) + ".tar";
}
