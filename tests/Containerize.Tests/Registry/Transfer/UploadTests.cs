using System.Globalization;
using Containerize.Oci;
using Containerize.Registry.Transfer;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

[TestClass]
internal sealed class UploadTests
{
    private const int Size = 300_000;

    [TestMethod]
    public async Task A_blob_is_sent_in_one_piece_after_a_look()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = ClientLab.RandomBlob(Size);
        var outcome = await lab.PushAsync(blob);
        Assert.AreEqual(new PushOutcome(PushKind.Uploaded, Size), outcome);
        CollectionAssert.AreEqual(blob.Content.ToArray(), lab.Registry.FindBlob("team/app", blob.Descriptor.Digest)!.Value.ToArray());
        CollectionAssert.AreEqual(new[] { "HEAD", "POST", "PUT" }, lab.Registry.Requests.Where(request => request.Kind != RequestKind.Ping)
            .Select(request => request.Method).ToArray());
    }

    [TestMethod]
    public async Task A_blob_that_is_there_is_not_sent()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = ClientLab.RandomBlob(Size);
        lab.Registry.AddBlob("team/app", blob.Content.ToArray());
        Assert.AreEqual(new PushOutcome(PushKind.AlreadyThere, 0), await lab.PushAsync(blob));
        Assert.AreEqual(0, lab.Registry.BlobBytesReceived);
    }

    [TestMethod]
    [DataRow(100, PushKind.Uploaded)]
    [DataRow(Size + 1, PushKind.Uploaded)]
    [DataRow(Size, PushKind.AlreadyThere)]
    [DataRow(0, PushKind.AlreadyThere)]
    public async Task A_blob_that_is_there_with_another_length_is_sent(int told, PushKind kind)
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = ClientLab.RandomBlob(Size);
        lab.Registry.AddBlob("team/app", blob.Content.ToArray());
        lab.Registry.On(RequestKind.Blob, "HEAD").Do(fault => fault.SetHeader("Content-Length", $"{told}"));

        Assert.AreEqual(kind, (await lab.PushAsync(blob)).Kind);
    }

    [TestMethod]
    public async Task A_blob_that_is_there_is_sent_when_the_caller_knows_better()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = ClientLab.RandomBlob(Size);
        lab.Registry.AddBlob("team/app", blob.Content.ToArray());
        var outcome = await lab.Client.PushBlobAsync(lab.Repository, blob, CancellationToken.None, evenIfThere: true);
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
    }

    [TestMethod]
    public async Task An_empty_blob_is_sent()
    {
        await using var lab = await ClientLab.StartAsync();
        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(0))).Kind);
    }

    [TestMethod]
    [DataRow(LocationForm.Relative)]
    [DataRow(LocationForm.Absolute)]
    [DataRow(LocationForm.Schemeless)]
    public async Task Every_form_of_location_works_and_its_query_comes_back_verbatim(LocationForm form)
    {
        await using var lab = await ClientLab.StartAsync(new() { Location = form, UploadState = true });
        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(Size))).Kind);
    }

    [TestMethod]
    public async Task A_lost_reply_is_noticed_by_a_look()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.LoseReply());
        var outcome = await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
        Assert.AreEqual(Size, outcome.BytesSent);
    }

    [TestMethod]
    public async Task A_commit_that_outlasts_the_proxy_is_not_repeated()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.Status(504));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Upload, "PUT").Count);
    }

    [TestMethod]
    public async Task A_broken_upload_starts_over()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.ResetAfterReceiving(100_000));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
        Assert.AreEqual(2, lab.Registry.RequestsTo(RequestKind.Upload, "POST").Count);
    }

    [TestMethod]
    [DataRow(400, "UNSUPPORTED")]
    [DataRow(405, "UNSUPPORTED")]
    [DataRow(413, "")]
    [DataRow(501, "UNSUPPORTED")]
    public async Task A_registry_that_does_not_take_a_blob_in_one_piece_gets_chunks(int status, string code)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { ChunkSize = 100_000 };
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") is not (null or "0"))
            .Do(fault => fault.Error(status, code).WithoutReadingTheBody());
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
        CollectionAssert.AreEqual(
            new[] { "0-99999", "100000-199999", "200000-299999" },
            lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Select(request => request.Header("Content-Range")).ToArray());
    }

    [TestMethod]
    public async Task The_smallest_chunk_a_registry_wants_is_honoured()
    {
        await using var lab = await ChunkedAsync(new() { ChunkMinLength = 150_000 }, chunkSize: 100_000);
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(2, lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Count);
    }

    [TestMethod]
    public async Task An_absurd_smallest_chunk_is_capped()
    {
        await using var lab = await ChunkedAsync(new(), chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "POST")
            .Do(fault => fault.SetHeader("OCI-Chunk-Min-Length", long.MaxValue.ToString(CultureInfo.InvariantCulture)));
        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(Size))).Kind);
    }

    [TestMethod]
    [DataRow(201)]
    [DataRow(202)]
    [DataRow(204)]
    public async Task A_chunk_may_be_confirmed_in_three_ways(int status)
    {
        await using var lab = await ChunkedAsync(new(), chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "PATCH").Do(fault => fault.Status(status));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(3, lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Count);
    }

    [TestMethod]
    [DataRow("0-99999")]
    [DataRow("0-0")]
    public async Task A_range_that_stays_behind_does_not_matter(string range)
    {
        await using var lab = await ChunkedAsync(new(), chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "PATCH").Do(fault => fault.SetHeader("Range", range));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(3, lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Count);
    }

    [TestMethod]
    public async Task A_broken_chunk_goes_on_where_the_registry_is()
    {
        await using var lab = await ChunkedAsync(new() { UploadState = true }, chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "PATCH").Skip(1).Once().Do(fault => fault.ResetAfterReceiving(50_000));
        var outcome = await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Upload, "GET").Count);
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
        Assert.IsTrue(outcome.BytesSent < 3 * Size, $"{outcome.BytesSent} bytes were sent");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public async Task A_broken_first_chunk_starts_over(int received)
    {
        await using var lab = await ChunkedAsync(new(), chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "PATCH").Once().Do(fault => fault.ResetAfterReceiving(received));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
    }

    [TestMethod]
    public async Task A_chunk_whose_reply_was_lost_is_not_sent_twice()
    {
        await using var lab = await ChunkedAsync(new(), chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "PATCH").Skip(1).Once().Do(fault => fault.LoseReply());
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(3, lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Count);
    }

    [TestMethod]
    public async Task Chunks_that_are_too_large_become_smaller()
    {
        const int mebibyte = 1024 * 1024;
        await using var lab = await ChunkedAsync(new(), chunkSize: 8 * mebibyte);
        lab.Registry.On(RequestKind.Upload, "PATCH")
            .Where(request => request.Header("Content-Range") is not null
            && long.Parse(request.Header("Content-Length")!, CultureInfo.InvariantCulture) > 4 * mebibyte)
            .Do(fault => fault.Error(416, "RANGE_INVALID"));
        await lab.PushAsync(ClientLab.RandomBlob(9 * mebibyte));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
    }

    [TestMethod]
    public async Task A_registry_that_takes_only_one_PATCH_gets_one()
    {
        await using var lab = await ChunkedAsync(new(), chunkSize: 100_000);
        lab.Registry.On(RequestKind.Upload, "PATCH")
            .Where(request => request.Header("Content-Range") is { } range && !range.StartsWith("0-", StringComparison.Ordinal))
            .Do(fault => fault.Error(400, "BLOB_UPLOAD_INVALID"));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
        Assert.IsNull(lab.Registry.RequestsTo(RequestKind.Upload, "PATCH")[^1].Header("Content-Range"));
    }

    [TestMethod]
    public async Task A_dead_session_is_replaced()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.Error(404, "BLOB_UPLOAD_UNKNOWN"));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(2, lab.Registry.RequestsTo(RequestKind.Upload, "POST").Count);
    }

    [TestMethod]
    public async Task A_stale_state_starts_over()
    {
        await using var lab = await ClientLab.StartAsync(new() { UploadState = true });
        lab.Registry.On(RequestKind.Upload, "POST").Once()
            .Do(fault => fault.ChangeHeader("Location", location => location.Replace("_state=", "_state=old", StringComparison.Ordinal)));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
    }

    [TestMethod]
    public async Task An_expired_token_in_mid_push_is_renewed_and_the_body_sent_again()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Upload, "PUT").Once()
            .Do(
                fault => fault.Reply(_ => Reply.Error(401, "UNAUTHORIZED")
                    .With(
                        "WWW-Authenticate",
                        $"Bearer realm=\"{lab.Registry.TokenAddress}\",service=\"test-registry\",error=\"invalid_token\"")));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
        var authorizations = lab.Registry.RequestsTo(RequestKind.Upload, "PUT").Select(request => request.Authorization).ToArray();
        Assert.AreEqual(2, authorizations.Distinct().Count());
    }

    [TestMethod]
    public async Task An_upload_that_is_opened_nowhere_is_called_so()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.RemoveHeader("Location"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(1000)));
        StringAssert.Contains(failure.Message, "without a Location");
        StringAssert.Contains(failure.Message, lab.Registry.Authority);
    }

    [TestMethod]
    public async Task A_missing_repository_is_told_to_be_created()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "POST")
            .Do(fault => fault.Error(404, "NAME_UNKNOWN", "The repository with name 'team/app' does not exist"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(Size)));
        Assert.AreEqual(DiagnosticCode.RegistryNotFound, failure.Code);
        StringAssert.Contains(failure.Message, "Create the repository team/app");
    }

    [TestMethod]
    public async Task A_blob_damaged_on_this_disk_is_blamed_on_it()
    {
        await using var lab = await ClientLab.StartAsync();
        var path = lab.WriteFile("layer.tar", "damaged");
        var blob = new FileBlob(new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of("correct"u8), Size = 7 }, path);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(blob));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
    }

    [TestMethod]
    public async Task A_blob_that_cannot_be_read_is_no_fault_of_the_registry()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = new FileBlob(
            new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of("gone"u8), Size = 4 }, Path.Combine(lab.Home, "gone.tar"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(blob));
        Assert.AreEqual(DiagnosticCode.UnreadableFile, failure.Code);
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Upload, "POST").Count);
    }

    [TestMethod]
    public async Task A_silent_registry_is_given_up_while_sending()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromMilliseconds(400) };
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.Delay(TimeSpan.FromMinutes(5)));
        await lab.PushAsync(ClientLab.RandomBlob(20_000_000));
        Assert.AreEqual(1, lab.Registry.Uploads.Count);
    }

    [TestMethod]
    public async Task Chunks_take_over_when_the_connection_never_lasts()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { ChunkSize = 100_000 };
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") != "0")
            .Do(fault => fault.ResetAfterReceiving(150_000));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(3, lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Count);
    }

    /// <summary>A registry that takes chunks only.</summary>
    private static async Task<ClientLab> ChunkedAsync(TestRegistryOptions registry, int chunkSize)
    {
        var lab = await ClientLab.StartAsync(registry);
        lab.Options = options => options with { ChunkSize = chunkSize };
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") is not (null or "0"))
            .Do(fault => fault.Error(405, "UNSUPPORTED"));
        return lab;
    }
}
