using System.IO.Compression;

namespace Containerize.Http;

/// <summary>Reads bodies of responses: with a limit on idleness and, for documents, on size.</summary>
internal static class ResponseBody
{
    private const int MaxErrorSize = 64 * 1024;

    // It only adds to the status. Each repetition would wait for it.
    private static readonly TimeSpan s_errorPatience = TimeSpan.FromSeconds(5);

    /// <summary>The coding that was put on a body though none was asked for, as some proxies do it; null when there is none.</summary>
    /// <remarks>RFC 9110, 8.4. Codings are not nested in practice: the last one named is taken.</remarks>
    internal static string? CodingOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var values)
        && values.ToString().Split(',')[^1].Trim().ToLowerInvariant() is { Length: > 0 } coding && coding != "identity"
            ? coding
            : null;

    /// <summary>Opens the bytes as they were sent.</summary>
    internal static async Task<Stream> OpenAsync(HttpResponseMessage response, HttpOptions options, CancellationToken cancellationToken)
    {
        var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new IdleReadStream(content, options, response.RequestMessage!.RequestUri!.Authority);
    }

    /// <summary>
    /// Opens the bytes as they were before a proxy coded them. They are untrusted like all others: who reads them compares size and digest.
    /// </summary>
    internal static async Task<Stream> OpenDecodedAsync(
        HttpResponseMessage response, HttpOptions options, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(response, options, cancellationToken);
        return CodingOf(response) switch
        {
            null => stream,
            "gzip" or "x-gzip" => new GZipStream(stream, CompressionMode.Decompress),
            "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
            var unknown => throw Unreadable(response, stream, unknown, options),
        };
    }

    /// <summary>
    /// Reads a document, which is small: all of it has to come in twice the time after which a connection counts as dead.
    /// </summary>
    /// <returns>The bytes; null when there are more than the limit.</returns>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    internal static async Task<byte[]?> ReadAsync(
        HttpResponseMessage response, int limit, HttpOptions options, CancellationToken cancellationToken)
    {
        // After the bound on the rate, which says more of what is wrong.
        var longest = 2 * options.NoProgressTimeout;
        using var patience = new CancellationTokenSource(longest, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await ReadToEndAsync(response, limit, options, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{response.RequestMessage!.RequestUri!.Authority} has not sent a whole document in "
                + $"{longest.TotalSeconds:0.#} seconds");
        }
    }

    private static async Task<byte[]?> ReadToEndAsync(
        HttpResponseMessage response, int limit, HttpOptions options, CancellationToken cancellationToken)
    {
        var stream = await OpenDecodedAsync(response, options, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            for (var read = -1; read != 0;)
            {
                read = await stream.ReadAsync(buffer, cancellationToken);
                content.Write(buffer.AsSpan(0, read));
                if (content.Length > limit)
                {
                    return null;
                }
            }

            return content.ToArray();
        }
    }

    /// <summary>
    /// Reads the body of an error. One that is unreadable, of an unknown coding, or not there in time counts as empty: the status is what
    /// matters.
    /// </summary>
    internal static async Task<byte[]> ReadErrorAsync(
        HttpResponseMessage response, HttpOptions options, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_errorPatience, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await ReadAsync(response, MaxErrorSize, options, either.Token) ?? [];
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure) || failure is ContainerizeException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [];
        }
    }

    private static ContainerizeException Unreadable(HttpResponseMessage response, Stream stream, string coding, HttpOptions options)
    {
        stream.Dispose();
        var host = response.RequestMessage!.RequestUri!.Authority;
        return new(
            options.Kind.BadAnswer,
            $"{host} sends its answers with the Content-Encoding '{Printable.Clean(coding)}', though none was asked for. A proxy before " +
            $"it changes what passes through it.");
    }
}
