using System.IO.Compression;
using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

[TestClass]
internal sealed class ManifestTests
{
    private const string EmptyConfig = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    private const string Empty =
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":""" +
        $$"""{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{EmptyConfig}}","size":2},"layers":[]}""";

    private static readonly byte[] s_manifest = Encoding.UTF8.GetBytes(Empty);

    [TestMethod]
    public async Task A_manifest_comes_with_its_bytes_digest_and_type()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);

        var found = await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);

        Assert.IsNotNull(found);
        CollectionAssert.AreEqual(s_manifest, found.Content.ToArray());
        Assert.AreEqual(descriptor.Digest, found.Descriptor.Digest);
        Assert.AreEqual(MediaTypes.OciManifest, found.Descriptor.MediaType);
    }

    [TestMethod]
    public async Task All_four_kinds_of_manifest_are_accepted_in_the_request()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);

        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);

        var accept = lab.Registry.RequestsTo(RequestKind.Manifest, "GET")[0].Header("Accept")!;
        foreach (var type in new[] { MediaTypes.OciManifest, MediaTypes.OciIndex, MediaTypes.DockerManifest, MediaTypes.DockerIndex })
        {
            StringAssert.Contains(accept, type);
        }
    }

    [TestMethod]
    public async Task A_missing_manifest_is_null()
    {
        await using var lab = await ClientLab.StartAsync();
        Assert.IsNull(await lab.Client.TryGetManifestAsync(lab.Repository, "none", CancellationToken.None));
        Assert.IsNull(await lab.Client.TryResolveAsync(lab.Repository, "none", CancellationToken.None));
    }

    [TestMethod]
    public async Task A_manifest_that_a_proxy_compressed_is_read()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);
        lab.Registry.On(RequestKind.Manifest, "GET").Do(fault => fault.SetHeader("Content-Encoding", "deflate").ChangeBody(body =>
        {
            using var compressed = new MemoryStream();
            using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal))
            {
                deflate.Write(body);
            }

            return compressed.ToArray();
        }));
        var found = await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        CollectionAssert.AreEqual(s_manifest, found!.Content.ToArray());
    }

    [TestMethod]
    public async Task Parameters_of_the_content_type_are_ignored()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest + "; charset=utf-8");
        var found = await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        Assert.AreEqual(MediaTypes.OciManifest, found!.Descriptor.MediaType);
    }

    [TestMethod]
    [DataRow("application/json")]
    [DataRow("text/plain")]
    public async Task A_vague_content_type_yields_to_the_documents_own(string sent)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_manifest, sent);
        var found = await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        Assert.AreEqual(MediaTypes.OciManifest, found!.Descriptor.MediaType);
    }

    [TestMethod]
    public async Task A_document_that_calls_itself_something_else_is_refused()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciIndex);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
    }

    [TestMethod]
    public async Task A_manifest_over_four_mebibytes_is_refused()
    {
        await using var lab = await ClientLab.StartAsync();
        var huge = new byte[OciJson.MaxDocumentSize + 1];
        Array.Fill(huge, (byte)' ');
        lab.Registry.AddManifest("team/app", "1.0", huge, MediaTypes.OciManifest);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
    }

    [TestMethod]
    [DataRow("""{"schemaVersion":1,"fsLayers":[],"history":[]}""", MediaTypes.DockerSchema1)]
    [DataRow("""{"schemaVersion":1,"fsLayers":[],"signatures":[]}""", MediaTypes.DockerSchema1Signed)]
    public async Task The_first_docker_format_is_refused_with_advice(string content, string mediaType)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", Encoding.UTF8.GetBytes(content), mediaType);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        StringAssert.Contains(failure.Message, "schema 1");
    }

    [TestMethod]
    public async Task Resolving_asks_by_HEAD_only()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);
        var resolved = await lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None);
        Assert.AreEqual(descriptor, resolved);
        Assert.AreEqual(0, lab.Registry.RequestsTo(RequestKind.Manifest, "GET").Count);
    }

    [TestMethod]
    [DataRow("Docker-Content-Digest")]
    [DataRow("Content-Length")]
    [DataRow("Content-Type")]
    public async Task What_HEAD_does_not_say_GET_does(string missing)
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);
        lab.Registry.On(RequestKind.Manifest, "HEAD").Do(fault => fault.RemoveHeader(missing));
        Assert.AreEqual(descriptor, await lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Manifest, "GET").Count);
    }

    [TestMethod]
    public async Task Where_HEAD_is_not_allowed_GET_is_used()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);
        lab.Registry.On(RequestKind.Manifest, "HEAD").Do(fault => fault.Reply(405));
        Assert.AreEqual(descriptor, await lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None));
    }

    [TestMethod]
    public async Task A_forbidden_HEAD_is_explained_by_the_body_of_GET()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Error(403, "DENIED", "the trial has ended"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        StringAssert.Contains(failure.Message, "the trial has ended");
    }

    [TestMethod]
    public async Task Bytes_are_compared_with_the_requested_digest_not_with_the_header()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);
        var other = Encoding.UTF8.GetBytes(Empty.Replace("\"layers\":[]", "\"layers\":[ ]", StringComparison.Ordinal));
        lab.Registry.On(RequestKind.Manifest, "GET")
            .Do(fault => fault.ChangeBody(_ => other).SetHeader("Docker-Content-Digest", Digest.Of(other).ToString()));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, descriptor.Digest.ToString(), CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
    }

    [TestMethod]
    public async Task A_manifest_damaged_on_its_way_is_fetched_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", s_manifest, MediaTypes.OciManifest);
        lab.Registry.On(RequestKind.Manifest, "GET").Once().Do(fault => fault.Corrupt(5));
        var found = await lab.Client.TryGetManifestAsync(lab.Repository, descriptor.Digest.ToString(), CancellationToken.None);
        Assert.AreEqual(descriptor.Digest, found!.Descriptor.Digest);
    }

    [TestMethod]
    public async Task A_manifest_is_put_and_found_again()
    {
        await using var lab = await ClientLab.StartAsync();
        await lab.PushAsync(new Containerize.Storage.MemoryBlob("application/vnd.oci.empty.v1+json", "{}"u8.ToArray()));
        await lab.Client.PutManifestAsync(lab.Repository, "1.0", s_manifest, MediaTypes.OciManifest, CancellationToken.None);
        var stored = lab.Registry.FindManifest("team/app", "1.0");
        Assert.AreEqual(MediaTypes.OciManifest, stored!.MediaType);
        CollectionAssert.AreEqual(s_manifest, stored.Content.ToArray());
    }

    [TestMethod]
    public async Task A_lost_reply_to_a_manifest_is_made_up_for()
    {
        await using var lab = await ClientLab.StartAsync();
        await lab.PushAsync(new Containerize.Storage.MemoryBlob("application/vnd.oci.empty.v1+json", "{}"u8.ToArray()));
        lab.Registry.On(RequestKind.Manifest, "PUT").Once().Do(fault => fault.LoseReply());
        await lab.Client.PutManifestAsync(lab.Repository, "1.0", s_manifest, MediaTypes.OciManifest, CancellationToken.None);
        Assert.AreEqual(2, lab.Registry.RequestsTo(RequestKind.Manifest, "PUT").Count);
    }

    [TestMethod]
    public async Task Content_that_the_registry_misses_has_a_code_of_its_own()
    {
        await using var lab = await ClientLab.StartAsync();
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.PutManifestAsync(lab.Repository, "1.0", s_manifest, MediaTypes.OciManifest, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.RegistryContentMissing, failure.Code);
    }

    [TestMethod]
    [DataRow(200, null)]
    [DataRow(202, null)]
    [DataRow(204, null)]
    [DataRow(201, "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")]
    public async Task A_confirmation_without_the_manifest_is_an_error(int status, string? digest)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT")
            .Do(fault => fault.Reply(status, "", digest is null ? [] : [("Docker-Content-Digest", digest)]));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PutAsync(lab));

        Assert.AreEqual(DiagnosticCode.RegistryError, failure.Code);
        StringAssert.Contains(failure.Message, "does not have it");
    }

    [TestMethod]
    public async Task A_login_page_is_no_confirmation()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Redirect(303, _ => "/login"));
        lab.Registry.On(RequestKind.Other).Do(fault => fault.Reply(200, "<html>Log in</html>", ("Content-Type", "text/html")));

        Assert.AreEqual(
            DiagnosticCode.RegistryError, (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PutAsync(lab))).Code);
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(202)]
    [DataRow(204)]
    public async Task Other_confirmations_of_what_is_there_are_trusted(int status)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Status(status));

        await PutAsync(lab);

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
    }

    [TestMethod]
    public async Task Who_may_only_push_believes_a_confirmation()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Status(202));
        lab.Registry.On(RequestKind.Manifest, "GET").Do(fault => fault.Error(403, "DENIED"));

        await PutAsync(lab);
    }

    [TestMethod]
    public async Task An_immutable_tag_with_the_same_digest_is_success()
    {
        await using var lab = await ClientLab.StartAsync(new() { ImmutableTags = true });
        await lab.PushAsync(new Containerize.Storage.MemoryBlob("application/vnd.oci.empty.v1+json", "{}"u8.ToArray()));
        await lab.Client.PutManifestAsync(lab.Repository, "1.0", s_manifest, MediaTypes.OciManifest, CancellationToken.None);
        await lab.Client.PutManifestAsync(lab.Repository, "1.0", s_manifest, MediaTypes.OciManifest, CancellationToken.None);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.PutManifestAsync(
                lab.Repository, "1.0", Encoding.UTF8.GetBytes(Empty + " "), MediaTypes.OciManifest, CancellationToken.None));
        StringAssert.Contains(failure.Message, "1.0");
    }

    [TestMethod]
    public async Task A_target_that_is_neither_tag_nor_digest_reaches_no_registry()
    {
        await using var lab = await ClientLab.StartAsync();
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "sha256:../../x", CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.InvalidReference, failure.Code);
        Assert.AreEqual(0, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    private static async Task PutAsync(ClientLab lab)
    {
        await lab.PushAsync(new Containerize.Storage.MemoryBlob("application/vnd.oci.empty.v1+json", "{}"u8.ToArray()));
        await lab.Client.PutManifestAsync(lab.Repository, "1.0", s_manifest, MediaTypes.OciManifest, CancellationToken.None);
    }
}
