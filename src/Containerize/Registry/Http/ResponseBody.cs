namespace Containerize.Registry.Http;

/// <summary>Reads bodies of responses: with a limit on idleness and, for documents, on size.</summary>
internal static class ResponseBody
{
    internal static async Task<Stream> OpenAsync(HttpResponseMessage response, RegistryOptions options, CancellationToken cancellationToken) =>
        new IdleReadStream(await response.Content.ReadAsStreamAsync(cancellationToken), options.NoProgressTimeout, options.TimeProvider, response.RequestMessage!.RequestUri!.Authority);

    /// <summary>Reads a document.</summary>
    /// <returns>The bytes; null when there are more than the limit.</returns>
    internal static async Task<byte[]?> ReadAsync(HttpResponseMessage response, int limit, RegistryOptions options, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(response, options, cancellationToken);
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
}
