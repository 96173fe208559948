using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Containerize.Testing.Registry;

/// <summary>One request on its way through the registry: reads its body and sends its reply, both as the fault wants it.</summary>
internal sealed class Exchange(HttpContext context, RecordedRequest request, CancellationToken stopping)
{
    private const int PieceSize = 64 * 1024;

    // Long enough for the kernel to hand over the bytes before the reset discards what is still queued.
    private static readonly TimeSpan s_beforeReset = TimeSpan.FromMilliseconds(50);

    internal RecordedRequest Request => request;

    internal Fault Fault { get; set; } = new();

    internal string Origin => $"{context.Request.Scheme}://{request.Host}";

    internal long? ContentLength => context.Request.ContentLength;

    /// <summary>A header, unless the fault hides it.</summary>
    internal string? Header(string name) => Fault.HiddenRequestHeaders.Contains(name) ? null : request.Header(name);

    /// <summary>Reads the body into a stream; what came before a break is in it.</summary>
    /// <exception cref="ConnectionDroppedException">The fault wants the connection reset.</exception>
    internal async Task ReceiveAsync(Stream sink)
    {
        var buffer = new byte[PieceSize];
        while (true)
        {
            var limit = Math.Min(Fault.ReceiveLimit ?? long.MaxValue, Fault.ReceiveStallLimit ?? long.MaxValue);
            var wanted = (int)Math.Min(buffer.Length, limit - request.BytesReceived);
            if (wanted == 0)
            {
                if (limit == Fault.ReceiveStallLimit)
                {
                    await WaitAsync(Timeout.InfiniteTimeSpan);
                }

                throw Drop();
            }

            var read = await context.Request.Body.ReadAsync(buffer.AsMemory(0, wanted), context.RequestAborted);
            if (read == 0)
            {
                return;
            }

            request.AddReceived(read);
            await sink.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
        }
    }

    internal async Task WaitAsync(TimeSpan time)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        await Task.Delay(time, either.Token);
    }

    internal async Task SendAsync(Reply reply)
    {
        if (Fault.LosesReply)
        {
            throw Drop();
        }

        var response = context.Response;
        request.Status = response.StatusCode = reply.Status;
        // RFC 9110, 8.6: these have no content, and so no length.
        var isBare = reply.Status is 204 or 304;
        foreach (var (name, values) in (isBare ? reply.Without("Content-Length") : reply).Headers)
        {
            response.Headers[name] = values;
        }

        if (isBare || request.Method == HttpMethods.Head)
        {
            return;
        }

        var length = response.ContentLength is { } declared ? Math.Min(declared, reply.Body.Length) : reply.Body.Length;
        var limit = new[] { length, Fault.ResetLimit ?? length, Fault.TruncateLimit ?? length, Fault.StallLimit ?? length }.Min();
        await SendAsync(reply.Body[..(int)limit]);
        if (Fault.ResetLimit < length)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            await WaitAsync(s_beforeReset);
            throw Drop();
        }

        if (Fault.StallLimit < length)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            await WaitAsync(Timeout.InfiniteTimeSpan);
        }

        if (Fault.ResetsAfterReply)
        {
            await response.CompleteAsync();
            await WaitAsync(s_beforeReset);
            throw Drop();
        }

        if (limit < length || response.ContentLength > length)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            // The server closes the connection in order when a handler has sent less than it promised.
            if (response.ContentLength is null)
            {
                await WaitAsync(s_beforeReset);
                throw Drop();
            }
        }
    }

    /// <summary>Resets the connection.</summary>
    internal ConnectionDroppedException Drop()
    {
        context.Abort();
        return new ConnectionDroppedException();
    }

    internal static RecordedRequest Record(HttpContext context, int sequence, RequestKind? kind, Func<string, string?> served)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => string.Join(", ", (IEnumerable<string?>)header.Value), StringComparer.OrdinalIgnoreCase);
        return new RecordedRequest(sequence, context.Request.Host.Value
            ?? "", context.Request.Method, target, kind, served(target), headers);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> body)
    {
        var size = Fault.Drips?.Bytes ?? PieceSize;
        for (var sent = 0; sent < body.Length; sent += size)
        {
            var piece = body.Slice(sent, Math.Min(size, body.Length - sent));
            request.AddSent(piece.Length);
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            if (Fault.Drips is { } drips)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await WaitAsync(drips.Pause);
            }
        }
    }
}

/// <summary>The connection was reset on purpose.</summary>
internal sealed class ConnectionDroppedException : Exception;
