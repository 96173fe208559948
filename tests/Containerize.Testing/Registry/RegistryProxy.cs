using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Containerize.Testing.Registry;

/// <summary>
/// Stands before a real registry: passes everything on as it comes, counts the bytes of bodies, and breaks connections when it is told to.
/// What it counts went to or came from the registry, whatever a client says of itself.
/// </summary>
internal sealed class RegistryProxy : IAsyncDisposable
{
    private const int BufferSize = 32 * 1024;

    private readonly ConcurrentQueue<ProxiedRequest> _requests = new();
    private readonly ConcurrentQueue<double> _cuts = new();
    private readonly HttpClient _upstream;
    private readonly LoopbackServer _server;

    private RegistryProxy(string upstream)
    {
        _upstream = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress =
                new Uri($"http://{upstream}") };
        _server = new LoopbackServer(ServeAsync, certificate: null, http2: false);
    }

    /// <summary>Host and port.</summary>
    public string Authority => $"127.0.0.1:{_server.Port}";

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<ProxiedRequest> Requests => [.. _requests];

    /// <summary>The bytes of blobs that clients sent.</summary>
    public long BlobBytesUp =>
        _requests.Where(request => request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)).Sum(request => request.BytesUp);

    /// <summary>The bytes of blobs that clients got.</summary>
    public long BlobBytesDown =>
        _requests.Where(request => request.Path.Contains("/blobs/sha256", StringComparison.Ordinal)).Sum(request => request.BytesDown);

    /// <summary>Is told whenever bytes of a blob went up; how many there were in all.</summary>
    public Action<long>? OnUpload { get; set; }

    /// <summary>Starts it.</summary>
    /// <param name="upstream">Host and port of the registry, which speaks HTTP.</param>
    public static async Task<RegistryProxy> StartAsync(string upstream)
    {
        var proxy = new RegistryProxy(upstream);
        await proxy._server.StartAsync();
        return proxy;
    }

    /// <summary>Forgets the requests so far.</summary>
    public void Clear() => _requests.Clear();

    /// <summary>Breaks the next downloads of blobs, each after a part of the bytes that were asked for.</summary>
    /// <param name="parts">The parts, between 0 and 1.</param>
    public void CutDownloads(params double[] parts) => Array.ForEach(parts, _cuts.Enqueue);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task ServeAsync(HttpContext context, CancellationToken stopping)
    {
        var record = new ProxiedRequest(context.Request.Method, context.Request.Path + context.Request.QueryString);
        _requests.Enqueue(record);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        try
        {
            using var message = Translate(context.Request, record);
            using var response = await _upstream.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, end.Token);
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers)
                .Where(header => header.Key != "Transfer-Encoding"))
            {
                context.Response.Headers[name] = values.ToArray();
            }

            await SendAsync(response, context, record, end.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            // The registry is gone, or the client is.
            context.Abort();
        }
    }

    private HttpRequestMessage Translate(HttpRequest request, ProxiedRequest record)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(record.Path, UriKind.Relative));
        if (request.ContentLength is not null || request.Headers.TransferEncoding.Count > 0)
        {
            message.Content = new StreamContent(new CountingStream(request.Body, count =>
            {
                record.AddUp(count);
                OnUpload?.Invoke(BlobBytesUp);
            }), BufferSize);
        }

        foreach (var (name, values) in request.Headers)
        {
            // Host stays the proxy's own, so that the registry's locations lead back here.
            if (!message.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return message;
    }

    private async Task SendAsync(
        HttpResponseMessage response, HttpContext context, ProxiedRequest record, CancellationToken cancellationToken)
    {
        var isBlob = record is { Method: "GET" } && record.Path.Contains("/blobs/sha256", StringComparison.Ordinal);
        var limit = isBlob && _cuts.TryDequeue(out var part) ? (long)(part * response.Content.Headers.ContentLength!.Value) : long.MaxValue;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[BufferSize];
        while (await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit - record.BytesDown)), cancellationToken)
            is > 0 and var read)
        {
            record.AddDown(read);
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            if (record.BytesDown == limit)
            {
                // What was counted has to leave before the connection breaks.
                await context.Response.Body.FlushAsync(cancellationToken);
                await Task.Delay(100, cancellationToken);
                context.Abort();
                return;
            }
        }
    }

    private sealed class CountingStream(Stream inner, Action<int> count) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            count(read);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>A request that went through a <see cref="RegistryProxy"/>.</summary>
/// <param name="method">The method.</param>
/// <param name="path">Path and query.</param>
internal sealed class ProxiedRequest(string method, string path)
{
    private long _bytesUp;
    private long _bytesDown;

    public string Method { get; } = method;

    public string Path { get; } = path;

    /// <summary>The bytes of the body that went to the registry.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    /// <summary>The bytes of the body that went to the client.</summary>
    public long BytesDown => Interlocked.Read(ref _bytesDown);

    public override string ToString() => $"{Method} {Path} (up {BytesUp}, down {BytesDown})";

    internal void AddUp(int count) => Interlocked.Add(ref _bytesUp, count);

    internal void AddDown(int count) => Interlocked.Add(ref _bytesDown, count);
}
