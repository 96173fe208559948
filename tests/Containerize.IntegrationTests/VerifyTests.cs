using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary><c>-t:ContainerizeVerify</c> and <c>containerize verify</c> against the real registry.</summary>
[TestClass]
[Requires("docker-registry", "git")]
internal sealed class VerifyTests : IAsyncDisposable
{
    private const string Stamp = """
        <Target Name="WriteStamp" AfterTargets="ComputeResolvedFilesToPublishList" Condition="'$(WithStamp)' == 'true'">
          <PropertyGroup><StampTime>$([System.DateTime]::UtcNow.ToString('o'))</StampTime></PropertyGroup>
          <WriteLinesToFile File="$(IntermediateOutputPath)stamp.txt" Lines="built $(StampTime)" Overwrite="true" />
          <ItemGroup>
            <ResolvedFileToPublish Include="$(IntermediateOutputPath)stamp.txt" RelativePath="stamp.txt" CopyToPublishDirectory="Always" />
          </ItemGroup>
        </Target>
        """;

    private const string Body = $"""
        <PropertyGroup>
          <ContainerBaseImage>scratch</ContainerBaseImage>
          <HumanizerVersion>3.0.10</HumanizerVersion>
        </PropertyGroup>
        <ItemGroup><PackageReference Include="Humanizer.Core" Version="$(HumanizerVersion)" /></ItemGroup>
        {Stamp}
        """;

    private RegistryServer? _registry;
    private TestProject? _project;

    private RegistryServer Registry => _registry ?? throw new InvalidOperationException("The registry was not started.");

    private TestProject Project => _project ?? throw new InvalidOperationException("There is no project.");

    [TestInitialize]
    public async Task PrepareAsync()
    {
        _registry = await RegistryServer.StartAsync();
        // Only a command line tells that a publish delivers nothing.
        _project = await TestProject.ConsoleAsync(Body, host: BuildHost.OwnProcess);
    }

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        Project.Dispose();
    }

    [TestMethod]
    public async Task An_unchanged_project_is_equal_in_another_clone_and_its_causes_are_named_after_changes()
    {
        string[] same = ["-p:ContinuousIntegrationBuild=true", "-p:PublishRepositoryUrl=true", "-p:RepositoryUrl=https://example.com/app"];
        (await Project.ContainerizeAsync([.. same, $"-p:ContainerRegistry={Registry.Host}/team", "-p:ContainerizeProvenance=true"]))
            .EnsureSuccess();
        var (digest, info) = (Project.Digest, Project.Info.ToJsonString());
        var written = Writes();

        // A publish that delivers by itself delivers nothing here.
        var equal = await VerifyAsync([.. same, "-p:ContainerizeOnPublish=true"]);
        Assert.AreEqual(0, equal.ExitCode, equal.Output);
        StringAssert.Contains(
            equal.Output, $"{Registry.Host}/team/hello:latest is equal to what was rebuilt, to the byte: {digest}");
        Assert.AreEqual(info, Project.Info.ToJsonString(), "What builds write stays.");

        Project.Write("Program.cs", TestProject.ConsoleProgram.Replace("hello", "changed", StringComparison.Ordinal));
        var changed = await VerifyAsync(same);
        Assert.AreEqual(1, changed.ExitCode, changed.Output);
        StringAssert.Contains(changed.Output, "error CTZ8060: ");
        StringAssert.Contains(changed.Output, "/app/hello.dll (project hello): other sources: compiled from other sources: Program.cs");
        StringAssert.Contains(changed.Output, "layer app: ");
        Assert.IsFalse(changed.Output.Contains("layer dependencies", StringComparison.Ordinal), changed.Output);

        var user = await VerifyAsync([.. same, "-p:ContainerUser=1000"]);
        StringAssert.Contains(user.Output, "User: only in the rebuild: 1000");
        StringAssert.Contains(user.Output, "property: ContainerUser=1000 is set here, and was not for the image");
        Assert.AreEqual(written, Writes(), "Nothing is written to the registry.");
    }

    [TestMethod]
    public async Task A_file_changed_by_a_clock_and_one_changed_by_another_package_version_are_named()
    {
        string[] same = ["-p:ContinuousIntegrationBuild=true", "-p:WithStamp=true"];
        (await Project.ContainerizeAsync([.. same, $"-p:ContainerRegistry={Registry.Host}/team"])).EnsureSuccess();
        var image = $"{Registry.Host}/team/hello:latest";

        var result = await BuiltTool.RunAsync(
            Project.Directory, "verify", image, "--json", "-p", "ContinuousIntegrationBuild=true", "-p", "WithStamp=true", "-p",
            "HumanizerVersion=3.0.1");
        Assert.AreEqual(1, result.ExitCode, result.Output + result.Error);
        var files = JsonNode.Parse(result.Output)!["platforms"]![0]!["layers"]!.AsArray()
            .SelectMany(layer => layer!["files"]!.AsArray())
            .Select(file => $"{file!["path"]} {file["origin"]} {file["cause"]} {file["detail"]}")
            .ToList();
        CollectionAssert.Contains(
            files,
            "/app/Humanizer.dll Humanizer.Core 3.0.1 package Humanizer.Core 3.0.10 in the image, 3.0.1 in the rebuild");
        var stamp = files.Single(file => file.StartsWith("/app/stamp.txt ", StringComparison.Ordinal));
        StringAssert.StartsWith(stamp, "/app/stamp.txt the project clock line 1: '20");

        var text = await BuiltTool.RunAsync(
            Project.Directory, "verify", image, "-p", "ContinuousIntegrationBuild=true", "-p", "WithStamp=true");
        Assert.AreEqual(1, text.ExitCode, text.Output + text.Error);
        StringAssert.Contains(text.Output, "/app/stamp.txt (the project): a clock or a random number: line 1: ");

        var missing = await BuiltTool.RunAsync(Project.Directory, "verify", $"{Registry.Host}/team/none:1");
        Assert.AreEqual((2, ""), (missing.ExitCode, missing.Output), missing.Error);
        StringAssert.Contains(missing.Error, "CTZ8063: ");
        StringAssert.Contains(missing.Error, "CTZ8061");
    }

    [TestMethod]
    public async Task Each_platform_of_an_index_is_verified_on_the_base_it_was_built_on_and_the_tool_says_that_they_are_equal()
    {
        string[] same = ["-p:ContinuousIntegrationBuild=true", "-p:ContainerRuntimeIdentifiers=\"linux-x64;linux-arm64\""];
        (await Project.ContainerizeAsync([.. same, "-p:ContainerizeLayoutDirectory=out"])).EnsureSuccess();

        var result = await BuiltTool.RunAsync(
            Project.Directory, "verify", "oci:out:latest", "-p", "ContinuousIntegrationBuild=true", "-p",
            "ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64", "-p", "ContainerizeLayoutDirectory=out");

        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
        StringAssert.Contains(result.Output, "is equal to what was rebuilt, to the byte: ");
    }

    private Task<ProcessResult> VerifyAsync(params string[] arguments) => Project.RunAsync(
        ["publish", "-t:ContainerizeVerify", $"-p:ContainerRegistry={Registry.Host}/team", "-p:ContainerizeProvenance=true", .. arguments]);

    private int Writes() => Registry.Log.Split('\n').Count(line =>
        line.Contains("\"PUT ", StringComparison.Ordinal) || line.Contains("\"POST ", StringComparison.Ordinal)
        || line.Contains("\"PATCH ", StringComparison.Ordinal) || line.Contains("\"DELETE ", StringComparison.Ordinal));
}
