using Containerize.IntegrationTests.Tools;

namespace Containerize.IntegrationTests;

/// <summary>
/// What users get wrong, and what they are told: no stack trace, and nothing is left half-done. What is wrong with a value, and needs
/// nothing but reading it, has unit tests (Containerize.Tests/Settings); here is one of each way that leads to a message.
/// </summary>
[TestClass]
internal sealed class BadInputTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    private static async Task FailsAsync(TestProject project, string code, string hint, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);

        Assert.AreNotEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, $"error {code}:");
        StringAssert.Contains(result.Output, hint);
        Assert.DoesNotContain("   at ", result.Output, "A stack trace is no message.");
        Assert.IsEmpty(Directory.GetFiles(project.Directory, "*.tar", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow("CTZ1008", "Choose one of: Oci, Docker", "-p:ContainerImageFormat=Docer")]
    [DataRow("CTZ2002", "nowhere.tar", "-p:ContainerBaseImage=oci-archive:nowhere.tar")]
    public async Task A_bad_value_is_named_with_what_would_be_good(string code, string hint, string argument)
    {
        using var project = await TestProject.ConsoleAsync(Scratch);

        await FailsAsync(project, code, hint, argument);
    }

    [TestMethod]
    public async Task A_bad_item_is_named_with_what_is_wrong()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + """<ItemGroup><ContainerizeFile Include="missing.txt" TargetPath="/etc/" /></ItemGroup>""");

        await FailsAsync(project, "CTZ1031", "missing.txt");
    }

    [TestMethod]
    public async Task A_registry_that_is_not_running_is_named()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        var host = $"127.0.0.1:{Testing.FreePort.Find()}";

        await FailsAsync(project, "CTZ3002", host, $"-p:ContainerRegistry={host}");
    }

    [TestMethod]
    public async Task A_library_is_nothing_to_start()
    {
        using var project = await TestProject.CreateAsync(
            "lib", "Microsoft.NET.Sdk", "", "namespace Lib; public static class Answer { public static int Value => 42; }",
            host: BuildHost.OwnProcess);

        await FailsAsync(project, "CTZ1004", "library");
        Assert.IsFalse(Directory.Exists(Path.Combine(project.Directory, "bin")), "It was not compiled for that.");

        // Called for all projects of a directory, it is published and skipped, as by the SDK.
        var called = await project.RunAsync("publish", "-t:PublishContainer");
        Assert.AreEqual(0, called.ExitCode, called.Output);
        Assert.DoesNotContain("CTZ", called.Output);
    }

    [TestMethod]
    public async Task A_project_for_several_frameworks_must_choose_one()
    {
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><TargetFramework></TargetFramework><TargetFrameworks>net10.0;net9.0</TargetFrameworks>" +
                "</PropertyGroup>" + Scratch);

        var result = await project.RunAsync("msbuild", "-t:Containerize");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ1011:");
        StringAssert.Contains(result.Output, "-f net10.0");
        var explained = await project.RunAsync("msbuild", "-t:ContainerizeExplain");
        StringAssert.Contains(explained.Output, "error CTZ1011:");
        var cache = await project.RunAsync("msbuild", "-t:ContainerizeCacheInfo");
        Assert.AreEqual(0, cache.ExitCode, cache.Output);
        StringAssert.Contains(cache.Output, "blobs");
    }

    [TestMethod]
    public async Task PublishContainer_of_several_frameworks_is_an_error_for_an_app_and_nothing_for_other_projects()
    {
        using var project = await TestProject.ConsoleAsync("""
            <PropertyGroup>
              <TargetFramework></TargetFramework>
              <TargetFrameworks>net10.0;net9.0</TargetFrameworks>
            </PropertyGroup>
            """);

        var result = await CaseMatrix.RunAsync(
            project,
            new[]
            {
                "", "OutputType=Library", "IsTestProject=true", "IsTestingPlatformApplication=true", "IsPublishable=false",
                "EnableSdkContainerSupport=false", "ContainerizeReplacesPublishContainer=false",
            }
            .Select(properties => (properties.Split('=')[0], "PublishContainer", properties)));

        var error = result.Output.Split('\n').Single(line => line.Contains(": error ", StringComparison.Ordinal));
        StringAssert.Contains(error, "CTZ1011");
        StringAssert.Contains(error, "dotnet publish -f net10.0 -t:PublishContainer");
    }

    [TestMethod]
    public async Task A_damaged_base_archive_is_refused()
    {
        using var project =
            await TestProject.ConsoleAsync("<PropertyGroup><ContainerBaseImage>oci-archive:base.tar</ContainerBaseImage></PropertyGroup>");
        project.Write("base.tar", "this is no archive");

        await FailsOnArchiveAsync(project, "CTZ2004");
    }

    [TestMethod]
    public async Task An_old_archive_survives_a_failed_build()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        await project.ContainerizeAsync();
        var before = await File.ReadAllBytesAsync(project.Archive);

        var result = await project.ContainerizeAsync("-p:ContainerBaseImage=oci:nowhere");

        Assert.AreNotEqual(0, result.ExitCode);
        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(project.Archive));
    }

    private static async Task FailsOnArchiveAsync(TestProject project, string code)
    {
        var result = await project.ContainerizeAsync();

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, $"error {code}:");
        StringAssert.Contains(result.Output, "base.tar");
    }
}
