using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary><c>containerize copy</c> and <c>-t:ContainerizePush</c> between real registries, with images that other tools made.</summary>
[TestClass]
[Requires("docker-registry", "skopeo", "buildah")]
internal sealed class ToolCopyTests : IDisposable
{
    private static readonly TestImage[] s_images =
    [
        TestImage.Create(TestLayer.OfSize(2_000_000, 5)),
        TestImage.Create(new Platform { Os = "linux", Architecture = "arm64" }, docker: false, null, TestLayer.OfSize(2_100_000, 6)),
    ];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task An_index_of_buildah_is_promoted_with_its_signature_and_referrer_and_a_second_copy_sends_nothing()
    {
        await using var source = await RegistryServer.StartAsync();
        await using var target = await RegistryServer.StartAsync();
        await using var proxy = await RegistryProxy.StartAsync(target.Host);
        var root = await SeedAsync(source);
        var (from, to) = ($"{source.Host}/ci/app:1", $"{proxy.Authority}/prod/app:1.0");

        var first = await CopyAsync(from, to);
        var sent = proxy.BlobBytesUp;
        proxy.Clear();
        var second = await CopyAsync(from, to);

        Assert.AreEqual(root.ToString(), (string?)first["digest"]);
        Assert.AreEqual(2, (int?)first["referrers"]);
        Assert.AreEqual(sent, (long?)first["destinations"]![0]!["bytesWritten"]);
        Assert.IsGreaterThan(4_000_000, sent);
        Assert.AreEqual(0, proxy.BlobBytesUp);
        Assert.AreEqual(0L, (long?)second["destinations"]![0]!["bytesWritten"]);
        Assert.AreEqual(root, await DigestAsync($"docker://{target.Host}/prod/app:1.0"));
        Assert.AreEqual(
            await DigestAsync($"docker://{source.Host}/ci/app:sha256-{root.Hex}.sig"),
            await DigestAsync($"docker://{target.Host}/prod/app:sha256-{root.Hex}.sig"));
        // This registry has no API of referrers: the tag has the list.
        var (was, now) = (await RawAsync($"docker://{source.Host}/ci/app:sha256-{root.Hex}"),
            await RawAsync($"docker://{target.Host}/prod/app:sha256-{root.Hex}"));
        Assert.IsTrue(JsonNode.DeepEquals(JsonNode.Parse(was), JsonNode.Parse(now)), Encoding.UTF8.GetString(now));
        // skopeo reads all of it.
        (await SkopeoAsync("copy", "--all", $"docker://{target.Host}/prod/app:1.0", $"oci:{_folder["all"]}:1")).EnsureSuccess();
    }

    [TestMethod]
    public async Task An_image_keeps_its_digest_through_an_archive_a_registry_and_a_layout()
    {
        await using var registry = await RegistryServer.StartAsync();
        await using var proxy = await RegistryProxy.StartAsync(registry.Host);
        var root = await SeedAsync(registry);

        await CopyAsync($"{registry.Host}/ci/app:1", "oci-archive:app.tar:1");
        await CopyAsync("oci-archive:app.tar:1", $"{registry.Host}/other/app:1");
        await CopyAsync($"{proxy.Authority}/other/app:1", $"{proxy.Authority}/third/app:1");
        await CopyAsync($"{registry.Host}/other/app:1", "oci:layout:2", "oci-archive:again.tar:1");

        Assert.AreEqual(0, proxy.BlobBytesUp, "The registry mounts what it has.");
        Assert.AreEqual(root, await DigestAsync($"docker://{registry.Host}/other/app:1"));
        Assert.AreEqual(root, await DigestAsync($"docker://{registry.Host}/third/app:1"));
        Assert.AreEqual(root, await DigestAsync($"oci:{_folder["layout"]}:2"));
        Assert.AreEqual(root, await DigestAsync($"oci-archive:{_folder["app.tar"]}:1"));
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(_folder["app.tar"]), await File.ReadAllBytesAsync(_folder["again.tar"]));
    }

    [TestMethod]
    public async Task One_platform_and_an_archive_as_docker_saves_it_can_be_pushed()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedAsync(registry);
        (await SkopeoAsync(
            "copy", $"docker://{registry.Host}/ci/app:1", $"docker-archive:{_folder["saved.tar"]}:demo:1")).EnsureSuccess();

        await CopyAsync("docker-archive:saved.tar:demo:1", $"{registry.Host}/saved/app:1");
        await CopyAsync($"{registry.Host}/ci/app:1", $"{registry.Host}/arm/app:1", "--platform", "linux/arm64");

        var config = JsonNode.Parse(
            (await SkopeoAsync("inspect", "--config", $"docker://{registry.Host}/saved/app:1")).EnsureSuccess().Output)!;
        Assert.AreEqual(s_images[0].Layers[0].DiffId.ToString(), (string?)config["rootfs"]!["diff_ids"]![0]);
        Assert.AreEqual(s_images[1].Descriptor.Digest, await DigestAsync($"docker://{registry.Host}/arm/app:1"));
    }

    [TestMethod]
    public async Task A_damaged_layer_is_refused_and_no_tag_and_no_archive_is_left()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedAsync(registry);
        (await SkopeoAsync("copy", "--all", $"docker://{registry.Host}/ci/app:1", $"oci:{_folder["bad"]}:1")).EnsureSuccess();
        var layer = _folder[$"bad/blobs/sha256/{Digest.Of(s_images[1].Layers[0].Content.Span).Hex}"];
        var bytes = await File.ReadAllBytesAsync(layer);
        bytes[1000] ^= 1;
        await File.WriteAllBytesAsync(layer, bytes);
        await using var empty = await RegistryServer.StartAsync();

        var damaged = await RunAsync("copy", "oci:bad:1", $"{empty.Host}/prod/app:1", "oci-archive:bad.tar");
        var unknown = await RunAsync("copy", $"{registry.Host}/ci/app@sha256:{new string('0', 64)}", $"{empty.Host}/prod/app:1");

        Assert.AreEqual(2, damaged.ExitCode);
        StringAssert.Contains(damaged.Error, "CTZ2006");
        Assert.AreEqual(2, unknown.ExitCode);
        StringAssert.Contains(unknown.Error, "CTZ2002");
        Assert.IsFalse(File.Exists(_folder["bad.tar"]));
        Assert.AreNotEqual(0, (await SkopeoAsync("inspect", $"docker://{empty.Host}/prod/app:1")).ExitCode);
    }

    [TestMethod]
    public async Task A_registry_that_is_restarted_during_the_copy_gets_the_image()
    {
        await using var source = await RegistryServer.StartAsync();
        await using var target = await RegistryServer.StartAsync();
        var root = await SeedAsync(source);
        await target.KillAsync();

        var copy = RunAsync("copy", $"{source.Host}/ci/app:1", $"{target.Host}/prod/app:1");
        await Task.Delay(TimeSpan.FromSeconds(3));
        await target.RestartAsync();

        var result = await copy;
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual(root, await DigestAsync($"docker://{target.Host}/prod/app:1"));
    }

    [TestMethod]
    public async Task What_a_build_wrote_into_an_archive_is_pushed_as_it_is()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage><ContainerizeSbom>spdx</ContainerizeSbom></PropertyGroup>");
        string[] push = ["msbuild", "-t:ContainerizePush", "-p:Configuration=Release", "-p:ContainerImageTags=\"1.0;latest\"",
            $"-p:ContainerizeInsecureRegistries={registry.Host}"];

        var early = await project.RunAsync([.. push, $"-p:ContainerRegistry={registry.Host}"]);
        (await project.ContainerizeAsync()).EnsureSuccess();
        var nowhere = await project.RunAsync(push);
        (await project.RunAsync([.. push, $"-p:ContainerRegistry={registry.Host}/team"])).EnsureSuccess();

        StringAssert.Contains(early.Output, "CTZ8041");
        StringAssert.Contains(nowhere.Output, "CTZ8042");
        var digest = project.Digest;
        foreach (var tag in new[] { "1.0", "latest" })
        {
            Assert.AreEqual(digest, (await DigestAsync($"docker://{registry.Host}/team/hello:{tag}")).ToString());
        }

        // The bill of materials beside the archive refers to the image again.
        var list = await SkopeoAsync("inspect", "--raw", $"docker://{registry.Host}/team/hello:{digest.Replace(':', '-')}");
        StringAssert.Contains(list.EnsureSuccess().Output, "application/spdx+json");
    }

    [TestMethod]
    public async Task Tags_of_platforms_move_with_the_index_that_is_pushed()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage><UseAppHost>false</UseAppHost>"
            + "<RuntimeIdentifiers>linux-arm64;linux-x64</RuntimeIdentifiers>"
            + "<ContainerRuntimeIdentifiers>linux-arm64;linux-x64</ContainerRuntimeIdentifiers></PropertyGroup>");
        (await project.ContainerizeAsync()).EnsureSuccess();

        (await project.RunAsync(
        [
            "msbuild", "-t:ContainerizePush", "-p:Configuration=Release", "-p:ContainerImageTags=\"1.0;latest\"",
            $"-p:ContainerizeInsecureRegistries={registry.Host}", $"-p:ContainerRegistry={registry.Host}/team",
            "-p:ContainerizePlatformTags=true",
        ])).EnsureSuccess();

        var index = JsonNode.Parse(await RawAsync($"docker://{registry.Host}/team/hello:1.0"))!["manifests"]!;
        foreach (var tag in new[] { "1.0", "latest" })
        {
            var image = $"docker://{registry.Host}/team/hello:{tag}-linux-";
            Assert.AreEqual((string?)index[0]!["digest"], $"{await DigestAsync(image + "arm64")}");
            Assert.AreEqual((string?)index[1]!["digest"], $"{await DigestAsync(image + "x64")}");
        }
    }

    [TestMethod]
    [Requires("openssl")]
    public async Task Signatures_beside_an_archive_are_copied_and_one_of_another_image_is_not()
    {
        await using var registry = await RegistryServer.StartAsync();
        var key = await KeyPair.CreateAsync(_folder, "signer");
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage><ContainerizeSbom>spdx</ContainerizeSbom></PropertyGroup>");
        (await project.ContainerizeAsync(
            $"-p:ContainerArchiveOutputPath={_folder["app.tar"]}", "-p:ContainerizeSign=true",
            $"-p:ContainerizeSigningKey={key.PrivateKey}")).EnsureSuccess();
        Assert.IsTrue(File.Exists(_folder["app.sigstore.json"]));

        var copied = await CopyAsync($"oci-archive:{_folder["app.tar"]}", $"{registry.Host}/prod/app:1");

        // The bill, its signature, and the image's.
        Assert.AreEqual(3, (int?)copied["referrers"]);
        var list = await SkopeoAsync(
            "inspect", "--raw", $"docker://{registry.Host}/prod/app:{project.Digest.Replace(':', '-')}");
        Assert.AreEqual(2, list.EnsureSuccess().Output.Split("application/vnd.dev.sigstore.bundle.v0.3+json").Length - 1);

        project.Write("Program.cs", "System.Console.WriteLine(2);");
        (await project.ContainerizeAsync($"-p:ContainerArchiveOutputPath={_folder["app.tar"]}")).EnsureSuccess();
        var other = await RunAsync("copy", $"oci-archive:{_folder["app.tar"]}", $"{registry.Host}/prod/app:2");
        Assert.AreEqual(0, other.ExitCode, other.Error);
        StringAssert.Contains(other.Error, "CTZ8043");
        StringAssert.Contains(other.Error, "app.sigstore.json");
    }

    private Task<ProcessResult> RunAsync(params IEnumerable<string> arguments) => BuiltTool.RunAsync(_folder.FullName, [.. arguments]);

    private async Task<JsonNode> CopyAsync(params IEnumerable<string> arguments) =>
        JsonNode.Parse((await RunAsync(["copy", "--json", .. arguments])).EnsureSuccess().Output)!;

    /// <summary>An index that buildah makes of images that skopeo copied, with a tag as of a signature and a referrer.</summary>
    private async Task<Digest> SeedAsync(RegistryServer registry)
    {
        TestImage.WriteLayout(_folder["images"], ("amd64", s_images[0]), ("arm64", s_images[1]));
        var storage = new Dictionary<string, string?>
        {
            ["CONTAINERS_STORAGE_CONF"] = _folder.Write("storage.conf", $"""
                [storage]
                driver = "vfs"
                graphroot = "{_folder["root"]}"
                runroot = "{_folder["run"]}"
                """),
        };
        async Task BuildahAsync(params string[] arguments) =>
            (await ProcessRunner.RunAsync("buildah", arguments, environment: storage)).EnsureSuccess();

        var list = $"localhost/list-{Guid.NewGuid():N}";
        await BuildahAsync("manifest", "create", list);
        foreach (var tag in new[] { "amd64", "arm64" })
        {
            (await SkopeoAsync("copy", $"oci:{_folder["images"]}:{tag}", $"docker://{registry.Host}/ci/app:{tag}")).EnsureSuccess();
            await BuildahAsync("manifest", "add", "--tls-verify=false", list, $"docker://{registry.Host}/ci/app:{tag}");
        }

        await BuildahAsync("manifest", "push", "--all", "--tls-verify=false", list, $"docker://{registry.Host}/ci/app:1");
        var root = await DigestAsync($"docker://{registry.Host}/ci/app:1");
        (await SkopeoAsync(
            "copy", $"oci:{_folder["images"]}:amd64", $"docker://{registry.Host}/ci/app:sha256-{root.Hex}.sig")).EnsureSuccess();
        await ReferAsync(registry, root);
        return root;
    }

    // As a client without the library does it: the manifest, then the list under the subject's tag.
    private static async Task ReferAsync(RegistryServer registry, Digest subject)
    {
        using var client = new HttpClient();
        var raw = await RawAsync($"docker://{registry.Host}/ci/app@{subject}");
        var manifest = JsonNode.Parse(s_images[0].Manifest.Span)!;
        manifest["artifactType"] = "application/vnd.example.report";
        manifest["subject"] = new JsonObject
        {
            ["mediaType"] = (string?)JsonNode.Parse(raw)!["mediaType"],
            ["digest"] = subject.ToString(),
            ["size"] = raw.Length,
        };
        var referrer = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        await PutAsync($"{Digest.Of(referrer)}", referrer, MediaTypes.OciManifest);
        await PutAsync($"sha256-{subject.Hex}", Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciIndex,
            ["manifests"] = new JsonArray(new JsonObject
            {
                ["mediaType"] = MediaTypes.OciManifest,
                ["digest"] = Digest.Of(referrer).ToString(),
                ["size"] = referrer.Length,
                ["artifactType"] = "application/vnd.example.report",
            }),
        }.ToJsonString()), MediaTypes.OciIndex);

        async Task PutAsync(string reference, byte[] bytes, string mediaType)
        {
            using var body = new ByteArrayContent(bytes);
            body.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            using var reply = await client.PutAsync(new Uri($"http://{registry.Host}/v2/ci/app/manifests/{reference}"), body);
            Assert.AreEqual(HttpStatusCode.Created, reply.StatusCode, await reply.Content.ReadAsStringAsync());
        }
    }

    private static Task<ProcessResult> SkopeoAsync(string command, params string[] arguments) => ProcessRunner.RunAsync(
        "skopeo",
        [
            command,
            .. command == "inspect" ? ["--tls-verify=false"] : new[] { "-q", "--src-tls-verify=false", "--dest-tls-verify=false" },
            .. arguments,
        ]);

    /// <summary>The digest of a manifest's bytes, as skopeo reads them.</summary>
    private static async Task<Digest> DigestAsync(string image) => Digest.Of(await RawAsync(image));

    // What a program prints is read by lines, and none of these documents ends with one.
    private static async Task<byte[]> RawAsync(string image) =>
        Encoding.UTF8.GetBytes((await SkopeoAsync("inspect", "--raw", image)).EnsureSuccess().Output.TrimEnd('\n'));
}
