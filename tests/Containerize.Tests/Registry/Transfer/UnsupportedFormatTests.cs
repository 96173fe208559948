using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>A registry that does not take OCI's format is told from other refusals, and the way out is named.</summary>
[TestClass]
internal sealed class UnsupportedFormatTests
{
    private const string Hint = "ContainerImageFormat=Docker";

    [TestMethod]
    [DataRow(415, "MANIFEST_INVALID")]
    [DataRow(415, "UNSUPPORTED")]
    [DataRow(415, "")]
    [DataRow(400, "MANIFEST_INVALID")]
    [DataRow(400, "UNSUPPORTED")]
    [DataRow(405, "UNSUPPORTED")]
    [DataRow(406, "")]
    [DataRow(422, "MANIFEST_INVALID")]
    public async Task A_refused_OCI_manifest_comes_with_a_hint(int status, string code)
    {
        await using var lab = await StartAsync(status, code);

        var failure = await PutAsync(lab, MediaTypes.OciManifest);

        StringAssert.Contains(failure.Message, Hint);
    }

    [TestMethod]
    public async Task A_refused_OCI_index_comes_with_a_hint()
    {
        await using var lab = await StartAsync(415, "MANIFEST_INVALID");

        StringAssert.Contains((await PutAsync(lab, MediaTypes.OciIndex)).Message, Hint);
    }

    [TestMethod]
    [DataRow(415, "MANIFEST_INVALID", MediaTypes.DockerManifest, DisplayName = "it is Docker's format already")]
    [DataRow(404, "MANIFEST_BLOB_UNKNOWN", MediaTypes.OciManifest, DisplayName = "a blob is missing")]
    [DataRow(403, "DENIED", MediaTypes.OciManifest, DisplayName = "the account may not push")]
    [DataRow(400, "TAG_INVALID", MediaTypes.OciManifest, DisplayName = "the tag is wrong")]
    [DataRow(413, "", MediaTypes.OciManifest, DisplayName = "it is too large")]
    public async Task Other_refusals_have_no_hint(int status, string code, string mediaType)
    {
        await using var lab = await StartAsync(status, code);

        Assert.DoesNotContain(Hint, (await PutAsync(lab, mediaType)).Message);
    }

    [TestMethod]
    [DataRow(415, "MANIFEST_INVALID")]
    [DataRow(415, "MANIFEST_BLOB_UNKNOWN")]
    [DataRow(406, "MANIFEST_UNKNOWN")]
    public async Task A_type_that_is_not_taken_is_no_reason_to_send_everything_again(int status, string code)
    {
        await using var lab = await StartAsync(status, code);

        Assert.AreEqual(DiagnosticCode.RegistryError, (await PutAsync(lab, MediaTypes.OciManifest)).Code);
    }

    private static async Task<ClientLab> StartAsync(int status, string code)
    {
        var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => code.Length > 0 ? fault.Error(status, code) : fault.Reply(status));
        return lab;
    }

    private static Task<ContainerizeException> PutAsync(ClientLab lab, string mediaType)
    {
        var content = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{mediaType}}"}""");
        return Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.PutManifestAsync(lab.Repository, "1.0", content, mediaType, CancellationToken.None));
    }
}
