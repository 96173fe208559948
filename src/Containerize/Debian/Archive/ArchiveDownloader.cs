using System.Net;
using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Polly;
using Polly.Retry;

namespace Containerize.Debian.Archive;

/// <summary>Fetches the files of archives. What has a digest goes through the cache and is verified; nothing is unpacked or read before that.</summary>
public sealed class ArchiveDownloader : IDisposable
{
    private const int MaxDocument = 16 * 1024 * 1024;
    private const int MaxRetries = 4;
    private const int MaxParallel = 4;

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_noProgress = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private readonly ResiliencePipeline _retries;
    private readonly SemaphoreSlim _slots = new(MaxParallel);
    private readonly BlobStore _store;
    private readonly bool _isOffline;

    /// <summary>Creates a downloader.</summary>
    /// <param name="store">Keeps what has a digest.</param>
    /// <param name="isOffline">Whether only what is kept may be used.</param>
    /// <param name="reporter">Hears what is fetched.</param>
    /// <param name="retryDelay">How long to wait before the first repetition; each later one waits longer.</param>
    public ArchiveDownloader(BlobStore store, bool isOffline, IReporter reporter, TimeSpan? retryDelay = null)
    {
        _store = store;
        _isOffline = isOffline;
        Reporter = reporter;
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = s_connect, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = MaxParallel })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("containerize");
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

    /// <summary>Fetches a file whose digest is not known.</summary>
    /// <returns>The bytes; null when there is no such file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>.</exception>
    internal Task<byte[]?> TryGetAsync(Uri address, CancellationToken cancellationToken) => ExecuteAsync<byte[]?>(
        address,
        async token =>
        {
            await using var content = await OpenAsync(address, token);
            if (content is null)
            {
                return null;
            }

            using var bytes = new MemoryStream();
            await CopyAsync(content, bytes, MaxDocument, address, token);
            return bytes.ToArray();
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
                var fetched = await ExecuteAsync(
                    address,
                    async token =>
                    {
                        await using var content = await OpenAsync(address, token);
                        if (content is null)
                        {
                            return null;
                        }

                        Reporter.Detail($"Fetching {name} ({file.Size} bytes).");
                        await using var idle = new IdleStream(content, s_noProgress, address);
                        return await _store.AddAsync(file, idle, name, token);
                    },
                    cancellationToken);
                if (fetched is not null)
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
        _client.Dispose();
        _slots.Dispose();
    }

    private async Task<T> ExecuteAsync<T>(Uri address, Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var shown = new UriBuilder(address) { UserName = "", Password = "", Query = "" }.Uri;
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
            throw new ContainerizeException(DiagnosticCode.ArchiveUnavailable, $"{shown} refuses: {Printable.Clean(failure.Message)} Check the mirror (ContainerizeDebianMirror, or this machine's apt sources).", failure);
        }
    }

    private static bool IsTransient(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        HttpRequestException { StatusCode: { } status } => (int)status is 408 or 429 or 500 or 502 or 503 or 504,
        HttpRequestException or TimeoutException => true,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        IOException full => !WriteFailure.IsDiskFull(full),
        _ => false,
    };

    private async Task<Stream?> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        if (address.IsFile)
        {
            return File.Exists(address.LocalPath) ? new FileStream(address.LocalPath, new FileStreamOptions { Options = FileOptions.SequentialScan, Share = FileShare.Read | FileShare.Delete }) : null;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(address) { UserName = "", Password = "" }.Uri);
        if (address.UserInfo.Length > 0)
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_noProgress);
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            response.Dispose();
            return null;
        }

        try
        {
            response.EnsureSuccessStatusCode();
            // Disposing the stream gives the connection back.
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task CopyAsync(Stream source, MemoryStream target, int limit, Uri address, CancellationToken cancellationToken)
    {
        await using var idle = new IdleStream(source, s_noProgress, address);
        var buffer = new byte[64 * 1024];
        for (int count; (count = await idle.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (target.Length + count > limit)
            {
                throw new ContainerizeException(DiagnosticCode.ArchiveDamaged, $"'{address.GetLeftPart(UriPartial.Path)}' has more than {limit} bytes; no archive needs that. Try another mirror.");
            }

            target.Write(buffer.AsSpan(0, count));
        }
    }

    private sealed class TransientFailureException(string message, Exception inner) : Exception(message, inner);

    /// <summary>Gives up when nothing arrives for too long.</summary>
    private sealed class IdleStream(Stream inner, TimeSpan patience, Uri address) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(patience);
            try
            {
                return await inner.ReadAsync(buffer, timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{address.Host} sent nothing for {patience.TotalSeconds:0} seconds.");
            }
        }
    }
}
