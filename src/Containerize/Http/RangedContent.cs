using System.Globalization;
using System.Net;

namespace Containerize.Http;

/// <summary>
/// Content of a known size on a server: opened from any byte on, by a range where the server honours it, else from the first byte.
/// </summary>
/// <param name="send">Asks for the content, from a byte on unless it is null. Answers 200, and 206 or 416 where a byte was given; throws
/// otherwise.</param>
/// <param name="size">The size in bytes.</param>
/// <param name="options">How patient the client is.</param>
internal sealed class RangedContent(Func<long?, CancellationToken, Task<HttpResponseMessage>> send, long size, HttpOptions options)
{
    /// <summary>Opens the content from a byte on.</summary>
    /// <returns>The bytes and the position they begin at, which may be an earlier one.</returns>
    internal async Task<OpenedContent> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        if (offset > 0)
        {
            var partial = await send(offset, cancellationToken);
            if (partial.StatusCode == HttpStatusCode.OK)
            {
                return new(await OpenWholeAsync(partial, cancellationToken), 0);
            }

            if (partial.StatusCode == HttpStatusCode.PartialContent && StartOf(partial) is { } start && start <= offset
                && (ResponseBody.CodingOf(partial) is null || partial.Content.Headers.ContentLength == size - start))
            {
                return new(await ResponseBody.OpenAsync(partial, options, cancellationToken), start);
            }

            // Another range than asked for, or "range not satisfiable": begin again.
            partial.Dispose();
        }

        return new(await OpenWholeAsync(await send(null, cancellationToken), cancellationToken), 0);
    }

    /// <summary>
    /// The bytes from the first on. Servers label a file <c>Content-Encoding: gzip</c> because it is a gzip file; only a length that is not
    /// the
    /// content's tells that it was compressed once more on the way.
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
