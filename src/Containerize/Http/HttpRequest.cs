using System.Net.Http.Headers;
using System.Text;

namespace Containerize.Http;

/// <summary>One request, before authorization and redirects; each sending makes a message of it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Url">The full URL.</param>
internal record HttpRequest(HttpMethod Method, Uri Url)
{
    private static readonly HttpRequestOptionsKey<TimeSpan> s_workTime = new(nameof(WorkTime));

    /// <summary>The media types that are accepted; none means any.</summary>
    internal IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>The first byte that is wanted, when a download goes on.</summary>
    internal long? RangeStart { get; init; }

    /// <summary>The value of <c>Content-Range</c>, when a piece of a blob is sent.</summary>
    internal string? ContentRange { get; init; }

    /// <summary>The value of <c>If-Match</c>: the entity tag of what is to be replaced, when nothing else may be.</summary>
    internal string? IfMatch { get; init; }

    /// <summary>
    /// Whether the body waits for the server's consent. Over HTTP/1.1 an answer that comes while the body is sent is lost when the server
    /// closes the connection: it looks broken. A server that does not know the header gets the body after a second.
    /// </summary>
    /// <remarks>RFC 9110, 10.1.1.</remarks>
    internal bool AsksFirst { get; init; }

    /// <summary>How long the server may work on the answer, besides the time that every one has.</summary>
    internal TimeSpan WorkTime { get; init; }

    /// <summary>The <see cref="WorkTime"/> of a request that a message was made of.</summary>
    internal static TimeSpan WorkTimeOf(HttpRequestMessage message) =>
        message.Options.TryGetValue(s_workTime, out var time) ? time : TimeSpan.Zero;

    /// <summary>The login of HTTP's basic scheme.</summary>
    /// <remarks>RFC 7617.</remarks>
    internal static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>Makes the body; called once for each sending.</summary>
    internal Func<HttpContent>? Content { get; init; }

    internal HttpRequestMessage CreateMessage(HttpMethod method, Uri url)
    {
        var message = new HttpRequestMessage(method, url);
        message.Options.Set(s_workTime, WorkTime);
        if (Content is not null && method == Method)
        {
            message.Content = Content();
            message.Headers.ExpectContinue = AsksFirst ? true : null;
            if (ContentRange is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Range", ContentRange);
            }
        }
        else if (method == HttpMethod.Post || method == HttpMethod.Put)
        {
            // Without it some proxies answer 411.
            message.Content = new ByteArrayContent([]);
        }

        if (Accept.Count > 0)
        {
            message.Headers.TryAddWithoutValidation("Accept", string.Join(", ", Accept));
        }

        // The digest is that of the bytes as stored: a proxy must not compress them once more.
        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        if (RangeStart is { } start)
        {
            message.Headers.TryAddWithoutValidation("Range", $"bytes={start}-");
        }

        if (IfMatch is not null)
        {
            message.Headers.TryAddWithoutValidation("If-Match", IfMatch);
        }

        return message;
    }
}
