using Containerize.Registry.Transfer;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>Where a registry was found to lack what it says to have, no look spares an upload.</summary>
[TestClass]
internal sealed class DistrustedLookTests
{
    private const int Size = 300_000;

    [TestMethod]
    [DataRow("PUT", 503)]
    [DataRow("PUT", 504)]
    [DataRow("PUT", 524)]
    [DataRow("PUT", 400)]
    [DataRow("PUT", 0)]
    [DataRow("POST", 503)]
    [DataRow("PATCH", 500)]
    [DataRow("PATCH", 0)]
    public async Task What_is_sent_once_more_is_sent_whatever_a_look_says(string method, int status)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { ChunkSize = 100_000 };
        lab.Registry.On(RequestKind.Blob, "HEAD").Do(fault => fault.Reply(200));
        lab.Registry.On(RequestKind.Upload, method).Once()
            .Do(fault => status > 0 ? fault.Error(status, "UNKNOWN") : fault.ResetAfterReceiving(100));
        if (method == "PATCH")
        {
            lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") is not (null or "0"))
                .Do(fault => fault.Error(405, "UNSUPPORTED"));
        }

        var blob = ClientLab.RandomBlob(Size);
        var outcome = await lab.Client.PushBlobAsync(lab.Repository, blob, CancellationToken.None, evenIfThere: true);

        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.IsNotNull(lab.Registry.FindBlob("team/app", blob.Descriptor.Digest));
    }
}
