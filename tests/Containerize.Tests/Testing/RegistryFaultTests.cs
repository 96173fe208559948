using System.Net;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class RegistryFaultTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 11))];

    [TestMethod]
    public async Task Rules_with_a_count_make_a_sequence()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        var first = registry.On(RequestKind.Ping, "GET").Skip(1).Times(2)
            .Do(fault => fault.Error(429, "TOOMANYREQUESTS").SetHeader("Retry-After", "7"));
        var second = registry.On(RequestKind.Ping).Once().Do(new Fault().Reply(503, "busy"));
        var seen = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            using var reply = await client.Call("GET", "/v2/");
            seen.Add($"{(int)reply.StatusCode}{reply.Header("Retry-After")}");
        }

        CollectionAssert.AreEqual(new[] { "503", "4297", "4297", "200", "200" }, seen);
        Assert.AreEqual(2, first.Count);
        Assert.AreEqual(1, second.Count);
    }

    [TestMethod]
    public async Task A_rule_can_look_at_everything_and_be_ended()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        registry.AddBlob("b", s_bytes);
        using var client = registry.CreateClient();
        registry.On(RequestKind.Blob, "HEAD").In("b").Where(request => request.Reference == blob.Digest.ToString())
            .Do(fault => fault.Reply(405));
        using var other = await client.Call("HEAD", $"/v2/a/blobs/{blob.Digest}");
        Assert.AreEqual(HttpStatusCode.OK, other.StatusCode);
        using var same = await client.Call("HEAD", $"/v2/b/blobs/{blob.Digest}");
        Assert.AreEqual(HttpStatusCode.MethodNotAllowed, same.StatusCode);
        registry.Faults.Clear();
        using var later = await client.Call("HEAD", $"/v2/b/blobs/{blob.Digest}");
        Assert.AreEqual(HttpStatusCode.OK, later.StatusCode);
    }

    [TestMethod]
    [DataRow("reset")]
    [DataRow("truncate")]
    [DataRow("stall")]
    [DataRow("long")]
    [DataRow("chunked")]
    public async Task A_body_breaks_off_after_the_bytes_that_were_asked_for(string how)
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        using var client = registry.CreateClient();
        var sent = how == "long" ? 300_000 : 100_000;
        registry.On(RequestKind.Blob, "GET").Do(fault => how switch
        {
            "reset" => fault.ResetAfter(100_000),
            "truncate" => fault.TruncateAfter(100_000),
            "stall" => fault.StallAfter(100_000),
            "long" => fault.SetHeader("Content-Length", "400000"),
            _ => fault.RemoveHeader("Content-Length").TruncateAfter(100_000),
        });
        using var reply = await client.Call("GET", $"/v2/a/blobs/{blob.Digest}");
        await using var body = await reply.Content.ReadAsStreamAsync();
        var received = new byte[sent];
        await body.ReadExactlyAsync(received);
        CollectionAssert.AreEqual(s_bytes[..sent], received);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        Exception? failure = null;
        try
        {
            await body.ReadExactlyAsync(new byte[1], how == "stall" ? patience.Token : CancellationToken.None);
        }
        catch (Exception caught) when (caught is IOException or OperationCanceledException)
        {
            failure = caught;
        }

        Assert.IsNotNull(failure);
        Assert.AreEqual(how == "stall", failure is OperationCanceledException);
        Assert.AreEqual(sent, registry.BlobBytesSent);
    }

    [TestMethod]
    public async Task An_interrupted_upload_keeps_what_it_received()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.ResetAfterReceiving(100_000));
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        await Assert.ThrowsExactlyAsync<HttpRequestException>(() =>
            client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(s_bytes)}", s_bytes));
        using var status = await client.Call("GET", start.Header("Location")!);
        Assert.AreEqual("0-99999", status.Header("Range"));
        using var end = await client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(s_bytes)}", s_bytes[100_000..],
            ("Content-Range", "100000-299999"));
        Assert.AreEqual(HttpStatusCode.Created, end.StatusCode);
        Assert.AreEqual(300_000, registry.BlobBytesReceived);
    }

    [TestMethod]
    public async Task A_lost_reply_loses_no_work()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.LoseReply());
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        await Assert.ThrowsExactlyAsync<HttpRequestException>(() =>
            client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(s_bytes)}", s_bytes));
        using var again = await client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(s_bytes)}", s_bytes);
        Assert.AreEqual("BLOB_UPLOAD_UNKNOWN", await again.ErrorCode());
        using var head = await client.Call("HEAD", $"/v2/a/blobs/{Digest.Of(s_bytes)}");
        Assert.AreEqual(HttpStatusCode.OK, head.StatusCode);
        Assert.AreEqual(0, registry.RequestsTo(RequestKind.Upload, "PUT")[0].Status);
    }

    [TestMethod]
    public async Task Headers_and_bytes_can_lie()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        using var client = registry.CreateClient();
        var address = $"/v2/a/blobs/{blob.Digest}";
        registry.On(RequestKind.Blob, "HEAD").Once().Do(fault => fault.RemoveHeader("Content-Length", "Docker-Content-Digest"));
        registry.On(RequestKind.Blob, "HEAD").Once()
            .Do(fault => fault.SetHeader("Content-Length", "5").SetHeader("Docker-Content-Digest", "sha256:0"));
        using var bare = await client.Call("HEAD", address);
        Assert.IsNull(bare.Header("Content-Length"));
        Assert.IsNull(bare.Header("Docker-Content-Digest"));
        using var lying = await client.Call("HEAD", address);
        Assert.AreEqual("5", lying.Header("Content-Length"));
        Assert.AreEqual("sha256:0", lying.Header("Docker-Content-Digest"));

        registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.Corrupt(150_000));
        registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.SetHeader("Content-Length", "1000"));
        registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.IgnoreRequestHeader("Range"));
        registry.On(RequestKind.Blob, "GET").Once()
            .Do(fault => fault.ChangeHeader("Content-Range", range => range.Replace("10-", "11-", StringComparison.Ordinal)));
        var corrupt = await client.GetByteArrayAsync(new Uri(address, UriKind.Relative));
        Assert.AreEqual(150_000, Enumerable.Range(0, 300_000).Single(i => corrupt[i] != s_bytes[i]));
        Assert.HasCount(1000, await client.GetByteArrayAsync(new Uri(address, UriKind.Relative)));
        using var whole = await client.Call("GET", address, headers: ("Range", "bytes=10-"));
        Assert.AreEqual(HttpStatusCode.OK, whole.StatusCode);
        using var wrong = await client.Call("GET", address, headers: ("Range", "bytes=10-"));
        Assert.AreEqual("bytes 11-299999/300000", wrong.Header("Content-Range"));
    }

    [TestMethod]
    public async Task A_slow_body_arrives_whole()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        using var client = registry.CreateClient();
        registry.On(RequestKind.Blob).Do(fault => fault.Delay(TimeSpan.FromMilliseconds(1)).Drip(50_000, TimeSpan.FromMilliseconds(1)));
        CollectionAssert.AreEqual(s_bytes, await client.GetByteArrayAsync(new Uri($"/v2/a/blobs/{blob.Digest}", UriKind.Relative)));
    }

    [TestMethod]
    public async Task A_reply_can_come_before_the_body_was_read()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        registry.On(RequestKind.Upload, "POST").Once().Do(fault => fault.Error(503, "BUSY"));
        registry.On(RequestKind.Upload, "POST").Once().Do(fault => fault.Error(503, "BUSY").WithoutReadingTheBody());
        using var read = await client.Call("POST", "/v2/a/blobs/uploads/", s_bytes);
        using var unread = await client.Call("POST", "/v2/a/blobs/uploads/", s_bytes);
        CollectionAssert.AreEqual(new long[] { 300_000, 0 }, registry.Requests.Select(request => request.BytesReceived).ToArray());
        Assert.AreEqual("BUSY", await unread.ErrorCode());
    }

    [TestMethod]
    public async Task A_chunk_may_be_accepted_with_any_status_and_any_range()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        registry.On(RequestKind.Upload, "PATCH").Once().Do(fault => fault.Status(204));
        registry.On(RequestKind.Upload, "PATCH").Once().Do(fault => fault.Status(201).SetHeader("Range", "0-9"));
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        using var first = await client.Call("PATCH", start.Header("Location")!, s_bytes[..10]);
        Assert.AreEqual(HttpStatusCode.NoContent, first.StatusCode);
        using var second = await client.Call("PATCH", start.Header("Location")!, s_bytes[10..]);
        Assert.AreEqual(HttpStatusCode.Created, second.StatusCode);
        Assert.AreEqual("0-9", second.Header("Range"));
        using var end = await client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(s_bytes)}", []);
        Assert.AreEqual(HttpStatusCode.Created, end.StatusCode);
    }

    [TestMethod]
    public async Task A_registry_may_stop_reading()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        client.Timeout = TimeSpan.FromMilliseconds(300);
        registry.On(RequestKind.Upload, "POST").Do(fault => fault.StallAfterReceiving(1000));
        await Assert.ThrowsExactlyAsync<TaskCanceledException>(
            () => client.Call("POST", $"/v2/a/blobs/uploads/?digest={Digest.Of(s_bytes)}", s_bytes));
        Assert.AreEqual(1000, registry.BlobBytesReceived);
    }

    [TestMethod]
    public async Task A_second_host_serves_the_registry_under_its_own_paths()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        var host = await registry.StartSignedHostAsync();
        registry.On(RequestKind.Blob).Do(fault => fault.Redirect(301, request => $"http://{host.Authority}{request.Target}"));
        using var client = registry.CreateClient();
        using var redirect = await client.Call("HEAD", $"/v2/a/blobs/{blob.Digest}");
        Assert.AreEqual(HttpStatusCode.MovedPermanently, redirect.StatusCode);
        using var head = await client.Call("HEAD", redirect.Header("Location")!);
        Assert.AreEqual(300_000, head.Content.Headers.ContentLength);
    }

    [TestMethod]
    public async Task A_signed_host_serves_what_is_redirected_and_wants_no_credentials()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        var host = await registry.StartSignedHostAsync();
        registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, host.Sign));
        using var client = registry.CreateClient();
        using var redirect = await client.Call("GET", $"/v2/a/blobs/{blob.Digest}");
        Assert.AreEqual(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        var location = redirect.Header("Location")!;
        Assert.StartsWith($"http://{host.Authority}/", location);

        using var part = await client.Call("GET", location, headers: ("Range", "bytes=299990-"));
        CollectionAssert.AreEqual(s_bytes[299_990..], await part.Content.ReadAsByteArrayAsync());
        using var credentials = await client.Call("GET", location, headers: ("Authorization", "Basic eA=="));
        Assert.AreEqual(HttpStatusCode.BadRequest, credentials.StatusCode);
        using var rewritten = await client.Call("GET", new Uri(location).AbsoluteUri);
        Assert.AreEqual(HttpStatusCode.Forbidden, rewritten.StatusCode);
        registry.On(RequestKind.Signed).Once().Do(fault => fault.Reply(401, "", ("WWW-Authenticate", "Basic realm=\"store\"")));
        using var challenge = await client.Call("GET", location);
        Assert.AreEqual(HttpStatusCode.Unauthorized, challenge.StatusCode);
        host.Expire();
        using var expired = await client.Call("GET", location);
        Assert.AreEqual(HttpStatusCode.Forbidden, expired.StatusCode);
        Assert.AreEqual(10, registry.BlobBytesSent);
    }
}
