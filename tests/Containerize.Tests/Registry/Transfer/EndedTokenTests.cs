using System.Globalization;
using Containerize.Registry.Transfer;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>A token that ends while a proxy holds back a body is no lack of a permission: the registry had granted it.</summary>
[TestClass]
internal sealed class EndedTokenTests
{
    private const int MiB = 1024 * 1024;

    [TestMethod]
    [DataRow(3 * MiB, 2 * MiB)]
    [DataRow(10 * MiB, 3 * MiB)]
    [DataRow(40 * MiB, 10 * MiB)]
    public async Task A_large_body_that_comes_too_late_is_sent_in_pieces(int size, int limit)
    {
        await using var lab = await StartAsync(limit);

        var outcome = await lab.PushAsync(ClientLab.RandomBlob(size));

        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.IsNotEmpty(lab.Registry.RequestsTo(RequestKind.Upload, "PATCH"));
    }

    [TestMethod]
    [DataRow(1000)]
    [DataRow(MiB)]
    public async Task A_small_body_that_is_refused_is_not_sent_in_pieces(int size)
    {
        await using var lab = await StartAsync(limit: 100);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(size)));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        Assert.IsEmpty(lab.Registry.RequestsTo(RequestKind.Upload, "PATCH"));
    }

    [TestMethod]
    public async Task What_was_granted_before_is_asked_again_for_the_next_blob()
    {
        await using var lab = await StartAsync(limit: 100);
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(1000)));

        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(100))).Kind);
    }

    /// <summary>A registry behind a proxy that takes longer than a token lasts to pass on a body above a limit.</summary>
    private static async Task<ClientLab> StartAsync(int limit)
    {
        var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Upload).Where(request => LengthOf(request) > limit).Do(fault => fault.Reply(_ =>
            Reply.Error(401, "UNAUTHORIZED").With(
                "WWW-Authenticate",
                $"Bearer realm=\"{lab.Registry.TokenAddress}\",service=\"test-registry\",error=\"invalid_token\"")));
        return lab;
    }

    private static long LengthOf(RecordedRequest request) =>
        request.Header("Content-Length") is { } length ? long.Parse(length, CultureInfo.InvariantCulture) : 0;
}
