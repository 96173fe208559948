using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Builds against the real registry; bytes are counted before it, whatever Containerize says of itself.</summary>
[TestClass]
[Requires("docker-registry", "skopeo", "htpasswd")]
internal sealed class RegistryTests : IDisposable
{
    private const string Password = "canary-4f1d-password";
    private const int BaseLayer = 8_000_000;

    private static readonly TestImage s_base =
        TestImage.Create(TestLayer.OfSize(BaseLayer, 7), TestLayer.Of(("etc/os-release", "ID=test\n")));

    private static RegistryServer? s_registry;

    private readonly TemporaryDirectory _folder = new();

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

    [ClassInitialize]
    public static async Task StartRegistryAsync(TestContext _)
    {
        s_registry = await RegistryServer.StartAsync();
        await SeedAsync(Registry, "dotnet/base:10");
    }

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
    public async Task A_push_sends_what_is_new_and_mounts_the_base()
    {
        await using var proxy = await RegistryProxy.StartAsync(Registry.Host);
        using var project = await ProjectAsync(
            $"{proxy.Authority}/dotnet/base:10",
            """<ItemGroup><PackageReference Include="System.IO.Hashing" Version="10.0.0" /></ItemGroup>""");
        var arguments =
            new[] { $"-p:ContainerRegistry={proxy.Authority}", "-p:ContainerRepository=bytes/app", "-p:ContainerImageTags=\"1.0;latest\"" };

        await PublishAsync(project, arguments);
        var cold = proxy.BlobBytesUp;
        Assert.AreEqual(
            SizeOf(project, "dependencies") + SizeOf(project, "app") + await ConfigSizeAsync(project),
            cold,
            "Only what is not in the base is sent.");
        Assert.AreEqual(
            await BaseConfigSizeAsync() + s_base.Layers.Sum(
                layer => layer.Content.Length), proxy.BlobBytesDown, "The base is read once, to fit the app to it.");
        Assert.AreEqual(cold, Sent(project));

        proxy.Clear();
        await PublishAsync(project, arguments);
        Assert.AreEqual(0, proxy.BlobBytesUp + proxy.BlobBytesDown, string.Join('\n', proxy.Requests));

        proxy.Clear();
        project.Write("Program.cs", """System.Console.WriteLine("hello again");""");
        await PublishAsync(project, arguments);
        Assert.AreEqual(
            SizeOf(project, "app") + await ConfigSizeAsync(project), proxy.BlobBytesUp, "Only the app's layer and the config are sent.");
        Assert.IsLessThanOrEqualTo(
            await ConfigSizeAsync(project) * 2, proxy.BlobBytesDown, "At most the config of the image that is replaced is read.");
        Assert.AreEqual(project.Digest, await DigestAsync("bytes/app:latest"));
        Assert.AreEqual(project.Digest, await DigestAsync("bytes/app:1.0"));
    }

    [TestMethod]
    public async Task Push_and_pull_work_with_a_password_and_an_own_authority_and_the_binlog_holds_no_secret()
    {
        using var certificates = TestCertificates.Create();
        await using var secured = await RegistryServer.StartAsync(Password, certificates);
        await SeedAsync(secured, "dotnet/base:10", "--dest-creds", $"ada:{Password}");
        using var project = await ProjectAsync($"{secured.Host}/dotnet/base:10");
        var authority = _folder.Write("authority.pem", certificates.AuthorityPem);
        var docker = _folder.Write("docker/config.json", $$"""{"auths":{"{{secured.Host}}":{"auth":"{{Basic}}"} } }""");
        var variable = "CONTAINERIZE_REGISTRY_" + string.Concat(secured.Host.Select(c => char.IsAsciiDigit(c) ? c : '_'));
        Dictionary<string, string?>[] sources =
        [
            new() { ["DOTNET_CONTAINER_REGISTRY_UNAME"] = "ada", ["DOTNET_CONTAINER_REGISTRY_PWORD"] = Password },
            new() { [variable + "_USER"] = "ada", [variable + "_PASSWORD"] = Password },
            new() { ["DOCKER_CONFIG"] = Path.GetDirectoryName(docker) },
        ];
        foreach (var (number, source) in sources.Index())
        {
            source["CONTAINERIZE_CACHE_DIRECTORY"] = _folder[$"cache{number}"];
            var log = _folder[$"{number}.binlog"];
            var result = await Dotnet.RunAsync(
                project.Directory,
                ["publish", "-t:Containerize", $"-bl:{log}", "-v:detailed", $"-p:ContainerRegistry={secured.Host}",
                    $"-p:ContainerRepository=secret/app{number}", $"-p:ContainerizeCertificateFiles={authority}"],
                source,
                BuildHost.OwnProcess);

            Assert.AreEqual(0, result.ExitCode, result.Output);
            AssertNoSecret(result.Output);
            if (source.ContainsKey("DOTNET_CONTAINER_REGISTRY_PWORD"))
            {
                // MSBuild itself writes all variables that begin with DOTNET_ into it; all that can be done is to say so.
                StringAssert.Contains(result.Output, "CTZ3010");
                continue;
            }

            Assert.DoesNotContain("CTZ3010", result.Output);
            await using var binlog = new GZipStream(File.OpenRead(log), CompressionMode.Decompress);
            using var content = new MemoryStream();
            await binlog.CopyToAsync(content);
            StringAssert.Contains(Encoding.UTF8.GetString(content.ToArray()), $"secret/app{number}", "The log is not read as it should.");
            AssertNoSecret(Encoding.UTF8.GetString(content.ToArray()));
            AssertNoSecret(Encoding.Unicode.GetString(content.ToArray()));
        }
    }

    [TestMethod]
    public async Task A_wrong_password_is_told_with_the_source_it_came_from()
    {
        await using var secured = await RegistryServer.StartAsync(Password);
        using var project = await ProjectAsync("scratch");

        var result = await Dotnet.RunAsync(
            project.Directory,
            ["publish", "-t:Containerize", $"-p:ContainerRegistry={secured.Host}"],
            new Dictionary<string, string?>
            {
                ["DOTNET_CONTAINER_PUSH_REGISTRY_UNAME"] = "ada",
                ["DOTNET_CONTAINER_PUSH_REGISTRY_PWORD"] = "wrong-" + Password,
            });

        Assert.AreEqual(1, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "CTZ3001");
        StringAssert.Contains(result.Output, secured.Host);
        AssertNoSecret(result.Output);
    }

    [TestMethod]
    public async Task The_sdks_push_variables_reach_every_registry_that_is_named()
    {
        await using var one = await RegistryServer.StartAsync(Password);
        await using var two = await RegistryServer.StartAsync(Password);
        using var project =
            await ProjectAsync("scratch", $"""<ItemGroup><ContainerRegistry Include="{two.Host}" Repository="other/name" /></ItemGroup>""");

        var result = await Dotnet.RunAsync(
            project.Directory,
            ["publish", "-t:Containerize", $"-p:ContainerRegistry={one.Host}", "-p:ContainerRepository=one/name",
                "-getItem:GeneratedContainerName"],
            new Dictionary<string, string?>
            {
                ["DOTNET_CONTAINER_PUSH_REGISTRY_UNAME"] = "ada",
                ["DOTNET_CONTAINER_PUSH_REGISTRY_PWORD"] = Password,
            });

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, $"{one.Host}/one/name:latest");
        StringAssert.Contains(result.Output, $"{two.Host}/other/name:latest");
        Assert.AreEqual(project.Digest, await DigestAsync("one/name:latest", one.Host, "--creds", $"ada:{Password}"));
        Assert.AreEqual(project.Digest, await DigestAsync("other/name:latest", two.Host, "--creds", $"ada:{Password}"));
    }

    [TestMethod]
    public async Task A_registry_that_is_killed_in_mid_push_and_started_again_gets_the_whole_image()
    {
        await using var registry = await RegistryServer.StartAsync();
        await using var proxy = await RegistryProxy.StartAsync(registry.Host);
        using var project =
            await ProjectAsync("scratch", """<ItemGroup><Content Include="data.bin" CopyToPublishDirectory="Always" /></ItemGroup>""");
        var data = new byte[6_000_000];
        new Random(3).NextBytes(data);
        await File.WriteAllBytesAsync(Path.Combine(project.Directory, "data.bin"), data);
        var killed = 0;
        var restarted = new TaskCompletionSource();
        proxy.OnUpload = bytes =>
        {
            if (bytes > 2_000_000 && Interlocked.Exchange(ref killed, 1) == 0)
            {
                _ = KillAsync();
            }
        };

        await PublishAsync(project, $"-p:ContainerRegistry={proxy.Authority}", "-p:ContainerRepository=killed/app");

        await restarted.Task;
        Assert.AreEqual(project.Digest, await DigestAsync("killed/app:latest", registry.Host));
        await ValidateAsync("killed/app:latest", registry.Host);

        async Task KillAsync()
        {
            await registry.KillAsync();
            await Task.Delay(TimeSpan.FromSeconds(2));
            await registry.RestartAsync();
            restarted.SetResult();
        }
    }

    [TestMethod]
    public async Task A_pull_that_breaks_goes_on_where_it_broke()
    {
        await using var proxy = await RegistryProxy.StartAsync(Registry.Host);
        using var project = await ProjectAsync($"{proxy.Authority}/dotnet/base:10");
        // The config is the first blob; it is let through.
        proxy.CutDownloads(2, 0.01, 0.5, 0.99);

        var result = await Dotnet.RunAsync(
            project.Directory,
            ["publish", "-t:Containerize"],
            new Dictionary<string, string?> { ["CONTAINERIZE_CACHE_DIRECTORY"] = _folder["cache"] });

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var layers = s_base.Layers.Sum(layer => layer.Content.Length) + s_base.Config.Length;
        Assert.IsGreaterThan(
            3 + 2, proxy.Requests.Count(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)), "It was not cut.");
        Assert.IsLessThanOrEqualTo(layers * 1.1, proxy.BlobBytesDown, string.Join('\n', proxy.Requests));
        ImageValidator.Check(project.Archive, baseLayers: s_base.Layers.Count);
    }

    [TestMethod]
    public async Task A_base_comes_from_a_mirror_that_the_project_or_the_machine_names()
    {
        // This name cannot be reached: what comes, comes from the mirror.
        const string Unreachable = "registry.invalid/dotnet/base:10";
        using var project = await ProjectAsync(
            Unreachable,
            $"""<ItemGroup><ContainerizeRegistryMirror Include="{Registry.Host}" Registry="registry.invalid" /></ItemGroup>""");
        await PublishAsync(project);

        using var other = await ProjectAsync(Unreachable);
        var configuration = _folder.Write("registries.conf", $"""
            [[registry]]
            prefix = "registry.invalid/dotnet"
            location = "registry.invalid/dotnet"
            [[registry.mirror]]
            location = "{Registry.Host}/dotnet"
            insecure = true
            """);
        var result = await Dotnet.RunAsync(
            other.Directory,
            ["publish", "-t:Containerize"],
            new Dictionary<string, string?>
            {
                ["CONTAINERS_REGISTRIES_CONF"] = configuration,
                ["CONTAINERIZE_CACHE_DIRECTORY"] = _folder["cache"],
            });

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var expected = s_base.Descriptor.Digest.ToString();
        Assert.AreEqual(expected, project.Info["base"]!["digest"]!.GetValue<string>());
        Assert.AreEqual(expected, other.Info["base"]!["digest"]!.GetValue<string>());
    }

    [TestMethod]
    public async Task A_locked_base_stays_when_its_tag_moves_until_the_lock_is_updated()
    {
        await SeedAsync(Registry, "moving/base:1");
        var name = $"{Registry.Host}/moving/base:1";
        using var project = await ProjectAsync(name);
        Assert.AreEqual(0, (await project.RunAsync("build", "-t:ContainerizeLock")).ExitCode);
        var locked = await File.ReadAllTextAsync(Path.Combine(project.Directory, "containerize.lock.json"));
        StringAssert.Contains(locked, $"\"{name}\": \"sha256:");
        await PublishAsync(project, "-p:ContainerizeLockedMode=true");
        var first = project.Info["base"]!["digest"]!.GetValue<string>();

        await SeedAsync(Registry, "moving/base:1", TestImage.Create(TestLayer.Of(("etc/os-release", "ID=newer\n"))));
        await PublishAsync(project, "-p:ContainerizeLockedMode=true");
        Assert.AreEqual(first, project.Info["base"]!["digest"]!.GetValue<string>());

        var update = await project.RunAsync("build", "-t:ContainerizeLock");
        StringAssert.Contains(update.Output, "and is now");
        await PublishAsync(project, "-p:ContainerizeLockedMode=true");
        Assert.AreNotEqual(first, project.Info["base"]!["digest"]!.GetValue<string>());

        File.Delete(Path.Combine(project.Directory, "containerize.lock.json"));
        var failure = await project.ContainerizeAsync("-p:ContainerizeLockedMode=true");
        Assert.AreEqual(1, failure.ExitCode);
        StringAssert.Contains(failure.Output, "CTZ2007");
    }

    [TestMethod]
    public async Task An_outage_or_a_train_stops_no_build_whose_base_is_cached()
    {
        await using var registry = await RegistryServer.StartAsync();
        await SeedAsync(registry, "dotnet/base:10");
        using var project = await ProjectAsync($"{registry.Host}/dotnet/base:10");
        var missing = await project.ContainerizeAsync("-p:ContainerizeOffline=true");
        Assert.AreEqual(1, missing.ExitCode);
        StringAssert.Contains(missing.Output, "CTZ3009");
        await PublishAsync(project);
        var digest = project.Digest;
        await registry.KillAsync();

        var outage = await PublishAsync(project);
        StringAssert.Contains(outage.Output, "CTZ2009");
        Assert.AreEqual(digest, project.Digest);
        foreach (var argument in new[] { "-p:ContainerizeOffline=true", "-p:ContainerizeBaseImageMaxAge=12h" })
        {
            File.Delete(project.Archive);
            var result = await PublishAsync(project, argument);
            Assert.DoesNotContain("CTZ", result.Output);
            Assert.AreEqual(digest, project.Digest);
        }
    }

    private static string Basic => Convert.ToBase64String(Encoding.UTF8.GetBytes($"ada:{Password}"));

    private static Task<TestProject> ProjectAsync(string baseImage, string body = "") =>
        TestProject.ConsoleAsync($"<PropertyGroup><ContainerBaseImage>{baseImage}</ContainerBaseImage></PropertyGroup>{body}");

    private static async Task<ProcessResult> PublishAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return result;
    }

    private static void AssertNoSecret(string text)
    {
        Assert.DoesNotContain(Password, text);
        Assert.DoesNotContain(Basic, text);
    }

    private static long SizeOf(TestProject project, string layer) =>
        project.Info["layers"]!.AsArray().Single(item => item!["name"]!.GetValue<string>() == layer)!["compressedSize"]!.GetValue<long>();

    private static long Sent(TestProject project) => project.Info["destinations"]!.AsArray().Single()!["bytesWritten"]!.GetValue<long>();

    private static async Task<long> ConfigSizeAsync(TestProject project) =>
        JsonNode.Parse(await ManifestAsync($"bytes/app@{project.Digest}"))!["config"]!["size"]!.GetValue<long>();

    private static async Task<long> BaseConfigSizeAsync() =>
        JsonNode.Parse(await ManifestAsync("dotnet/base:10"))!["config"]!["size"]!.GetValue<long>();

    private static async Task<string> ManifestAsync(string image) =>
        (await ProcessRunner.RunAsync("skopeo", ["inspect", "--raw", "--tls-verify=false", $"docker://{Registry.Host}/{image}"]))
            .EnsureSuccess().Output;

    private static async Task<string> DigestAsync(string image, string? host = null, params string[] more) =>
        JsonNode.Parse(
            (
                await ProcessRunner.RunAsync(
                    "skopeo",
                    ["inspect", "--no-tags", "--tls-verify=false", .. more,
                        $"docker://{host ?? Registry.Host}/{image}"])).EnsureSuccess().Output)!["Digest"]!.GetValue<string>();

    private static Task SeedAsync(RegistryServer registry, string reference, params string[] more) =>
        SeedAsync(registry, reference, s_base, more);

    private static async Task SeedAsync(RegistryServer registry, string reference, TestImage image, params string[] more)
    {
        using var folder = new TemporaryDirectory();
        TestImage.WriteLayout(folder["layout"], ("base", image));
        (
            await ProcessRunner.RunAsync(
                "skopeo",
                ["copy", "-q", "--dest-tls-verify=false", .. more, $"oci:{folder["layout"]}:base",
                    $"docker://{registry.Host}/{reference}"])).EnsureSuccess();
    }

    private static async Task ValidateAsync(string image, string host)
    {
        using var folder = new TemporaryDirectory();
        (await ProcessRunner.RunAsync("skopeo",
            ["copy", "-q", "--src-tls-verify=false", $"docker://{host}/{image}", $"oci:{folder["layout"]}:copy"])).EnsureSuccess();
        ImageValidator.Check(folder["layout"], baseLayers: 0);
    }
}
