using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The tool as users have it, with images that other programs made and keep.</summary>
[TestClass]
[Requires("docker-registry", "skopeo")]
internal sealed class ToolTests : IDisposable
{
    private const string Known = "/etc/os-release";

    private static RegistryServer? s_registry;

    private readonly TemporaryDirectory _folder = new();

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

    [ClassInitialize]
    public static async Task StartRegistryAsync(TestContext _) => s_registry = await RegistryServer.StartAsync();

    [ClassCleanup]
    public static async Task StopRegistryAsync()
    {
        if (s_registry is not null)
        {
            await s_registry.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("oci:{0}/copied:app")]
    [DataRow("oci-archive:{0}/copied.tar:app")]
    [DataRow("docker-archive:{0}/copied.tar:app:1")]
    public async Task Every_command_understands_what_skopeo_copied(string to)
    {
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        var image = string.Format(System.Globalization.CultureInfo.InvariantCulture, to, _folder.FullName);
        await SkopeoAsync($"oci:{_folder["layout"]}:app", image);

        await UnderstandsAsync(image);
    }

    [TestMethod]
    public async Task Every_command_understands_what_a_registry_has()
    {
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        await Registry.SeedAsync(_folder["layout"], "team/app:1");

        await UnderstandsAsync($"{Registry.Host}/team/app:1");
    }

    [TestMethod]
    [Requires("buildah")]
    [DataRow("oci-archive")]
    [DataRow("docker-archive")]
    public async Task Every_command_understands_what_buildah_built(string form)
    {
        _folder.Write("context/etc/os-release", "ID=built");
        _folder.Write("context/Containerfile", "FROM scratch\nCOPY etc /etc\nENV A=b\nENTRYPOINT [\"/etc/os-release\"]\n");
        string[] storage = ["--root", _folder["storage"], "--runroot", _folder["run"], "--storage-driver", "vfs"];
        (await ProcessRunner.RunAsync("buildah", [.. storage, "bud", "-q", "-t", "localhost/app:1", _folder["context"]])).EnsureSuccess();
        var archive = $"{form}:{_folder["built.tar"]}:localhost/app:1";
        (await ProcessRunner.RunAsync("buildah", [.. storage, "push", "-q", "localhost/app:1", archive])).EnsureSuccess();

        await UnderstandsAsync(archive);

        var shown = await InstalledTool.JsonAsync(["inspect", archive]);
        StringAssert.Contains(shown["settings"]!["Environment"]!.ToJsonString(), "A=b");
    }

    [TestMethod]
    [Requires("root", "dockerd", "docker")]
    public async Task Every_command_understands_what_docker_saved_and_has()
    {
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        await SkopeoAsync($"oci:{_folder["layout"]}:app", $"docker-archive:{_folder["copied.tar"]}:app:1");
        await using var docker = await Dockerd.StartAsync();
        await docker.LoadAsync(_folder["copied.tar"]);
        (await docker.RunAsync("save", "-o", _folder["saved.tar"], "app:1")).EnsureSuccess();

        await UnderstandsAsync($"docker-archive:{_folder["saved.tar"]}");
        await UnderstandsAsync("docker-daemon:app:1", docker.Environment);
    }

    [TestMethod]
    [DataRow("OCI", "oci-archive")]
    [DataRow("Docker", "docker-archive")]
    public async Task Every_command_understands_what_the_SDKs_own_target_made(string format, string form)
    {
        var (name, docker) = ($"dotnet/{format.ToLowerInvariant()}", format == "Docker");
        TestImage.WriteLayout(_folder["layout"], ("base", TestImage.Create(TestImage.LinuxX64, docker, null)));
        await Registry.SeedAsync(_folder["layout"], $"{name}:1");
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{Registry.Host}/{name}:1</ContainerBaseImage>
              <ContainerImageFormat>{format}</ContainerImageFormat>
              <ContainerizeReplacesPublishContainer>false</ContainerizeReplacesPublishContainer>
            </PropertyGroup>
            """);
        string[] publish = ["publish", "-t:PublishContainer", $"-p:ContainerRepository=sdk/{format.ToLowerInvariant()}"];
        var environment = new Dictionary<string, string?> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = Registry.Host };
        (await Dotnet.RunAsync(project.Directory, [.. publish, $"-p:ContainerRegistry={Registry.Host}"], environment)).EnsureSuccess();
        (await Dotnet.RunAsync(
            project.Directory, [.. publish, $"-p:ContainerArchiveOutputPath={_folder["sdk.tar"]}"], environment)).EnsureSuccess();

        await UnderstandsAsync($"{Registry.Host}/sdk/{format.ToLowerInvariant()}:latest");
        await UnderstandsAsync($"{form}:{_folder["sdk.tar"]}");
        var found = await InstalledTool.JsonAsync(["find", $"{form}:{_folder["sdk.tar"]}", "/app/hello.dll"]);
        Assert.IsTrue((bool)found.AsArray().Single()!["isVisible"]!, found.ToJsonString());
    }

    [TestMethod]
    public async Task The_platforms_of_an_index_and_a_signature_beside_it_are_shown()
    {
        var arm64 = TestImage.Create(TestImage.LinuxX64 with { Architecture = "arm64" }, docker: false, null);
        var index = TestImage.Index(TestImage.Create(), arm64);
        TestImage.WriteLayout(_folder["layout"], ("amd64", TestImage.Create()), ("arm64", arm64));
        _folder.Write($"layout/blobs/sha256/{Digest.Of(index).Hex}", index);
        var root = new Descriptor { MediaType = MediaTypes.OciIndex, Digest = Digest.Of(index), Size = index.Length };
        _folder.Write("layout/index.json", OciJson.Write(new ImageIndex { Manifests = [root] }));
        await Registry.SeedAsync(_folder["layout"], "many/app:1");
        TestImage.WriteLayout(_folder["signature"], ("signature", TestImage.Create(TestLayer.Of(("signature", "signed")))));
        await Registry.SeedAsync(_folder["signature"], $"many/app:sha256-{Digest.Of(index).Hex}.sig");

        var shown = await InstalledTool.JsonAsync(["inspect", $"{Registry.Host}/many/app:1", "--platform", "linux/arm64"]);

        Assert.AreEqual($"{Digest.Of(index)}", (string?)shown["index"]);
        Assert.AreEqual($"{arm64.Descriptor.Digest}", (string?)shown["digest"]);
        CollectionAssert.AreEqual(
            new[] { "linux/amd64", "linux/arm64" },
            shown["platforms"]!.AsArray().Select(platform => (string?)platform!["platform"]).ToArray());
        Assert.AreEqual(".sig", (string?)shown["evidence"]!.AsArray().Single()!["type"]);
    }

    [TestMethod]
    public async Task A_difference_is_named_and_is_an_exit_code()
    {
        TestImage.WriteLayout(_folder["before"], ("app", TestImage.Create(TestLayer.Of(("app/a", "1"), ("app/b", "2")))));
        TestImage.WriteLayout(_folder["after"], ("app", TestImage.Create(TestLayer.Of(("app/a", "changed"), ("app/b", "2")))));

        var result = await InstalledTool.RunAsync(["diff", $"oci:{_folder["before"]}", $"oci:{_folder["after"]}"]);

        Assert.AreEqual(1, result.ExitCode, result.Output + result.Error);
        StringAssert.Contains(result.Output, "/app/a");
        Assert.DoesNotContain("/app/b", result.Output);
        Assert.AreEqual(1, (await InstalledTool.RunAsync(["find", $"oci:{_folder["after"]}", "/app/c"])).ExitCode);
    }

    [TestMethod]
    [DataRow("CTZ2002", "nowhere.tar", "inspect", "oci-archive:nowhere.tar")]
    [DataRow("CTZ2002", "nowhere", "tree", "oci:nowhere")]
    [DataRow("CTZ2004", "text.tar", "inspect", "oci-archive:text.tar")]
    [DataRow("CTZ2004", "text.tar", "history", "docker-archive:text.tar")]
    [DataRow("CTZ2004", "cut.tar", "find", "oci-archive:cut.tar", "/x")]
    [DataRow("CTZ3002", "127.0.0.1:1", "inspect", "127.0.0.1:1/app:1")]
    [DataRow("CTZ8001", "--help", "inspcet", "oci:nowhere")]
    [DataRow("CTZ8001", "--help", "inspect")]
    [DataRow("CTZ8001", "linux/arm64", "inspect", "oci:nowhere", "--platform", "linux")]
    [DataRow("CTZ8001", "--html", "inspect", "oci:nowhere", "--html", "")]
    [DataRow("CTZ8001", "--platform", "inspect", "oci:nowhere", "--platform", " ")]
    [DataRow("CTZ8001", "IMAGE", "inspect", "")]
    [DataRow("CTZ8001", "DOCKERFILE", "import", "")]
    [DataRow("CTZ2001", "Not/An/Image", "inspect", "Not/An/Image:1")]
    public async Task Bad_input_is_named_with_a_code(string code, string hint, params string[] arguments)
    {
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        await SkopeoAsync($"oci:{_folder["layout"]}:app", $"oci-archive:{_folder["whole.tar"]}:app");
        _folder.Write("text.tar", new string('x', 2048));
        var whole = await File.ReadAllBytesAsync(_folder["whole.tar"]);
        _folder.Write("cut.tar", whole[..(whole.Length / 3)]);

        var result = await InstalledTool.RunAsync(arguments, _folder.FullName);

        Assert.AreEqual(2, result.ExitCode, result.Output + result.Error);
        StringAssert.Contains(result.Error, $"{code}: ");
        StringAssert.Contains(result.Error, hint);
        Assert.DoesNotContain("base image", result.Error);
        Assert.AreEqual("", result.Output);
    }

    [TestMethod]
    public async Task The_cache_is_shown_and_pruned()
    {
        var environment = new Dictionary<string, string?> { ["CONTAINERIZE_CACHE_DIRECTORY"] = _folder["cache"] };
        Assert.IsFalse((bool)(await InstalledTool.JsonAsync(["cache", "info"], environment))["exists"]!);
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        await Registry.SeedAsync(_folder["layout"], "cached/app:1");
        await InstalledTool.JsonAsync(["tree", $"{Registry.Host}/cached/app:1"], environment);

        var info = await InstalledTool.JsonAsync(["cache", "info"], environment);
        var pruned = await InstalledTool.JsonAsync(["cache", "prune", "--max-size", "0B"], environment);

        Assert.AreEqual(_folder["cache"], (string?)info["directory"]);
        Assert.AreNotEqual(0, (int)pruned["files"]!);
    }

    [TestMethod]
    public async Task Help_calls_the_command_by_its_name()
    {
        var help = await InstalledTool.RunAsync(["inspect", "--help"]);
        Assert.AreEqual(0, help.ExitCode);
        StringAssert.Contains(help.Output, "containerize inspect <IMAGE>");
        StringAssert.Contains((await InstalledTool.RunAsync(["[suggest:15]", "containerize in"])).Output, "inspect");
    }

    private static async Task UnderstandsAsync(string image, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var shown = await InstalledTool.JsonAsync(["inspect", image, "--packages"], environment);
        Assert.AreEqual("linux/amd64", (string?)shown["platform"]);
        Assert.StartsWith("sha256:", (string?)shown["digest"]);
        var layers = shown["layers"]!.AsArray().Count;
        Assert.AreNotEqual(0, layers);
        var history = await InstalledTool.JsonAsync(["history", image], environment);
        Assert.AreEqual(layers, history.AsArray().Count(step => step!["layer"] is not null));
        var tree = await InstalledTool.JsonAsync(["tree", image, "/etc"], environment);
        Assert.IsTrue(tree.AsArray().Any(file => (string?)file!["path"] == Known), tree.ToJsonString());
        var found = await InstalledTool.JsonAsync(["find", image, Known], environment);
        Assert.IsTrue(found.AsArray().Any(file => (bool)file!["isVisible"]!), found.ToJsonString());
        var differences = await InstalledTool.JsonAsync(["diff", image, image], environment);
        Assert.IsTrue((bool)differences["areEqual"]!, differences.ToJsonString());
        using var reports = new TemporaryDirectory();
        var written = await InstalledTool.JsonAsync(["inspect", image, "--html", reports["report.html"]], environment);
        Assert.AreEqual(reports["report.html"], (string?)written["report"]);
        var page = await File.ReadAllTextAsync(reports["report.html"]);
        StringAssert.Contains(page, (string)shown["digest"]!.ToString());
        StringAssert.Contains(page, Known);
        string[][] all = [["inspect", image], ["history", image], ["tree", image], ["find", image, Known], ["diff", image, image]];
        foreach (var arguments in all)
        {
            var lines = await InstalledTool.RunAsync(arguments, environment: environment);
            Assert.AreEqual(0, lines.ExitCode, lines.Error);
            Assert.AreNotEqual("", lines.Output);
            Assert.AreEqual("", lines.Error);
        }
    }

    private static async Task SkopeoAsync(string from, string to) =>
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", from, to])).EnsureSuccess();
}
