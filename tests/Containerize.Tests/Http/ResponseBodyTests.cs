using Containerize.Files;
using Containerize.Http;
using Containerize.Registry.Protocol;

namespace Containerize.Tests.Http;

[TestClass]
internal sealed class ResponseBodyTests
{
    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_document_that_comes_slowly_has_an_end()
    {
        using var response = Response(new SlowStream());
        var options = new RegistryOptions { Environment = _ => null, NoProgressTimeout = TimeSpan.FromMilliseconds(300) };

        var failure = await Assert.ThrowsExactlyAsync<TimeoutException>(
            () => ResponseBody.ReadAsync(response, int.MaxValue, options, CancellationToken.None));

        StringAssert.Contains(failure.Message, "registry.example has not sent a whole document");
    }

    [TestMethod]
    public async Task A_build_that_is_cancelled_is_told_so()
    {
        using var response = Response(new SlowStream());
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => ResponseBody.ReadAsync(response, int.MaxValue, new RegistryOptions { Environment = _ => null }, stop.Token));
    }

    private static HttpResponseMessage Response(Stream body) => new()
    {
        Content = new StreamContent(body),
        RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://registry.example/v2/"),
    };

    /// <summary>Never ends, and never has nothing for long.</summary>
    private sealed class SlowStream : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(10, cancellationToken);
            return Math.Min(100, buffer.Length);
        }
    }
}
