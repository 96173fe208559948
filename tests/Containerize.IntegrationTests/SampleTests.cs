using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The README's command, in a clone as a new user has it.</summary>
[TestClass]
internal sealed class SampleTests
{
    [TestMethod]
    [Requires("git", "apt-get")]
    public async Task The_quick_start_makes_an_archive_in_a_fresh_clone()
    {
        using var work = new Testing.TemporaryDirectory();
        (await Testing.ProcessRunner.RunAsync("git", ["clone", "-q", Repository.Root, work["clone"]])).EnsureSuccess();
        // Analyzers and the compilation ahead of time say nothing about a clone, and have tests of their own.
        var quick = new Dictionary<string, string?>
        {
            ["RunAnalyzers"] = "false",
            ["CompileTasksAhead"] = "false",
            ["ContainerizeStartCheck"] = null,
        };

        var result = await Dotnet.RunAsync(work["clone"], ["publish", "samples/hello-web", "-t:Containerize"], quick, BuildHost.OwnProcess);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "hello-web:latest (linux/amd64)");
        var image = ImageValidator.Check(work["clone/samples/hello-web/bin/Release/net10.0/linux-x64/hello-web.tar"], baseLayers: 1)
            .Single();
        Assert.IsNotNull(image.Find("app/hello-web"));
    }

    [TestMethod]
    [Requires("root", "podman", "runc", "apt-get")]
    public async Task Aspires_own_pipeline_builds_the_image_of_a_project_with_Containerize()
    {
        await using var podman = await Podman.StartAsync();
        var environment = new Dictionary<string, string?>(podman.Environment) { ["ASPIRE_CONTAINER_RUNTIME"] = "podman" };

        var result = await Dotnet.RunAsync(
            Repository.Root,
            ["run", "--project", "samples/aspire/AppHost", "--", "--operation", "publish", "--step", "build"],
            environment,
            BuildHost.OwnProcess);

        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
        var history = await podman.RunAsync("image", "inspect", "api:latest", "--format", "{{json .History}}");
        StringAssert.Contains(history.Output, "Containerize", result.Output + history.Error);
        StringAssert.Contains(await podman.AskAsync("api:latest", Testing.FreePort.Find()), "Made by Aspire's pipeline");
    }
}
