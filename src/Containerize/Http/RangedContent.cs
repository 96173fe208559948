using System.Globalization;
using System.Net;

namespace Containerize.Http;

/// <summary>
/// Content of a known size on a server: opened from any byte on, by a range where the server honours it, else from the first byte.
/// </summary>
/// <param name="send">Asks for the content, from a byte on unless it is null. Answers 200 or 206, and 416 where a byte was given; throws
/// otherwise.</param>
/// <param name="size">The size in bytes.</param>
/// <param name="options">How patient the client is.</param>
internal sealed class RangedContent(Func<long?, CancellationToken, Task<HttpResponseMessage>> send, long size, HttpOptions options)
{
    /// <summary>Opens the content from a byte on.</summary>
    /// <returns>The bytes and the position they begin at: the byte that was asked for, or the first.</returns>
    /// <exception cref="TransientException">The server sends another part than asked for.</exception>
    internal async Task<OpenedContent> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        if (offset > 0 && await TryOpenAsync(await send(offset, cancellationToken), offset, cancellationToken) is { } rest)
        {
            return rest;
        }

        // Another part than asked for, or "range not satisfiable", is dropped: begin again.
        var response = await send(null, cancellationToken);
        return await TryOpenAsync(response, 0, cancellationToken)
            ?? throw new TransientException(
                $"{response.RequestMessage!.RequestUri!.Authority} answers with a part of the content that does not begin where it was " +
                $"asked to");
    }

    private async Task<OpenedContent?> TryOpenAsync(HttpResponseMessage response, long offset, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return new(await OpenWholeAsync(response, cancellationToken), 0);
        }

        if (response.StatusCode == HttpStatusCode.PartialContent && StartOf(response) == offset
            && (ResponseBody.CodingOf(response) is null || response.Content.Headers.ContentLength == size - offset))
        {
            return new(await ResponseBody.OpenAsync(response, options, cancellationToken), offset);
        }

        response.Dispose();
        return null;
    }

    /// <summary>
    /// The bytes from the first on. Servers label a file <c>Content-Encoding: gzip</c> because it is a gzip file; only a length that is not
    /// the content's tells that it was compressed once more on the way.
    /// </summary>
    private Task<Stream> OpenWholeAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.Content.Headers.ContentLength == size
            ? ResponseBody.OpenAsync(response, options, cancellationToken)
            : ResponseBody.OpenDecodedAsync(response, options, cancellationToken);

    /// <summary>The first byte of <c>Content-Range: bytes 7-99/100</c>; null when it is malformed or of other content.</summary>
    private long? StartOf(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Range", out var values)
            || response.Content.Headers.ContentType?.MediaType == "multipart/byteranges")
        {
            return null;
        }

        var parts = values.ToString().Trim().Split([' ', '-', '/'], StringSplitOptions.TrimEntries);
        return parts is ["bytes", var first, var last, var total]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end >= start
            && (total == "*" || total == size.ToString(CultureInfo.InvariantCulture))
            ? start
            : null;
    }
}
