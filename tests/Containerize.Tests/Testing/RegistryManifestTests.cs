using System.Net;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class RegistryManifestTests
{
    private static readonly TestImage s_image = TestImage.Create();

    [TestMethod]
    public async Task A_manifest_is_pushed_and_found_by_tag_and_digest()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        AddBlobs(registry);
        using var put = await Put(client, "1.0", s_image.Manifest.ToArray());
        Assert.AreEqual(HttpStatusCode.Created, put.StatusCode);
        Assert.AreEqual(s_image.Descriptor.Digest.ToString(), put.Header("Docker-Content-Digest"));
        foreach (var reference in new[] { "1.0", s_image.Descriptor.Digest.ToString() })
        {
            using var get = await client.Call("GET", "/v2/a/manifests/" + reference);
            CollectionAssert.AreEqual(s_image.Manifest.ToArray(), await get.Content.ReadAsByteArrayAsync());
            Assert.AreEqual(MediaTypes.OciManifest, get.Header("Content-Type"));
            using var head = await client.Call("HEAD", "/v2/a/manifests/" + reference);
            Assert.AreEqual(s_image.Manifest.Length, head.Content.Headers.ContentLength);
        }

        using var untag = await client.Call("DELETE", "/v2/a/manifests/1.0");
        Assert.AreEqual(HttpStatusCode.Accepted, untag.StatusCode);
        using var byTag = await client.Call("GET", "/v2/a/manifests/1.0");
        Assert.AreEqual("MANIFEST_UNKNOWN", await byTag.ErrorCode());
        using var byDigest = await client.Call("HEAD", $"/v2/a/manifests/{s_image.Descriptor.Digest}");
        Assert.AreEqual(HttpStatusCode.OK, byDigest.StatusCode);
        using var nowhere = await client.Call("GET", "/v2/none/manifests/1.0");
        Assert.AreEqual("NAME_UNKNOWN", await nowhere.ErrorCode());
    }

    [TestMethod]
    [DataRow("\"schemaVersion\":2", "\"schemaVersion\":1", "MANIFEST_INVALID", 400)]
    [DataRow("{\"schemaVersion\"", "{\"config\":{},\"schemaVersion\"", "MANIFEST_INVALID", 400)]
    [DataRow("image.manifest.v1", "image.index.v1", "MANIFEST_INVALID", 400)]
    [DataRow("sha256:", "sha256:../", "MANIFEST_BLOB_UNKNOWN", 404)]
    [DataRow("\"size\":", "\"size\":1", "SIZE_INVALID", 400)]
    [DataRow("}", "", "MANIFEST_INVALID", 400)]
    public async Task A_wrong_manifest_is_refused(string part, string replacement, string code, int status)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        AddBlobs(registry);
        var text = System.Text.Encoding.UTF8.GetString(s_image.Manifest.Span).Replace(part, replacement, StringComparison.Ordinal);
        using var put = await Put(client, "1.0", text.Utf8());
        Assert.AreEqual(status, (int)put.StatusCode);
        Assert.AreEqual(code, await put.ErrorCode());
        Assert.IsEmpty(registry.Tags("a"));
    }

    [TestMethod]
    public async Task A_manifest_needs_its_blobs_and_an_index_its_manifests()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        registry.AddBlob("a", s_image.Config);
        using var noLayer = await Put(client, "1.0", s_image.Manifest.ToArray());
        Assert.AreEqual("MANIFEST_BLOB_UNKNOWN", await noLayer.ErrorCode());
        using var noManifest = await Put(client, "1.0", TestImage.Index(s_image), MediaTypes.OciIndex);
        Assert.AreEqual("MANIFEST_BLOB_UNKNOWN", await noManifest.ErrorCode());
        AddBlobs(registry);
        using var child = await Put(client, s_image.Descriptor.Digest.ToString(), s_image.Manifest.ToArray());
        using var index = await Put(client, "1.0", TestImage.Index(s_image), MediaTypes.OciIndex);
        Assert.AreEqual(HttpStatusCode.Created, index.StatusCode);
    }

    [TestMethod]
    public async Task A_manifest_must_have_the_digest_it_is_pushed_by_and_a_fair_size()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        AddBlobs(registry);
        using var wrong = await Put(client, Digest.Of([1]).ToString(), s_image.Manifest.ToArray());
        Assert.AreEqual("DIGEST_INVALID", await wrong.ErrorCode());
        using var large = await Put(client, "large", [.. s_image.Manifest.Span, .. Enumerable.Repeat((byte)' ', 4 * 1024 * 1024)]);
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [TestMethod]
    public async Task An_immutable_tag_is_written_once()
    {
        await using var registry = await TestRegistry.StartAsync(new() { ImmutableTags = true });
        using var client = registry.CreateClient();
        AddBlobs(registry);
        using var first = await Put(client, "1.0", s_image.Manifest.ToArray());
        using var second = await Put(client, "1.0", s_image.Manifest.ToArray());
        Assert.AreEqual(HttpStatusCode.Created, first.StatusCode);
        Assert.AreEqual("TAG_INVALID", await second.ErrorCode());
    }

    [TestMethod]
    public async Task Tags_come_in_order_and_in_pages()
    {
        await using var registry = await TestRegistry.StartAsync(new() { PageSize = 2 });
        foreach (var tag in new[] { "c", "a", "B", "d", "e" })
        {
            registry.AddImage("a", tag, s_image);
        }

        using var client = registry.CreateClient();
        var seen = new List<string>();
        var address = "/v2/a/tags/list";
        while (address is not null)
        {
            using var page = await client.Call("GET", address);
            seen.AddRange(JsonNode.Parse(await page.Content.ReadAsStringAsync())!["tags"]!.AsArray().Select(tag => (string)tag!));
            address = page.Header("Link")?.Split('<', '>')[1];
        }

        CollectionAssert.AreEqual(new[] { "B", "a", "c", "d", "e" }, seen);
        Assert.HasCount(3, registry.Requests);
        using var last = await client.Call("GET", "/v2/a/tags/list?n=1&last=d");
        Assert.AreEqual("""{"name":"a","tags":["e"]}""", await last.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task Referrers_are_listed_and_filtered()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = registry.CreateClient();
        AddBlobs(registry);
        registry.AddBlob("a", "{}"u8.ToArray());
        var subject = s_image.Descriptor.Digest;
        foreach (var type in new[] { "application/x-sbom", "application/x-signature" })
        {
            var json = $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","artifactType":"{{{type}}}","config":""" +
                $$$"""{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{Digest.Of("{}"u8)}}}","size":2},"layers":[]""" +
                $$$""","subject":{"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{subject}}}","size":""" +
                $$$"""{{{s_image.Manifest.Length}}}}}""";
            using var put = await Put(client, Digest.Of(json.Utf8()).ToString(), json.Utf8());
            Assert.AreEqual(subject.ToString(), put.Header("OCI-Subject"));
        }

        using var all = await client.Call("GET", $"/v2/a/referrers/{subject}");
        Assert.AreEqual(MediaTypes.OciIndex, all.Header("Content-Type"));
        Assert.HasCount(2, JsonNode.Parse(await all.Content.ReadAsStringAsync())!["manifests"]!.AsArray());
        Assert.IsNull(all.Header("OCI-Filters-Applied"));
        using var some = await client.Call("GET", $"/v2/a/referrers/{subject}?artifactType=application%2Fx-sbom");
        Assert.AreEqual("application/x-sbom", (string?)JsonNode.Parse(await some.Content.ReadAsStringAsync())!["manifests"]!.AsArray()
            .Single()!["artifactType"]);
        Assert.AreEqual("artifactType", some.Header("OCI-Filters-Applied"));
    }

    [TestMethod]
    public async Task A_registry_may_lack_referrers_and_deletion()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Referrers = false, Deletes = false });
        registry.AddImage("a", "1.0", s_image);
        using var client = registry.CreateClient();
        using var referrers = await client.Call("GET", $"/v2/a/referrers/{s_image.Descriptor.Digest}");
        Assert.AreEqual(HttpStatusCode.NotFound, referrers.StatusCode);
        using var delete = await client.Call("DELETE", "/v2/a/manifests/1.0");
        Assert.AreEqual(HttpStatusCode.MethodNotAllowed, delete.StatusCode);
        CollectionAssert.AreEqual(new[] { "1.0" }, registry.Tags("a").ToArray());
    }

    private static Task<HttpResponseMessage> Put(
        HttpClient client, string reference, byte[] body, string mediaType = MediaTypes.OciManifest) =>
        client.Call("PUT", "/v2/a/manifests/" + reference, body, ("Content-Type", mediaType));

    private static void AddBlobs(TestRegistry registry)
    {
        registry.AddBlob("a", s_image.Config);
        registry.AddBlob("a", s_image.Layers[0].Content);
    }
}
