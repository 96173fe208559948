using Containerize.Files;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>
/// Fetches the files of archives. What has a digest goes through the cache and is verified; nothing is unpacked or read before that.
/// A transfer that breaks off goes on where it ended.
/// </summary>
internal sealed class ArchiveDownloader : IDisposable
{
    private const int MaxDocument = 16 * 1024 * 1024;
    private const int MaxParallel = 4;

    private readonly ArchiveConnection _connection;
    private readonly SemaphoreSlim _slots = new(MaxParallel);
    private readonly ArchiveOptions _options;

    /// <summary>Creates a downloader; nothing is contacted yet.</summary>
    /// <param name="store">Keeps what has a digest.</param>
    /// <param name="options">How archives are reached.</param>
    /// <param name="reporter">Is told what is fetched.</param>
    internal ArchiveDownloader(BlobStore store, ArchiveOptions options, IReporter reporter)
    {
        Store = store;
        _options = options;
        Reporter = reporter;
        _connection = new ArchiveConnection(options, reporter);
    }

    internal IReporter Reporter { get; }

    internal BlobStore Store { get; }

    /// <summary>Fetches a file whose digest is not known.</summary>
    /// <returns>The bytes; null when there is no such file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>,
    /// <see cref="DiagnosticCode.ArchiveDamaged"/>.</exception>
    internal async Task<byte[]?> TryGetAsync(Uri address, CancellationToken cancellationToken)
    {
        var failures = new List<ContainerizeException>();
        foreach (var place in PlacesOf(address))
        {
            try
            {
                return await TryGetThereAsync(place, cancellationToken);
            }
            catch (AbsentException)
            {
                // Mirrors are not all of one age.
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.ArchiveUnavailable)
            {
                failures.Add(failure);
                Reporter.Detail($"{VerbatimUrl.Public(place)} was passed over: {failure.Message.TrimEnd('.')}.");
            }
        }

        // Of a place that did not answer it is not known that it lacks the file.
        return failures.Count == 0 ? null : throw failures[0];
    }

    /// <summary>Fetches a file that has a digest, unless the cache has it.</summary>
    /// <param name="addresses">Where it may be; they are tried in order.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="progress">Is told how many bytes are there; null when that is of no interest.</param>
    /// <returns>The file in the cache, verified; null when it is at none of the addresses.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>,
    /// <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal async Task<VerifiedFile?> TryFetchAsync(
        Descriptor file,
        IEnumerable<Uri> addresses,
        string name,
        CancellationToken cancellationToken,
        Action<long>? progress = null)
    {
        if (await Store.TryGetVerifiedAsync(file, cancellationToken) is { } kept)
        {
            return kept;
        }

        await _slots.WaitAsync(cancellationToken);
        try
        {
            Reporter.Detail($"Fetching {name} ({file.Size} bytes).");
            var download =
                new Download(name, file.Size, [.. addresses.SelectMany(PlacesOf).Distinct().Select(address => PlaceOf(address, file))], _connection.Retrier, PassOver);
            using var writer = Store.ContinueWriter(file);
            return await download.RunAsync(
                writer.Stream.Length,
                (content, token) => VerifiedFile.CompleteAsync(
                    writer, file, progress is null ? content : new CountedStream(content, progress), name, token),
                cancellationToken);
        }
        catch (AbsentException)
        {
            return null;
        }
        catch (TransientException failure)
        {
            throw Unavailable(name, failure);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // What the network does is explained above; this is the disk.
            throw FileFailure.Explain(failure, $"The cache's copy of {name}");
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _connection.Dispose();
        _slots.Dispose();
    }

    private IEnumerable<Uri> PlacesOf(Uri address) => (_options.Apt?.AlternatesOf(address) ?? []).Prepend(address);

    private async Task<byte[]> TryGetThereAsync(Uri address, CancellationToken cancellationToken)
    {
        RequireNetwork(address);
        try
        {
            return await _connection.Retrier.ExecuteAsync(token => ReadAsync(address, token), cancellationToken)
                ?? throw new ContainerizeException(
                    DiagnosticCode.ArchiveDamaged, $"'{VerbatimUrl.Public(address)}' has more than {MaxDocument} bytes; no archive needs " +
                        $"that. Try another mirror.");
        }
        catch (TransientException failure)
        {
            throw Unavailable(VerbatimUrl.Public(address), failure);
        }
    }

    private DownloadPlace PlaceOf(Uri address, Descriptor file) => new(
        VerbatimUrl.Public(address),
        address.Authority,
        (offset, token) =>
        {
            RequireNetwork(address);
            return address.IsFile
                ? Task.FromResult(new OpenedContent(ArchiveFile.Open(address, file.Size), 0))
                : new RangedContent((start, sending) => _connection.SendAsync(address, start, sending), file.Size, _options)
                .OpenAsync(offset, token);
        });

    private void PassOver(DownloadPlace place, Exception failure) =>
        Reporter.Detail($"{place.Name} was passed over: {failure.Message.TrimEnd('.')}.");

    /// <summary>Reads a document; null when it is too large.</summary>
    private async Task<byte[]?> ReadAsync(Uri address, CancellationToken cancellationToken)
    {
        if (address.IsFile)
        {
            return ArchiveFile.Read(address, MaxDocument);
        }

        using var response = await _connection.SendAsync(address, offset: null, cancellationToken);
        return await _connection.ReadAsync(response, () => ResponseBody.ReadAsync(response, MaxDocument, _options, cancellationToken));
    }

    private void RequireNetwork(Uri address)
    {
        if (_options.IsOffline && !address.IsFile)
        {
            throw new ContainerizeException(
                DiagnosticCode.ArchiveUnavailable,
                $"'{VerbatimUrl.Public(address)}' is needed and not in the cache, and the build must not use the network " +
                $"(ContainerizeOffline). "
                + "Build once with the network, with the same cache.");
        }
    }

    private static ContainerizeException Unavailable(string name, TransientException failure)
    {
        var tried = failure.Attempts > 1 ? $" It was tried {failure.Attempts} times." : "";
        return new(
            DiagnosticCode.ArchiveUnavailable,
            $"Could not fetch {name}: {failure.Message}.{tried} Check the network, and the mirror (ContainerizeDebianMirror, or this " +
            $"machine's apt sources).",
            failure);
    }
}
