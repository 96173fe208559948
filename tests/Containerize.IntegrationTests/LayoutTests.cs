using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary><c>-t:ContainerizeLayout</c> with images that were published to a real registry.</summary>
[TestClass]
internal sealed class LayoutTests
{
    private const string Apply = "-p:ContainerizeLayoutApply=true";

    [TestMethod]
    [Requires("docker-registry")]
    public async Task Layers_are_learned_from_published_images_and_written_into_the_project_and_less_is_pushed()
    {
        await using var registry = await RegistryServer.StartAsync();
        await using var proxy = await RegistryProxy.StartAsync(registry.Host);
        using var project = await TestProject.ConsoleAsync(
            $"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRepository>team/app</ContainerRepository>
              <ContainerRegistry>{proxy.Authority}</ContainerRegistry>
            </PropertyGroup>
            <ItemGroup>
              <PackageReference Include="Humanizer.Core" Version="3.0.10" />
              <None Include="data/**" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            """);
        await File.WriteAllBytesAsync(project.Write("data/model.bin", ""), RandomNumberGenerator.GetBytes(2_000_000));
        for (var version = 8; version < 12; version++)
        {
            await PublishAsync($"1.{version}");
        }

        proxy.Clear();
        await PublishAsync("1.12");
        var before = proxy.BlobBytesUp;
        var file = Path.Combine(project.Directory, "hello.csproj");
        var text = await File.ReadAllTextAsync(file);

        var shown = await LearnAsync();
        StringAssert.Contains(shown, "5 images");
        StringAssert.Contains(shown, """<ContainerizeLayer Include="data" Files="data/**""");
        StringAssert.Contains(shown, "nothing was written");
        Assert.AreEqual(text, await File.ReadAllTextAsync(file));

        var proposed = await InstalledTool.RunAsync(["layout", $"{proxy.Authority}/team/app", "--json"]);
        Assert.AreEqual(1, proposed.ExitCode, proposed.Output + proposed.Error);
        var answer = JsonNode.Parse(proposed.Output)!;
        // It knows no project, so it may propose more than the target does.
        var data = answer["items"]!.AsArray().Single(item => (string?)item!["name"] == "data")!;
        CollectionAssert.Contains(data["files"]!.AsArray().Select(file => (string?)file).ToList(), "data/**");
        Assert.IsLessThan((long)answer["pushed"]! / 3, (long)answer["proposed"]!);
        StringAssert.Contains((string?)answer["xml"], """<ContainerizeLayer Include="data" Files="data/**""");

        await LearnAsync(Apply);
        var changed = await File.ReadAllTextAsync(file);
        StringAssert.StartsWith(changed, text[..text.LastIndexOf("</Project>", StringComparison.Ordinal)].TrimEnd());
        StringAssert.Contains(changed, """<ContainerizeLayer Include="data" Files="data/**""");

        StringAssert.Contains(await LearnAsync(Apply), "the project stays as it is");
        Assert.AreEqual(changed, await File.ReadAllTextAsync(file));

        // The first image with the layer sends it; from then on, only the app is sent.
        await PublishAsync("1.13");
        proxy.Clear();
        await PublishAsync("1.14");
        Assert.IsGreaterThan(2_000_000, before);
        Assert.IsLessThan(before / 10, proxy.BlobBytesUp);

        async Task PublishAsync(string tag)
        {
            project.Write("Program.cs", $"""System.Console.WriteLine("{tag}");""");
            (await project.ContainerizeAsync($"-p:ContainerImageTag={tag}")).EnsureSuccess();
        }

        async Task<string> LearnAsync(params string[] arguments) =>
            (await project.RunAsync(["msbuild", "-t:ContainerizeLayout", .. arguments])).EnsureSuccess().Output;
    }

    [TestMethod]
    public async Task Layers_are_learned_from_git_tags_and_a_tag_that_does_not_build_is_left_out()
    {
        using var project = await TestProject.ConsoleAsync(
            """
            <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            <ItemGroup><None Include="data/**" CopyToPublishDirectory="PreserveNewest" /></ItemGroup>
            """);
        await File.WriteAllBytesAsync(project.Write("data/model.bin", ""), RandomNumberGenerator.GetBytes(2_000_000));
        project.Write(".gitignore", "bin/\nobj/\n");
        await GitAsync("init", "-q", "-b", "main");
        await GitAsync("config", "core.hooksPath", "hooks");
        var hook = project.Write("hooks/post-checkout", $"#!/bin/sh\necho > '{Path.Combine(project.Directory, "hooked")}'\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        for (var version = 8; version < 13; version++)
        {
            // Tags of all kinds: with a message, and without.
            project.Write("Program.cs", version == 10 ? "broken" : $"""System.Console.WriteLine("1.{version}");""");
            await GitAsync("add", "-A");
            await GitAsync("-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-q", "-m", $"1.{version}");
            await GitAsync(version % 2 == 0
                ? ["-c", "user.name=n", "-c", "user.email=e@example.com", "tag", "-m", "tag", $"v1.{version}"]
                : ["tag", $"v1.{version}"]);
        }

        await GitAsync("tag", "other", "v1.8");
        project.Write("Program.cs", "being written");
        project.Write("new.txt", "not added");
        var status = await GitAsync("status", "--porcelain");
        var index = await File.ReadAllBytesAsync(Path.Combine(project.Directory, ".git/index"));

        var shown = (await project.RunAsync("msbuild", "-t:ContainerizeLayout", "-p:ContainerizeLayoutTags=v*")).EnsureSuccess().Output;

        StringAssert.Contains(shown, "4 tags, v1.8 to v1.12, in the order of their commits");
        StringAssert.Contains(shown, "CTZ8075");
        StringAssert.Contains(shown, "v1.10 is left out: it cannot be published: ");
        StringAssert.Contains(shown, """<ContainerizeLayer Include="data" Files="data/**""");
        CollectionAssert.AreEqual(index, await File.ReadAllBytesAsync(Path.Combine(project.Directory, ".git/index")));
        Assert.AreEqual(status, await GitAsync("status", "--porcelain"));
        Assert.HasCount(1, (await GitAsync("worktree", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.IsFalse(File.Exists(Path.Combine(project.Directory, "hooked")));

        async Task<string> GitAsync(params string[] arguments) =>
            (await ProcessRunner.RunAsync("git", ["-C", project.Directory, .. arguments])).EnsureSuccess().Output;
    }

    [TestMethod]
    [Requires("skopeo")]
    public async Task Archives_of_other_tools_teach_the_tool_and_where_nothing_is_to_gain_it_says_so()
    {
        using var folder = new TemporaryDirectory();
        var archives = new List<string>();
        for (var version = 0; version < 4; version++)
        {
            var image = TestImage.Create(
                TestImage.LinuxX64, docker: false, config => config["config"]!["WorkingDir"] = "/app",
                TestLayer.Of(("app/app.dll", $"version {version}")));
            TestImage.WriteLayout(folder[$"{version}"], ("app", image));
            archives.Add($"docker-archive:{folder[$"{version}.tar"]}");
            (await ProcessRunner.RunAsync("skopeo", ["copy", $"oci:{folder[$"{version}"]}:app", archives[^1]])).EnsureSuccess();
        }

        var learned = await InstalledTool.RunAsync(["layout", .. archives]);
        Assert.AreEqual(0, learned.ExitCode, learned.Output + learned.Error);
        StringAssert.Contains(learned.Output, "4 images");
        StringAssert.Contains(learned.Output, "nothing to gain");
        Assert.DoesNotContain("layers of the project", learned.Output);

        var few = await InstalledTool.RunAsync(["layout", .. archives.Skip(1)]);
        Assert.AreEqual(2, few.ExitCode);
        StringAssert.Contains(few.Error, "CTZ8070");
        Assert.AreEqual(2, (await InstalledTool.RunAsync(["layout", archives[0], "--last", "0"])).ExitCode);
    }

    [TestMethod]
    public async Task A_project_whose_images_are_nowhere_is_told_what_to_name()
    {
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");
        var result = await project.RunAsync("msbuild", "-t:ContainerizeLayout");
        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "CTZ8071");
        StringAssert.Contains(result.Output, "ContainerizeLayoutImages");
    }
}
