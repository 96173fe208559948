using System.Net;
using Containerize.Debian.Apt;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Polly;
using Polly.Retry;

namespace Containerize.Debian.Archive;

/// <summary>
/// Fetches the files of archives. What has a digest goes through the cache and is verified; nothing is unpacked or read before that.
/// A transfer that breaks off goes on where it ended.
/// </summary>
internal sealed class ArchiveDownloader : IDisposable
{
    private const int MaxDocument = 16 * 1024 * 1024;
    private const int MaxRetries = 4;
    private const int CopyBuffer = 128 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ArchiveConnection _connection;
    private readonly ResiliencePipeline _retries;
    private readonly SemaphoreSlim _slots = new(ArchiveConnection.MaxParallel);
    private readonly BlobStore _store;
    private readonly bool _isOffline;

    /// <summary>Creates a downloader.</summary>
    /// <param name="store">Keeps what has a digest.</param>
    /// <param name="isOffline">Whether only what is kept may be used.</param>
    /// <param name="reporter">Hears what is fetched.</param>
    /// <param name="retryDelay">How long to wait before the first repetition; each later one waits longer.</param>
    /// <param name="patience">How long a server may send nothing.</param>
    public ArchiveDownloader(BlobStore store, bool isOffline, IReporter reporter, TimeSpan? retryDelay = null, TimeSpan? patience = null)
        : this(store, isOffline, reporter, apt: null, retryDelay, patience)
    {
    }

    /// <summary>Creates a downloader that uses apt's proxies and logins where it fetches from apt's sources.</summary>
    internal ArchiveDownloader(BlobStore store, bool isOffline, IReporter reporter, AptAccess? apt, TimeSpan? retryDelay = null, TimeSpan? patience = null)
    {
        _store = store;
        _isOffline = isOffline;
        Reporter = reporter;
        _connection = new ArchiveConnection(apt, patience ?? s_patience);
        _retries = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<TransientFailureException>(),
                MaxRetryAttempts = MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = retryDelay ?? TimeSpan.FromSeconds(1),
                OnRetry = arguments =>
                {
                    reporter.Detail($"{arguments.Outcome.Exception!.Message}; trying again.");
                    return default;
                },
            })
            .Build();
    }

    internal IReporter Reporter { get; }

    internal BlobStore Store => _store;

    /// <summary>Fetches a file whose digest is not known.</summary>
    /// <returns>The bytes; null when there is no such file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>, <see cref="DiagnosticCode.ArchiveDamaged"/>.</exception>
    internal Task<byte[]?> TryGetAsync(Uri address, CancellationToken cancellationToken) => ExecuteAsync<byte[]?>(
        address,
        async token =>
        {
            await using var file = await _connection.OpenAsync(address, 0, token);
            if (file is null)
            {
                return null;
            }

            using var bytes = new MemoryStream();
            await CopyAsync(file.Content, bytes, MaxDocument, token);
            return bytes.Length <= MaxDocument
                ? bytes.ToArray()
                : throw new ContainerizeException(DiagnosticCode.ArchiveDamaged, $"'{ArchiveConnection.Shown(address)}' has more than {MaxDocument} bytes; no archive needs that. Try another mirror.");
        },
        cancellationToken);

    /// <summary>Fetches a file that has a digest, unless the cache has it.</summary>
    /// <param name="file">What it is.</param>
    /// <param name="addresses">Where it may be; they are tried in order.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The file in the cache, verified; null when it is at none of the addresses.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>, <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal async Task<FileBlob?> TryFetchAsync(Descriptor file, IEnumerable<Uri> addresses, string name, CancellationToken cancellationToken)
    {
        if (await _store.TryGetVerifiedAsync(file, cancellationToken) is { } kept)
        {
            return kept;
        }

        await _slots.WaitAsync(cancellationToken);
        try
        {
            foreach (var address in addresses)
            {
                if (await TryFetchFromAsync(address, file, name, cancellationToken) is { } fetched)
                {
                    return fetched;
                }
            }

            return null;
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

    private async Task<FileBlob?> TryFetchFromAsync(Uri address, Descriptor file, string name, CancellationToken cancellationToken)
    {
        using var writer = _store.CreateWriter();
        var wasResumed = false;
        return await ExecuteAsync(
            address,
            async token =>
            {
                var part = writer.Stream.Length;
                Reporter.Detail(part == 0 ? $"Fetching {name} ({file.Size} bytes)." : $"Fetching {name} from byte {part} on.");
                await using var opened = await _connection.OpenAsync(address, part, token);
                if (opened is null)
                {
                    return null;
                }

                wasResumed |= opened.Start > 0;
                writer.Stream.SetLength(opened.Start);
                writer.Stream.Position = opened.Start;
                await CopyAsync(opened.Content, writer.Stream, file.Size, token);
                if (writer.Stream.Length < file.Size && !address.IsFile)
                {
                    throw new EndOfStreamException($"it ended after {writer.Stream.Length} of {file.Size} bytes");
                }

                try
                {
                    writer.Stream.Position = 0;
                    // Not disposed: the wrapper would dispose the writer's stream.
                    await new VerifyingStream(writer.Stream, file, name).CopyToAsync(Stream.Null, CopyBuffer, token);
                }
                catch (ContainerizeException failure) when (wasResumed)
                {
                    // The file may have been replaced between its two parts.
                    wasResumed = false;
                    writer.Stream.SetLength(0);
                    throw new EndOfStreamException("its parts do not fit together", failure);
                }

                return writer.Commit(file);
            },
            cancellationToken);
    }

    private async Task<T> ExecuteAsync<T>(Uri address, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var shown = ArchiveConnection.Shown(address);
        if (_isOffline && !address.IsFile)
        {
            throw new ContainerizeException(DiagnosticCode.ArchiveUnavailable, $"'{shown}' is needed and not in the cache, and the build must not use the network (ContainerizeOffline). Build once with the network, with the same cache.");
        }

        try
        {
            return await _retries.ExecuteAsync(
                async token =>
                {
                    try
                    {
                        return await action(token);
                    }
                    catch (Exception failure) when (IsTransient(failure, cancellationToken))
                    {
                        throw new TransientFailureException($"{shown} could not be read: {Printable.Clean(failure.Message)}", failure);
                    }
                },
                cancellationToken);
        }
        catch (TransientFailureException failure)
        {
            throw new ContainerizeException(DiagnosticCode.ArchiveUnavailable, $"{failure.Message} It was tried {MaxRetries + 1} times. Check the network, and the mirror (ContainerizeDebianMirror, or this machine's apt sources).", failure.InnerException);
        }
        catch (HttpRequestException failure)
        {
            var advice = failure.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? _connection.LoginAdvice : "";
            throw new ContainerizeException(DiagnosticCode.ArchiveUnavailable, $"{shown} refuses: {Printable.Clean(failure.Message)}{advice} Check the mirror (ContainerizeDebianMirror, or this machine's apt sources).", failure);
        }
    }

    private static bool IsTransient(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        HttpRequestException { StatusCode: { } status } => (int)status is 408 or 429 or 500 or 502 or 503 or 504,
        HttpRequestException or TimeoutException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        IOException full => !FileFailure.IsDiskFull(full),
        _ => false,
    };

    /// <summary>Copies until the end, or until there is more than there may be.</summary>
    private static async Task CopyAsync(Stream source, Stream target, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[CopyBuffer];
        for (int count; target.Length <= limit && (count = await source.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    private sealed class TransientFailureException(string message, Exception inner) : Exception(message, inner);
}
