using System.Net;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class TestRegistryTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];

    [TestMethod]
    public async Task A_ping_says_that_it_is_a_registry()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        using var reply = await client.GetAsync(new Uri("/v2/", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.OK, reply.StatusCode);
        Assert.AreEqual(RequestKind.Ping, registry.Requests.Single().Kind);
        Assert.AreEqual(200, registry.Requests.Single().Status);
    }

    [TestMethod]
    public async Task Https_is_trusted_through_the_exposed_authority()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true });
        using var client = registry.CreateClient();
        Assert.AreEqual("{}", await client.GetStringAsync(new Uri("/v2/", UriKind.Relative)));
        using var stranger = new HttpClient();
        await Assert.ThrowsExactlyAsync<HttpRequestException>(() => stranger.GetStringAsync(registry.BaseAddress));
    }

    [TestMethod]
    public async Task A_certificate_for_another_name_is_not_trusted()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true, CertificateNames = ["registry.example"] });
        using var client = registry.CreateClient();
        await Assert.ThrowsExactlyAsync<HttpRequestException>(() => client.GetStringAsync(registry.BaseAddress));
    }

    [TestMethod]
    public async Task A_blob_comes_whole_or_in_ranges()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a/b", s_bytes);
        using var client = registry.CreateClient();
        var address = $"/v2/a/b/blobs/{blob.Digest}";
        using var whole = await client.Call("GET", address);
        CollectionAssert.AreEqual(s_bytes, await whole.Content.ReadAsByteArrayAsync());
        Assert.AreEqual(blob.Digest.ToString(), whole.Header("Docker-Content-Digest"));

        foreach (
            var (range, first, last) in new[]
            {
                ("bytes=100-", 100, 299_999),
                ("bytes=0-0", 0, 0),
                ("bytes=5-1000000", 5, 299_999),
                ("bytes=-10", 299_990, 299_999),
            })
        {
            using var part = await client.Call("GET", address, headers: ("Range", range));
            Assert.AreEqual(HttpStatusCode.PartialContent, part.StatusCode, range);
            Assert.AreEqual($"bytes {first}-{last}/300000", part.Header("Content-Range"));
            CollectionAssert.AreEqual(s_bytes[first..(last + 1)], await part.Content.ReadAsByteArrayAsync(), range);
        }

        using var beyond = await client.Call("GET", address, headers: ("Range", "bytes=300000-"));
        Assert.AreEqual(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.AreEqual("bytes */300000", beyond.Header("Content-Range"));
        using var head = await client.Call("HEAD", address);
        Assert.AreEqual(300_000, head.Content.Headers.ContentLength);
        using var elsewhere = await client.Call("HEAD", $"/v2/other/blobs/{blob.Digest}");
        Assert.AreEqual(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.AreEqual(300_000 + 299_900 + 1 + 299_995 + 10, registry.BlobBytesSent);
    }

    [TestMethod]
    public async Task A_blob_is_pushed_in_one_put_after_a_post()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        Assert.AreEqual(HttpStatusCode.Accepted, start.StatusCode);
        var digest = Digest.Of(s_bytes);
        using var end = await client.Call("PUT", $"{start.Header("Location")}?digest={digest}", s_bytes);
        Assert.AreEqual(HttpStatusCode.Created, end.StatusCode);
        Assert.AreEqual($"/v2/a/blobs/{digest}", end.Header("Location"));
        Assert.IsTrue(registry.FindBlob("a", digest)!.Value.Span.SequenceEqual(s_bytes));
        Assert.AreEqual(new UploadedBlob("a", digest, s_bytes.Length), registry.Uploads.Single());
        Assert.AreEqual(s_bytes.Length, registry.BlobBytesReceived);
        using var again = await client.Call("PUT", $"{start.Header("Location")}?digest={digest}", s_bytes);
        Assert.AreEqual("BLOB_UPLOAD_UNKNOWN", await again.ErrorCode());
    }

    [TestMethod]
    public async Task A_blob_is_pushed_in_a_single_post()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        using var reply = await client.Call("POST", $"/v2/a/blobs/uploads/?digest={Digest.Of(s_bytes)}", s_bytes);
        Assert.AreEqual(HttpStatusCode.Created, reply.StatusCode);
        Assert.IsNotNull(registry.FindBlob("a", Digest.Of(s_bytes)));
    }

    [TestMethod]
    public async Task A_wrong_digest_is_refused_and_ends_the_upload()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        using var end = await client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of([1])}", s_bytes);
        Assert.AreEqual(HttpStatusCode.BadRequest, end.StatusCode);
        Assert.AreEqual("DIGEST_INVALID", await end.ErrorCode());
        using var status = await client.Call("GET", start.Header("Location")!);
        Assert.AreEqual(HttpStatusCode.NotFound, status.StatusCode);
        Assert.IsEmpty(registry.Uploads);
    }

    [TestMethod]
    public async Task Chunks_must_follow_one_another_and_have_the_least_length()
    {
        await using var registry =
            await TestRegistry.StartAsync(new() { ChunkMinLength = 1000, UploadState = true, Location = LocationForm.Absolute });
        using var client = registry.CreateClient();
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        Assert.AreEqual("1000", start.Header("OCI-Chunk-Min-Length"));
        Assert.StartsWith(registry.BaseAddress.ToString(), start.Header("Location"));
        using var small = await client.Call("PATCH", start.Header("Location")!, s_bytes[..10], ("Content-Range", "0-9"));
        Assert.AreEqual(HttpStatusCode.RequestedRangeNotSatisfiable, small.StatusCode);
        using var first = await client.Call("PATCH", start.Header("Location")!, s_bytes[..1000], ("Content-Range", "0-999"));
        Assert.AreEqual(HttpStatusCode.Accepted, first.StatusCode);
        Assert.AreEqual("0-999", first.Header("Range"));
        Assert.AreNotEqual(start.Header("Location"), first.Header("Location"));
        using var gap = await client.Call("PATCH", first.Header("Location")!, s_bytes[2000..4000], ("Content-Range", "2000-3999"));
        Assert.AreEqual(HttpStatusCode.RequestedRangeNotSatisfiable, gap.StatusCode);
        Assert.AreEqual("0-999", gap.Header("Range"));
        using var typed =
            await client.Call("PATCH", first.Header("Location")!, s_bytes[1000..3000], ("Content-Range", "bytes 1000-2999/*"));
        Assert.AreEqual(HttpStatusCode.BadRequest, typed.StatusCode);
        using var streamed = await client.Call("PATCH", first.Header("Location")!, s_bytes[1000..]);
        Assert.AreEqual(HttpStatusCode.Accepted, streamed.StatusCode);
        using var status = await client.Call("GET", streamed.Header("Location")!);
        Assert.AreEqual(HttpStatusCode.NoContent, status.StatusCode);
        Assert.AreEqual("0-299999", status.Header("Range"));
        using var end = await client.Call("PUT", $"{status.Header("Location")}&digest={Digest.Of(s_bytes)}", []);
        Assert.AreEqual(HttpStatusCode.Created, end.StatusCode);
    }

    [TestMethod]
    public async Task A_stale_state_cancels_the_upload()
    {
        await using var registry = await TestRegistry.StartAsync(new() { UploadState = true });
        using var client = registry.CreateClient();
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        using var first = await client.Call("PATCH", start.Header("Location")!, s_bytes[..1000]);
        using var stale = await client.Call("PATCH", start.Header("Location")!, s_bytes[1000..]);
        Assert.AreEqual("BLOB_UPLOAD_INVALID", await stale.ErrorCode());
        using var dead = await client.Call("PATCH", first.Header("Location")!, s_bytes[1000..]);
        Assert.AreEqual("BLOB_UPLOAD_UNKNOWN", await dead.ErrorCode());
    }

    [TestMethod]
    public async Task A_blob_is_mounted_from_the_repository_that_has_it_or_else_an_upload_starts()
    {
        await using var registry = await TestRegistry.StartAsync();
        var blob = registry.AddBlob("a", s_bytes);
        using var client = registry.CreateClient();
        using var wrong = await client.Call("POST", $"/v2/b/blobs/uploads/?mount={blob.Digest}&from=c");
        Assert.AreEqual(HttpStatusCode.Accepted, wrong.StatusCode);
        Assert.IsNull(registry.FindBlob("b", blob.Digest));
        using var right = await client.Call("POST", $"/v2/b/blobs/uploads/?mount={blob.Digest}&from=a");
        Assert.AreEqual(HttpStatusCode.Created, right.StatusCode);
        Assert.IsNotNull(registry.FindBlob("b", blob.Digest));
        Assert.IsEmpty(registry.Uploads);
    }

    [TestMethod]
    public async Task Sixteen_clients_push_and_pull_side_by_side()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async number =>
        {
            for (var i = 0; i < 10; i++)
            {
                byte[] bytes = [.. s_bytes, (byte)number, (byte)i];
                using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
                using var end = await client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(bytes)}", bytes);
                Assert.AreEqual(
                    Digest.Of(bytes),
                    Digest.Of(await client.GetByteArrayAsync(new Uri($"/v2/a/blobs/{Digest.Of(bytes)}", UriKind.Relative))));
            }
        }));
        Assert.HasCount(160, registry.Uploads);
        Assert.AreEqual(160L * 300_002, registry.BlobBytesReceived);
        CollectionAssert.AreEqual(Enumerable.Range(0, 480).ToArray(), registry.Requests.Select(request => request.Sequence).ToArray());
    }

    [TestMethod]
    public async Task A_restart_keeps_port_content_and_uploads_in_progress()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        using var first = await client.Call("PATCH", start.Header("Location")!, s_bytes[..1000]);
        await registry.StopAsync();
        await Assert.ThrowsExactlyAsync<HttpRequestException>(() => client.Call("GET", "/v2/"));
        await registry.RestartAsync();
        using var status = await client.Call("GET", first.Header("Location")!);
        Assert.AreEqual("0-999", status.Header("Range"));
        registry.ForgetUploads();
        using var forgotten = await client.Call("GET", first.Header("Location")!);
        Assert.AreEqual("BLOB_UPLOAD_UNKNOWN", await forgotten.ErrorCode());
    }

    [TestMethod]
    public async Task Stopping_resets_a_push_in_progress()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        using var start = await client.Call("POST", "/v2/a/blobs/uploads/");
        var fault = registry.On(RequestKind.Upload, "PUT").Do(f => f.Delay(TimeSpan.FromHours(1)));
        var stop = StopWhenBusyAsync();
        await Assert.ThrowsExactlyAsync<HttpRequestException>(() =>
            client.Call("PUT", $"{start.Header("Location")}?digest={Digest.Of(s_bytes)}", s_bytes));
        await stop;

        async Task StopWhenBusyAsync()
        {
            while (fault.Count == 0)
            {
                await Task.Delay(5);
            }

            await registry.StopAsync();
        }
    }
}
