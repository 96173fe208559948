using System.Net;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Http;

[TestClass]
internal sealed class ProxyTests
{
    [TestMethod]
    [DataRow(403, 1)]
    [DataRow(407, 1)]
    [DataRow(502, 2)]
    public async Task The_password_of_a_proxy_that_refuses_is_not_shown(int status, int leastTries)
    {
        await using var lab = await ClientLab.StartAsync();
        var tries = 0;
        await using var proxy = await TestProxy.StartAsync(status, () => tries++);
        lab.Options = options => options with { Proxy = new WebProxy($"http://ada:opensesame@127.0.0.1:{proxy.Port}") };

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(new("registry.example", "app"), "1.0", CancellationToken.None));

        StringAssert.Contains(failure.Message, "proxy");
        StringAssert.Contains(failure.Message, $"{status}");
        Assert.DoesNotContain("opensesame", failure.Message + lab.Reporter.Text);
        Assert.AreEqual(leastTries > 1, tries > 1);
    }

    /// <summary>A proxy that opens no tunnel.</summary>
    private sealed class TestProxy : IAsyncDisposable
    {
        private readonly LoopbackServer _server;

        private TestProxy(int status, Action count) => _server = new(
            (context, _) =>
            {
                count();
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            },
            certificate: null,
            http2: false);

        internal int Port => _server.Port;

        internal static async Task<TestProxy> StartAsync(int status, Action count)
        {
            var proxy = new TestProxy(status, count);
            await proxy._server.StartAsync();
            return proxy;
        }

        public async ValueTask DisposeAsync() => await _server.DisposeAsync();
    }
}
