using System.Collections.Concurrent;
using System.Globalization;
using Containerize.Testing.Registry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Containerize.Testing.Debian;

/// <summary>
/// A web server with an archive's files, or a proxy before one. Each file has a row of answers: a request takes the next, and the last one
/// stays. What has no answer is 404.
/// </summary>
internal sealed class ArchiveServer : IAsyncDisposable
{
    private static readonly TimeSpan s_arrival = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, ConcurrentQueue<Answer>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Uri> _elsewhere = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<ArchiveRequest> _requests = new();
    private readonly LoopbackServer _server;

    private ArchiveServer(TestCertificates? certificates) => _server = new LoopbackServer(ServeAsync, certificates?.Server, http2: false);

    /// <summary>Gives an answer. The token ends when the server stops.</summary>
    public delegate Task Answer(HttpContext context, CancellationToken stopping);

    /// <summary>Scheme, host and port, ending with <c>/</c>.</summary>
    public Uri Address => new($"{_server.Scheme}://127.0.0.1:{_server.Port}/");

    /// <summary>What was asked for, in order.</summary>
    public IReadOnlyList<ArchiveRequest> Requests => [.. _requests];

    /// <summary>Starts a server, which speaks TLS when it has certificates.</summary>
    public static async Task<ArchiveServer> StartAsync(TestCertificates? certificates = null)
    {
        var server = new ArchiveServer(certificates);
        await server._server.StartAsync();
        return server;
    }

    /// <summary>Sets the answers for a path.</summary>
    /// <returns>The address of the path.</returns>
    public Uri On(string path, params Answer[] answers)
    {
        _answers["/" + path] = new ConcurrentQueue<Answer>(answers);
        return new Uri(Address, path);
    }

    /// <summary>Redirects what is below a path, and has no answer, to the same below another address.</summary>
    /// <returns>The address of the path.</returns>
    public Uri RedirectBelow(string path, Uri target)
    {
        _elsewhere["/" + path] = target;
        return new Uri(Address, path);
    }

    /// <summary>The whole file, or the range that is asked for.</summary>
    public static Answer Content(byte[] content) => async (context, stopping) =>
    {
        var from = RangeOf(context);
        var part = content.AsMemory(from);
        if (from > 0)
        {
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange =
                string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{content.Length - 1}/{content.Length}");
        }

        context.Response.ContentLength = part.Length;
        await context.Response.Body.WriteAsync(part, stopping);
    };

    /// <summary>The whole file, whatever is asked for.</summary>
    public static Answer WholeFile(byte[] content) => async (context, stopping) =>
    {
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, stopping);
    };

    /// <summary>
    /// The begin of a file, whose whole length is announced, and then a reset connection, which may cost some of the bytes on their way.
    /// </summary>
    public static Answer BreakAfter(byte[] content, int count) => async (context, stopping) =>
    {
        await BeginAsync(context, content, count, stopping);
        await Task.Delay(s_arrival, stopping);
        context.Abort();
    };

    /// <summary>The begin of a file, and then nothing more.</summary>
    public static Answer StallAfter(byte[] content, int count) => async (context, stopping) =>
    {
        await BeginAsync(context, content, count, stopping);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        await Task.Delay(Timeout.Infinite, end.Token)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    };

    /// <summary>Bytes without an announced length, which end in good order.</summary>
    public static Answer Chunked(byte[] content) => (context, stopping) => context.Response.Body.WriteAsync(content, stopping).AsTask();

    /// <summary>Bytes without end.</summary>
    public static Answer Endless() => async (context, stopping) =>
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        var bytes = new byte[64 * 1024];
        try
        {
            while (true)
            {
                await context.Response.Body.WriteAsync(bytes, end.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The client has had enough.
        }
    };

    /// <summary>A status, with headers and without a body.</summary>
    public static Answer Status(int status, params (string Name, string Value)[] headers) => (context, _) =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return Task.CompletedTask;
    };

    /// <summary>A redirect.</summary>
    public static Answer Redirect(string location, int status = StatusCodes.Status302Found) => Status(status, ("Location", location));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task BeginAsync(HttpContext context, byte[] content, int count, CancellationToken stopping)
    {
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content.AsMemory(0, count), stopping);
        await context.Response.Body.FlushAsync(stopping);
    }

    private static int RangeOf(HttpContext context) =>
        context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } from ? (int)from : 0;

    private Task ServeAsync(HttpContext context, CancellationToken stopping)
    {
        // As it came: a proxy is asked with the whole address.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        _requests.Enqueue(
            new ArchiveRequest(
                target,
                (string?)context.Request.Headers.Range,
                (string?)context.Request.Headers.Authorization,
                (string?)context.Request.Headers.ProxyAuthorization));
        var path = context.Request.Path.Value ?? "";
        var answers = _answers.GetValueOrDefault(path);
        if (answers is null || !answers.TryPeek(out var answer))
        {
            var (below, address) = _elsewhere.FirstOrDefault(each => path.StartsWith(each.Key, StringComparison.Ordinal));
            var other = below is null ? Status(StatusCodes.Status404NotFound)
                : Redirect(new Uri(address, path[below.Length..]).AbsoluteUri);
            return other(context, stopping);
        }

        if (answers.Count > 1)
        {
            answers.TryDequeue(out answer);
        }

        return answer!(context, stopping);
    }
}

/// <summary>A request that came.</summary>
/// <param name="Target">What is asked for, as it stands in the request.</param>
/// <param name="Range">The range of bytes; null when all are wanted.</param>
/// <param name="Authorization">The login; null when none was sent.</param>
/// <param name="ProxyAuthorization">The login for a proxy; null when none was sent.</param>
internal sealed record ArchiveRequest(string Target, string? Range, string? Authorization, string? ProxyAuthorization);
