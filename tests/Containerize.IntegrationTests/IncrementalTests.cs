using System.Formats.Tar;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>What was done before, here or on another machine, is not done again; and what a build did and sent can be read.</summary>
[TestClass]
internal sealed class IncrementalTests
{
    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>
        """;

    private static string Changed => TestProject.ConsoleProgram.Replace("hello", "changed", StringComparison.Ordinal);

    private static string Origins(TestProject project) =>
        string.Join(' ', project.Info["layers"]!.AsArray().Select(layer => $"{layer!["name"]}:{layer["origin"]}"));

    private static async Task RunAsync(TestProject project, TemporaryDirectory machine, params string[] arguments)
    {
        var result = await project.ContainerizeAsync([.. arguments, $"-p:ContainerizeCacheDirectory={machine["cache"]}"]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    [TestMethod]
    public async Task Nothing_is_done_without_a_change_and_one_line_costs_the_layer_of_the_app_and_is_explained()
    {
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body);
        await RunAsync(project, machine, "-p:ContinuousIntegrationBuild=true");
        var written = new[] { project.Archive, Path.Combine(Path.GetDirectoryName(InfoFile(project))!, "image.digest") };
        var before = written.Select(Look).ToList();

        await RunAsync(project, machine, "-p:ContinuousIntegrationBuild=true");
        CollectionAssert.AreEqual(before, written.Select(Look).ToList());
        Assert.AreEqual("dependencies:cache app:cache", Origins(project));
        Assert.AreEqual(0, project.Info["destinations"]![0]!["bytesWritten"]!.GetValue<long>());

        using var clone = await project.CloneAsync();
        await RunAsync(clone, machine, "-p:ContinuousIntegrationBuild=true");
        StringAssert.StartsWith(Origins(clone), "dependencies:cache", "A checkout in another folder finds the layers of the first.");
        Assert.AreEqual(project.LayerDigest("dependencies"), clone.LayerDigest("dependencies"));

        project.Write("Program.cs", Changed);
        var explained = await project.RunAsync("publish", "-t:ContainerizeExplain", $"-p:ContainerizeCacheDirectory={machine["cache"]}",
            "-p:ContinuousIntegrationBuild=true");
        Assert.AreEqual(0, explained.ExitCode, explained.Output);
        StringAssert.Contains(explained.Output, "dependencies: unchanged");
        StringAssert.Contains(explained.Output, "~ /app/hello.dll");
        Assert.AreEqual(before[0], Look(project.Archive), "Explaining publishes nothing.");

        await RunAsync(project, machine, "-p:ContinuousIntegrationBuild=true");
        Assert.AreEqual("dependencies:cache", Origins(project).Split(' ')[0]);
        var changes = project.Info["layers"]![1]!["changes"]!;
        CollectionAssert.Contains(changes["changed"]!.AsArray().Select(path => (string?)path).ToList(), "app/hello.dll");
        Assert.IsEmpty(changes["added"]!.AsArray());
        ImageValidator.Check(project.Archive);
    }

    [TestMethod]
    public async Task What_the_project_made_with_other_settings_does_not_stay_in_a_shared_directory()
    {
        const string Program = """
            #if DEBUG
            System.Console.WriteLine("debug");
            #endif
            System.Console.WriteLine();
            """;
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body, Program);
        await RunAsync(project, machine, "-o", "out", "-p:ContainerArchiveOutputPath=first.tar");
        await RunAsync(project, machine, "-o", "out", "-p:ContainerArchiveOutputPath=debug.tar", "-c", "Debug");
        // Nothing is compiled, and nothing that is there is older than what was.
        await RunAsync(project, machine, "-o", "out", "-p:ContainerArchiveOutputPath=last.tar");

        var (first, debug, last) = (App("first"), App("debug"), App("last"));

        CollectionAssert.AreNotEqual(first, debug);
        CollectionAssert.AreEqual(first, last);

        byte[] App(string archive) =>
            ImageValidator.Check(Path.Combine(project.Directory, $"{archive}.tar")).Single().Get("app/hello.dll").ReadAllBytes();
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    [Requires("mount", "umount", "root")]
    public async Task A_full_disk_of_the_cache_stops_no_build_but_is_told_once(bool hasBase)
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("large/base", "1", TestImage.Create(TestLayer.OfSize(1_000_000, 3)));
        using var machine = new TemporaryDirectory();
        var disk = Directory.CreateDirectory(machine["cache"]).FullName;
        (await ProcessRunner.RunAsync("mount", ["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", disk])).EnsureSuccess();
        try
        {
            using var project = await TestProject.ConsoleAsync(Body, host: BuildHost.OwnProcess);
            string[] baseImage = hasBase ? [$"-p:ContainerBaseImage={registry.Authority}/large/base:1"] : [];
            var result = await project.ContainerizeAsync([$"-p:ContainerizeCacheDirectory={disk}", .. baseImage]);
            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.AreEqual(1, result.Output.Split("warning CTZ4003", StringSplitOptions.None).Length - 1, result.Output);
            StringAssert.Contains(result.Output, disk);
            ImageValidator.Check(project.Archive, baseLayers: hasBase ? 1 : 0);
            Assert.IsEmpty(Directory.GetFiles(Path.Combine(disk, "tmp")), "What did not fit is gone.");
        }
        finally
        {
            await ProcessRunner.RunAsync("umount", [disk]);
        }
    }

    [TestMethod]
    [Requires("mount", "umount", "root")]
    public async Task A_full_disk_of_the_cache_does_not_stop_a_rebase()
    {
        await using var registry = await TestRegistry.StartAsync();
        AddBase(3);
        using var machine = new TemporaryDirectory();
        var disk = Directory.CreateDirectory(machine["cache"]).FullName;
        using var project = await TestProject.ConsoleAsync(
            $"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Authority}/large/base:1</ContainerBaseImage>
              <ContainerRepository>app</ContainerRepository>
              <UseAppHost>false</UseAppHost>
            </PropertyGroup>
            <ItemGroup><ContainerAppCommand Include="/bin/tool" /></ItemGroup>
            """,
            host: BuildHost.OwnProcess);
        var push = $"-p:ContainerRegistry={registry.Authority}";
        await RunAsync(project, machine, push);
        AddBase(4);
        var marker = await File.ReadAllTextAsync(Path.Combine(disk, "CACHEDIR.TAG"));
        (await ProcessRunner.RunAsync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", disk])).EnsureSuccess();
        try
        {
            await FillAsync();

            var result = await project.RunAsync(
                "msbuild", "-t:ContainerizeRebase", "-p:Configuration=Release", $"-p:ContainerizeCacheDirectory={disk}", push);

            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.AreEqual(1, result.Output.Split("warning CTZ4003", StringSplitOptions.None).Length - 1, result.Output);
        }
        finally
        {
            await ProcessRunner.RunAsync("umount", [disk]);
        }

        void AddBase(int seed)
        {
            var tool = TestLayer.Entry(TarEntryType.RegularFile, "bin/tool", new TestElf().ToBytes());
            tool.Mode = (UnixFileMode)0b111_101_101;
            registry.AddImage(
                "large/base", "1", TestImage.Create(TestLayer.FromTar(TestLayer.Tar(tool)), TestLayer.OfSize(1_000_000, seed)));
        }

        // Files of no size can still be made, as on a disk that fills up after the cache was opened.
        async Task FillAsync()
        {
            await File.WriteAllTextAsync(Path.Combine(disk, "CACHEDIR.TAG"), marker);
            await using var full = File.Create(Path.Combine(disk, "full"), bufferSize: 0);
            await Assert.ThrowsAsync<IOException>(() => full.WriteAsync(new byte[100_000]).AsTask());
        }
    }

    [TestMethod]
    [Requires("docker-registry")]
    public async Task A_fresh_machine_takes_from_the_registry_what_the_last_one_pushed()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body);
        string[] push = [$"-p:ContainerRegistry={registry.Host}", "-p:ContainerRepository=team/app"];
        await RunAsync(project, first, push);
        var dependencies = project.LayerDigest("dependencies");
        using var clone = await project.CloneAsync();
        clone.Write("Program.cs", Changed);

        await RunAsync(clone, second, push);

        Assert.AreEqual("dependencies:registry app:built", Origins(clone));
        Assert.AreEqual(dependencies, clone.LayerDigest("dependencies"));
        CollectionAssert.Contains(clone.Info["layers"]![1]!["changes"]!["changed"]!.AsArray().Select(path => (string?)path)
            .ToList(), "app/hello.dll", "What changed is known from the registry.");
        var layers = clone.Info["layers"]!.AsArray();
        var config = JsonNode.Parse(
            (
                await ProcessRunner.RunAsync(
                    "skopeo",
                    ["inspect", "--raw", "--tls-verify=false",
                        $"docker://{registry.Host}/team/app:latest"])).EnsureSuccess().Output)!["config"]!;
        Assert.AreEqual(
            layers[1]!["compressedSize"]!.GetValue<long>() + config["size"]!.GetValue<long>(),
            clone.Info["bytesUploaded"]!.GetValue<long>(),
            "The layer of the app and the config, nothing else.");
    }

    [TestMethod]
    [Requires("docker-registry")]
    public async Task A_push_beyond_its_budget_is_a_warning_or_an_error_that_moves_no_tag()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body);
        string[] push = [$"-p:ContainerRegistry={registry.Host}", "-p:ContainerizeUploadBudget=1KB",
            $"-p:ContainerizeCacheDirectory={machine["cache"]}"];

        var first = await project.ContainerizeAsync(push);
        var digest = project.Digest;
        project.Write("Program.cs", Changed);
        var strict = await project.ContainerizeAsync([.. push, "-p:ContainerizeUploadBudgetIsError=true"]);

        Assert.AreEqual(0, first.ExitCode, first.Output);
        StringAssert.Contains(first.Output, "warning CTZ1017");
        Assert.AreNotEqual(0, strict.ExitCode, strict.Output);
        StringAssert.Contains(strict.Output, "error CTZ1017");
        var inspected = JsonNode.Parse(
            (await ProcessRunner.RunAsync("skopeo", ["inspect", "--tls-verify=false", $"docker://{registry.Host}/hello:latest"]))
                .EnsureSuccess().Output)!;
        Assert.AreEqual(digest, (string?)inspected["Digest"]);
    }

    private static string InfoFile(TestProject project) =>
        Directory.GetFiles(Path.Combine(project.Directory, "obj"), "image.json", SearchOption.AllDirectories).Single();

    // Another file under the same name would have been created later.
    private static (string Path, DateTime Written, DateTime Created, long Length) Look(string path) =>
        (path, File.GetLastWriteTimeUtc(path), File.GetCreationTimeUtc(path), new FileInfo(path).Length);
}
