using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text;

namespace Containerize.Tests.Testing;

/// <summary>Short words for HTTP in these tests.</summary>
internal static class HttpWords
{
    internal static async Task<HttpResponseMessage> Call(
        this HttpClient client, string method, string address, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        // Signed queries must arrive as they are written; the class Uri would rewrite %7e.
        var uri = new Uri(
            address.StartsWith('/') ? client.BaseAddress!.GetLeftPart(UriPartial.Authority) + address : address,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.Remove(name);
            }

            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    // Not the validated headers: they would rewrite a Location.
    internal static string? Header(this HttpResponseMessage reply, string name) =>
        reply.Headers.NonValidated.TryGetValues(name, out var values) || reply.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;

    internal static async Task<string?> ErrorCode(this HttpResponseMessage reply) =>
        (string?)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["errors"]![0]!["code"];

    internal static byte[] Utf8(this string text) => Encoding.UTF8.GetBytes(text);
}
