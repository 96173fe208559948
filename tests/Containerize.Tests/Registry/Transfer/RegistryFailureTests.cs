using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>The advice fits what the registry says.</summary>
[TestClass]
internal sealed class RegistryFailureTests
{
    private const string Create = "Create the repository";
    private const string Lost = "http.secret";

    [TestMethod]
    [DataRow("BLOB_UPLOAD_UNKNOWN", Lost)]
    [DataRow("BLOB_UPLOAD_INVALID", Lost)]
    [DataRow("blob_upload_unknown", Lost)]
    [DataRow("NAME_UNKNOWN", Create)]
    [DataRow("", Create)]
    [DataRow("BLOB_UNKNOWN", "")]
    public async Task A_blob_that_is_not_taken_gets_the_advice_for_its_reason(string code, string expected)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Do(fault => fault.Error(404, code));
        lab.Registry.On(RequestKind.Upload, "PATCH").Do(fault => fault.Error(404, code));

        AssertAdvice(expected, await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(100))));
    }

    [TestMethod]
    [DataRow("MANIFEST_BLOB_UNKNOWN", "")]
    [DataRow("MANIFEST_UNKNOWN", "")]
    [DataRow("NAME_UNKNOWN", Create)]
    public async Task A_manifest_that_is_not_taken_gets_the_advice_for_its_reason(string code, string expected)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Error(404, code));

        AssertAdvice(expected, await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.Client.PutManifestAsync(
            lab.Repository, "1.0", Encoding.UTF8.GetBytes("{}"), MediaTypes.OciIndex, CancellationToken.None)));
    }

    [TestMethod]
    [DataRow("text/html")]
    [DataRow("Text/HTML;charset=utf-8")]
    public async Task A_web_page_is_called_one(string type)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(200, "<html>Log in</html>", ("Content-Type", type)));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.RegistryError, failure.Code);
        StringAssert.Contains(failure.Message, $"{lab.Registry.Authority} answered with a web page");
    }

    [TestMethod]
    [DataRow(401, DiagnosticCode.RegistryDenied)]
    [DataRow(403, DiagnosticCode.RegistryDenied)]
    [DataRow(400, DiagnosticCode.RegistryError)]
    [DataRow(503, DiagnosticCode.RegistryUnavailable)]
    public async Task A_blob_whose_size_is_not_told_is_not_called_missing(int status, DiagnosticCode code)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { MaxRetries = 1 };
        lab.Registry.On(RequestKind.Blob).Do(fault => fault.Reply(status));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SizeAsync(lab, Digest.Of("a"u8)));

        Assert.AreEqual(code, failure.Code);
    }

    [TestMethod]
    public async Task A_refused_signed_address_of_a_blob_is_no_missing_blob()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(100));
        var host = await lab.Registry.StartSignedHostAsync();
        host.MaxUses = 0;
        lab.Registry.On(RequestKind.Blob).Where(request => request.Path.StartsWith("/v2/", StringComparison.Ordinal))
            .Do(fault => fault.Redirect(307, host.Sign));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SizeAsync(lab, blob.Digest));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
    }

    [TestMethod]
    [DataRow("HEAD")]
    [DataRow(null)]
    public async Task A_length_of_coded_bytes_is_not_the_blobs(string? method)
    {
        await using var lab = await ClientLab.StartAsync();
        var content = new byte[1000];
        var blob = lab.Registry.AddBlob("team/app", content);
        lab.Registry.On(RequestKind.Blob, method).Do(fault => fault.Change((_, reply) =>
            reply.WithBody(Gzip(content)).With("Content-Encoding", "gzip")));

        Assert.AreEqual(content.Length, await SizeAsync(lab, blob.Digest));
    }

    [TestMethod]
    public async Task A_blob_that_is_not_there_has_no_size()
    {
        await using var lab = await ClientLab.StartAsync();
        Assert.IsNull(await SizeAsync(lab, Digest.Of("a"u8)));
    }

    private static Task<long?> SizeAsync(ClientLab lab, Digest digest) =>
        lab.Client.FindBlobSizeAsync(lab.Repository, digest, CancellationToken.None);

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static void AssertAdvice(string expected, ContainerizeException failure)
    {
        StringAssert.Contains(failure.Message, expected);
        foreach (var other in new[] { Create, Lost }.Where(advice => advice != expected))
        {
            Assert.DoesNotContain(other, failure.Message);
        }
    }
}
