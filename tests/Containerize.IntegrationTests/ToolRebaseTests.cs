using System.Formats.Tar;
using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary><c>containerize rebase</c>: what it gives is what a publish on the new base gives, and it runs.</summary>
[TestClass]
[Requires("root", "docker-registry", "skopeo", "buildah", "podman", "runc", "debootstrap", "apt-get")]
internal sealed class ToolRebaseTests : IDisposable
{
    private const string TwoPlatforms =
        "<PropertyGroup><UseAppHost>false</UseAppHost><RuntimeIdentifiers>linux-x64;linux-arm64</RuntimeIdentifiers>" +
        "<ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers></PropertyGroup>" +
        "<ItemGroup><ContainerAppCommand Include=\"/bin/tool\" /></ItemGroup>";

    private static readonly Platform[] s_platforms =
        [TestImage.LinuxX64, new Platform { Os = "linux", Architecture = "arm64" }];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_published_app_equals_its_publish_on_the_new_base_and_runs_in_podman()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedBasesAsync(registry);
        using var project = await TestProject.WebAsync(
            "<ItemGroup><ContainerEnvironmentVariable Include=\"MINE\" Value=\"1\" /><ContainerPort Include=\"7000\" /></ItemGroup>");
        await PublishAsync(project, registry, "1", "old");
        await PublishAsync(project, registry, "2", "new", "--no-build");

        var answer = await RebaseAsync(
            $"{registry.Host}/app:1", "--onto", $"{registry.Host}/base:new", "--to", $"{registry.Host}/app:3",
            "--to", "oci-archive:app.tar:app:rebased");

        Assert.AreEqual(await DigestAsync($"docker://{registry.Host}/app:2"), await DigestAsync($"docker://{registry.Host}/app:3"));
        Assert.AreEqual(await DigestAsync($"docker://{registry.Host}/app:2"), (string?)answer["digest"]);
        Assert.IsTrue((bool)answer["images"]![0]!["isExact"]!);
        ImageValidator.Check(_folder["app.tar"], baseLayers: 3);
        await using var podman = await Podman.StartAsync();
        await podman.LoadAsync(_folder["app.tar"]);
        Assert.AreEqual(
            "hello", await podman.AskAsync("docker.io/library/app:rebased", FreePort.Find()));
    }

    [TestMethod]
    public async Task An_index_of_two_platforms_equals_its_publish_and_a_second_time_nothing_is_to_do()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedSmallBasesAsync(registry);
        using var project = await TestProject.ConsoleAsync(TwoPlatforms);
        await PublishAsync(project, registry, "1", "old");
        await PublishAsync(project, registry, "2", "new");

        string[] again = [$"{registry.Host}/app:1", "--onto", $"{registry.Host}/base:new", "--to", $"{registry.Host}/app:1"];
        var trial = await RebaseAsync(again[0], again[1], again[2], "--dry-run");
        var first = await RebaseAsync(again);
        var second = await RebaseAsync(again);

        var built = await DigestAsync($"docker://{registry.Host}/app:2");
        Assert.AreEqual(built, await DigestAsync($"docker://{registry.Host}/app:1"));
        Assert.AreEqual(built, (string?)trial["digest"]);
        Assert.HasCount(2, first["images"]!.AsArray());
        Assert.IsTrue((bool)second["isUnchanged"]!);
        Assert.AreEqual(built, (string?)second["before"]);
    }

    [TestMethod]
    public async Task A_project_puts_its_image_on_what_its_base_is_now_and_finds_nothing_where_it_was_never_published()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedSmallBasesAsync(registry);
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><UseAppHost>false</UseAppHost></PropertyGroup>" +
            "<ItemGroup><ContainerAppCommand Include=\"/bin/tool\" /></ItemGroup>");
        await MoveBaseAsync("old");
        await PublishAsync(project, registry, "1", "moving");
        await MoveBaseAsync("new");
        await PublishAsync(project, registry, "2", "moving");
        Assert.AreNotEqual(await DigestAsync($"docker://{registry.Host}/app:1"), await DigestAsync($"docker://{registry.Host}/app:2"));

        var rebased = await RebaseAsync("1");
        var again = await RebaseAsync("1");
        var nowhere = await RebaseAsync("never");

        Assert.AreEqual(0, rebased.ExitCode, rebased.Output);
        Assert.AreEqual(await DigestAsync($"docker://{registry.Host}/app:2"), await DigestAsync($"docker://{registry.Host}/app:1"));
        StringAssert.Contains(again.Output, "has the current base already");
        StringAssert.Contains(nowhere.Output, "CTZ8057");

        Task MoveBaseAsync(string tag) => registry.SeedAsync($"{_folder[$"base-{tag}"]}:{tag}", "base:moving");

        Task<ProcessResult> RebaseAsync(string tag) => project.RunAsync(
        [
            "msbuild", "-t:ContainerizeRebase", "-p:Configuration=Release", .. Properties(registry, tag, "moving"),
        ]);
    }

    [TestMethod]
    public async Task Tags_of_platforms_move_with_the_index_that_is_rebased()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedSmallBasesAsync(registry);
        using var project = await TestProject.ConsoleAsync(TwoPlatforms);
        await PublishAsync(project, registry, "1", "old", "-p:ContainerizePlatformTags=true");
        var old = await DigestAsync($"docker://{registry.Host}/app:1-linux-arm64");

        var rebased = await project.RunAsync(
        [
            "msbuild", "-t:ContainerizeRebase", "-p:Configuration=Release", .. Properties(registry, "1", "new"),
            "-p:ContainerizePlatformTags=true",
        ]);

        Assert.AreEqual(0, rebased.ExitCode, rebased.Output);
        var index = JsonNode.Parse((await SkopeoAsync("inspect", "--raw", $"docker://{registry.Host}/app:1")).EnsureSuccess().Output)!;
        string[] images = [.. index["manifests"]!.AsArray().Select(each => (string)each!["digest"]!)];
        CollectionAssert.DoesNotContain(images, old);
        var tagged = $"docker://{registry.Host}/app:1-linux-";
        CollectionAssert.AreEqual(images, new[] { await DigestAsync(tagged + "x64"), await DigestAsync(tagged + "arm64") });
    }

    [TestMethod]
    [Requires("openssl")]
    public async Task The_target_signs_what_it_rebased_and_names_what_stays_with_the_old_image()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedSmallBasesAsync(registry);
        var key = await KeyPair.CreateAsync(_folder, "signer");
        string[] signing = ["-p:ContainerizeSign=true", $"-p:ContainerizeSigningKey={key.PrivateKey}"];
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><UseAppHost>false</UseAppHost></PropertyGroup>" +
            "<ItemGroup><ContainerAppCommand Include=\"/bin/tool\" /></ItemGroup>");
        await registry.SeedAsync($"{_folder["base-old"]}:old", "base:moving");
        await PublishAsync(project, registry, "1", "moving");
        var old = await DigestAsync($"docker://{registry.Host}/app:1");
        (await project.ContainerizeAsync([.. Properties(registry, "1", "moving"), .. signing])).EnsureSuccess();
        await registry.SeedAsync($"{_folder["base-new"]}:new", "base:moving");

        var trial = await RunAsync([$"{registry.Host}/app:1", "--onto", $"{registry.Host}/base:moving", "--dry-run"]);
        var rebased = await project.RunAsync(
        [
            "msbuild", "-t:ContainerizeRebase", "-p:Configuration=Release", .. Properties(registry, "1", "moving"), .. signing,
        ]);

        Assert.AreEqual(0, trial.ExitCode, trial.Error);
        StringAssert.Contains(trial.Output, "left out   application/vnd.dev.sigstore.bundle.v0.3+json");
        Assert.AreEqual(0, rebased.ExitCode, rebased.Output);
        StringAssert.Contains(rebased.Output, "stays with the old image: application/vnd.dev.sigstore.bundle.v0.3+json");
        var digest = await DigestAsync($"docker://{registry.Host}/app:1");
        Assert.AreNotEqual(old, digest);
        var signature = JsonNode.Parse((await SkopeoAsync(
            "inspect", "--raw", $"docker://{registry.Host}/app:{digest.Replace(':', '-')}")).EnsureSuccess().Output)!;
        Assert.AreEqual(
            "application/vnd.dev.sigstore.bundle.v0.3+json", (string?)signature["manifests"]!.AsArray().Single()!["artifactType"]);
    }

    [TestMethod]
    [Requires("openssl")]
    public async Task Bills_and_provenance_are_made_for_the_new_image_and_equal_those_of_a_publish()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedSmallBasesAsync(registry);
        var key = await KeyPair.CreateAsync(_folder, "signer");
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><UseAppHost>false</UseAppHost></PropertyGroup>" +
            "<ItemGroup><ContainerAppCommand Include=\"/bin/tool\" /></ItemGroup>");
        string[] evidence = ["-p:ContainerizeSbom=Spdx%3BCycloneDX", "-p:ContainerizeProvenance=true"];
        await MoveBaseAsync("old");
        await PublishAsync(project, registry, "1", "moving", evidence);
        await MoveBaseAsync("new");
        await PublishAsync(project, registry, "2", "moving", evidence);
        var expected = await DocumentsAsync(registry, "2");

        var answer = await RebaseAsync(
            $"{registry.Host}/app:1", "--onto", $"{registry.Host}/base:moving", "--to", "oci-archive:app.tar:app:1");
        var rebased = await project.RunAsync(
        [
            "msbuild", "-t:ContainerizeRebase", "-p:Configuration=Release", .. Properties(registry, "1", "moving"),
            "-p:ContainerizeSign=true", $"-p:ContainerizeSigningKey={key.PrivateKey}",
        ]);

        Assert.AreEqual(0, rebased.ExitCode, rebased.Output);
        Assert.HasCount(3, answer["renewed"]!.AsArray());
        StringAssert.Contains(rebased.Output, "made for the new image: application/spdx+json");
        var made = await DocumentsAsync(registry, "1");
        foreach (var type in new[] { "application/spdx+json", "application/vnd.cyclonedx+json" })
        {
            Assert.AreEqual(expected[type].Single(), made[type].Single(), type);
            Assert.IsTrue(answer["renewed"]!.AsArray().Any(each => (string?)each!["digest"] == expected[type].Single()), type);
        }

        // The publish left its own provenance; the image itself and three documents are signed.
        Assert.HasCount(2, made["application/vnd.in-toto+json"].ToList());
        Assert.HasCount(4, made["application/vnd.dev.sigstore.bundle.v0.3+json"].ToList());

        Task MoveBaseAsync(string tag) => registry.SeedAsync($"{_folder[$"base-{tag}"]}:{tag}", "base:moving");
    }

    [TestMethod]
    public async Task An_image_of_buildah_names_its_base_and_an_archive_of_docker_needs_from()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedSmallBasesAsync(registry);
        await BuildahAsync(registry);
        (await SkopeoAsync("copy", $"docker://{registry.Host}/other:1", $"docker-archive:{_folder["saved.tar"]}:other:1")).EnsureSuccess();
        string[] onto = ["--onto", $"{registry.Host}/base:new", "--to", "oci:layout:1"];

        var answer = await RebaseAsync([$"{registry.Host}/other:1", .. onto]);
        var unknown = await RunAsync(["docker-archive:saved.tar", .. onto]);
        var moved = await RunAsync(["docker-archive:saved.tar", "--from", $"{registry.Host}/base:new", .. onto]);
        var named = await RebaseAsync(["docker-archive:saved.tar", "--from", $"{registry.Host}/base:old", .. onto]);

        Assert.AreEqual(2, unknown.ExitCode);
        StringAssert.Contains(unknown.Error, "CTZ8050");
        StringAssert.Contains(moved.Error, "CTZ8052");
        foreach (var each in new[] { answer, named })
        {
            Assert.IsFalse((bool)each["isUnchanged"]!);
        }

        var image = ImageValidator.Check(_folder["layout"], baseLayers: 3).Single();
        Assert.AreEqual("mine", image.Get("srv/file").ReadAllText());
        var settings = image.Settings["Env"]!.AsArray().Select(variable => (string?)variable).ToList();
        CollectionAssert.Contains(settings, "MINE=1");
        CollectionAssert.Contains(settings, "PATCH=2");
    }

    [TestMethod]
    public async Task Packages_of_the_system_and_a_destination_that_is_not_named_are_refused()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedBasesAsync(registry);
        using var project = await TestProject.ConsoleAsync(
            "<ItemGroup><ContainerizeDebianPackage Include=\"libyaml-0-2\" /></ItemGroup>");
        await PublishAsync(project, registry, "1", "old");

        var refused = await RunAsync(
            [$"{registry.Host}/app:1", "--onto", $"{registry.Host}/base:new", "--to", $"{registry.Host}/app:1"]);
        var nowhere = await RunAsync([$"{registry.Host}/app:1", "--onto", $"{registry.Host}/base:new"]);

        Assert.AreEqual(2, refused.ExitCode);
        StringAssert.Contains(refused.Error, "CTZ8053");
        StringAssert.Contains(refused.Error, "'packages'");
        Assert.AreEqual(2, nowhere.ExitCode);
        StringAssert.Contains(nowhere.Error, "--to");
    }

    private static async Task PublishAsync(
        TestProject project, RegistryServer registry, string tag, string baseTag, params string[] more) =>
        (await project.ContainerizeAsync([.. Properties(registry, tag, baseTag), .. more])).EnsureSuccess();

    private static string[] Properties(RegistryServer registry, string tag, string baseTag) =>
    [
        $"-p:ContainerBaseImage={registry.Host}/base:{baseTag}", $"-p:ContainerRegistry={registry.Host}", "-p:ContainerRepository=app",
        $"-p:ContainerImageTag={tag}", $"-p:ContainerizeInsecureRegistries={registry.Host}",
    ];

    // The registry of Debian has no list of referrers: it stands under a tag.
    private static async Task<ILookup<string, string>> DocumentsAsync(RegistryServer registry, string tag)
    {
        var digest = await DigestAsync($"docker://{registry.Host}/app:{tag}");
        var list = JsonNode.Parse((await SkopeoAsync(
            "inspect", "--raw", $"docker://{registry.Host}/app:{digest.Replace(':', '-')}")).EnsureSuccess().Output)!;
        return list["manifests"]!.AsArray().ToLookup(each => (string)each!["artifactType"]!, each => (string)each!["digest"]!);
    }

    private Task<ProcessResult> RunAsync(params IEnumerable<string> arguments) =>
        BuiltTool.RunAsync(_folder.FullName, ["rebase", .. arguments]);

    private async Task<JsonNode> RebaseAsync(params IEnumerable<string> arguments) =>
        JsonNode.Parse((await RunAsync(["--json", .. arguments])).EnsureSuccess().Output)!;

    /// <summary>Debian with .NET as <c>base:old</c>, and with a layer of updates and another setting as <c>base:new</c>.</summary>
    private async Task SeedBasesAsync(RegistryServer registry)
    {
        var layout = (await DebianBase.SharedAsync()).Layout;
        await registry.SeedAsync($"{layout}:base", "base:old");
        var old = (await new LayoutSource(layout, "base").OpenAsync(TestImage.LinuxX64, CancellationToken.None)).Image;
        await SeedAsync(registry, "new", [Newer(old)]);
    }

    /// <summary>The same with bases that have one program, for two platforms.</summary>
    private async Task SeedSmallBasesAsync(RegistryServer registry)
    {
        IReadOnlyList<Image> old = [.. s_platforms.Select(platform =>
        {
            var tool = TestLayer.Entry(TarEntryType.RegularFile, "bin/tool", new TestElf
            {
                Machine = platform.Architecture == "arm64" ? (ushort)183 : (ushort)62,
            }.ToBytes());
            tool.Mode = (UnixFileMode)0b111_101_101;
            return Add(
                Image.Create(ImageFormat.Oci, ImageConfig.Scratch(platform), [], new Dictionary<string, string>()),
                TestLayer.FromTar(TestLayer.Tar(TestLayer.Entry(TarEntryType.Directory, "bin"), tool)),
                "1");
        })];
        await SeedAsync(registry, "old", old);
        await SeedAsync(registry, "new", [.. old.Select(Newer)]);
    }

    private static Image Newer(Image image) => Add(
        image,
        TestLayer.FromTar(TestLayer.Tar(
            TestLayer.Entry(TarEntryType.Directory, "etc"), TestLayer.Entry(TarEntryType.RegularFile, "etc/update", "2"u8.ToArray()))),
        "2");

    private static Image Add(Image image, TestLayer layer, string patch)
    {
        var config = image.Config.Append([new HistoryEntry(layer.DiffId, "test", "a layer")], DateTimeOffset.UnixEpoch)
            .With(new ImageSettings
            {
                Command = image.Config.Command,
                Environment = new Dictionary<string, string> { ["PATCH"] = patch },
            });
        var added = new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, layer.Content), layer.DiffId);
        return Image.Create(ImageFormat.Oci, config, [.. image.Layers, added], new Dictionary<string, string>());
    }

    private async Task SeedAsync(RegistryServer registry, string tag, IReadOnlyList<Image> images)
    {
        var directory = _folder[$"base-{tag}"];
        await new LayoutDestination(directory, new ImageName(null, "base", [tag]), new RecordingReporter())
            .WriteAsync(ImageSet.Of(images), CancellationToken.None);
        await registry.SeedAsync($"{directory}:{tag}", $"base:{tag}");
    }

    /// <summary>An image that buildah makes on <c>base:old</c>.</summary>
    private async Task BuildahAsync(RegistryServer registry)
    {
        var storage = new Dictionary<string, string?>
        {
            ["CONTAINERS_STORAGE_CONF"] = _folder.Write("storage.conf", $"""
                [storage]
                driver = "vfs"
                graphroot = "{_folder["root"]}"
                runroot = "{_folder["run"]}"
                """),
        };
        var file = _folder.Write("file", "mine");
        await RunAsync("from", "--tls-verify=false", "--name", "work", $"docker://{registry.Host}/base:old");
        await RunAsync("copy", "work", file, "/srv/file");
        await RunAsync("config", "--env", "MINE=1", "--entrypoint", "[\"/bin/tool\"]", "work");
        await RunAsync("commit", "--tls-verify=false", "work", $"docker://{registry.Host}/other:1");

        async Task RunAsync(params string[] arguments) =>
            (await ProcessRunner.RunAsync("buildah", arguments, environment: storage)).EnsureSuccess();
    }

    private static Task<ProcessResult> SkopeoAsync(string command, params string[] arguments) => ProcessRunner.RunAsync(
        "skopeo",
        [
            command,
            .. command == "inspect" ? ["--tls-verify=false"] : new[] { "-q", "--src-tls-verify=false", "--dest-tls-verify=false" },
            .. arguments,
        ]);

    private static async Task<string> DigestAsync(string image) =>
        (await SkopeoAsync("inspect", "--format", "{{.Digest}}", image)).EnsureSuccess().Output.Trim();
}
