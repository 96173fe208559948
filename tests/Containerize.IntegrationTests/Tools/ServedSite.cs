using System.Net;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A container of an image with a static site, which may write to nothing of the image and has no privileges.</summary>
internal sealed class ServedSite : IAsyncDisposable
{
    private readonly IEngine _engine;
    private readonly HttpClient _client;

    private ServedSite(IEngine engine, string name, Uri address)
    {
        _engine = engine;
        Name = name;
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            CheckCertificateRevocationList = true,
        };
        _client = new HttpClient(handler) { BaseAddress = address };
    }

    internal string Name { get; }

    internal Uri Address => _client.BaseAddress!;

    internal static async Task<ServedSite> StartAsync(IEngine engine, string image, int port)
    {
        var site = new ServedSite(engine, $"ctz-{Guid.NewGuid():N}", new Uri($"http://127.0.0.1:{port}/"));
        (
            await engine.RunAsync(
                "run",
                "-d",
                "--name",
                site.Name,
                "--network=host",
                "--read-only",
                "--cap-drop=all",
                "--ulimit",
                "nofile=1024:1024",
                "--ulimit",
                "nproc=1000:1000",
                image)).EnsureSuccess();
        for (var attempt = 0; attempt < 300; attempt++)
        {
            try
            {
                using var answer = await site._client.GetAsync(site.Address);
                return site;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }

        var logs = await engine.RunAsync("logs", site.Name);
        await site.DisposeAsync();
        throw new InvalidOperationException($"{image} does not answer:\n{logs.Output}{logs.Error}");
    }

    /// <summary>Asks for a path.</summary>
    /// <param name="path">The path, relative to the root.</param>
    /// <param name="headers">Headers of the request.</param>
    internal async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(
                header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            await response.Content.ReadAsByteArrayAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _engine.RunAsync("rm", "-f", Name);
    }

    /// <summary>What the server answered.</summary>
    internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Content)
    {
        internal string Text => System.Text.Encoding.UTF8.GetString(Content);

        internal string? this[string header] => Headers.GetValueOrDefault(header);
    }
}
