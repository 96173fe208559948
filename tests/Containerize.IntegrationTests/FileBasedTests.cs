using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Apps that are one C# file, without a project.</summary>
[TestClass]
internal sealed class FileBasedTests
{
    private const string Settings = """
        #:property PublishAot=false
        #:property ContainerBaseImage=scratch
        #:property ContainerRepository=team/note
        """;

    [TestMethod]
    [DataRow("#:sdk Containerize.Sdk@")]
    [DataRow("#:package Containerize.Sdk@")]
    public async Task A_file_becomes_an_image_with_the_properties_that_stand_in_it(string directive)
    {
        using var folder = await WriteAsync("#:sdk Microsoft.NET.Sdk.Web", directive, Settings);

        var result = await Dotnet.RunAsync(folder.FullName, ["publish", "note.cs", "-t:Containerize"]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(folder["artifacts/note.tar"]).Single();
        Assert.IsNotNull(image.Find("app/note.dll"));
        StringAssert.Contains(result.Output, "team/note:latest (linux/amd64)");

        File.Delete(folder["artifacts/note.tar"]);
        result = await Dotnet.RunAsync(folder.FullName, ["publish", "note.cs", "-t:Containerize", "-o", "out"]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(folder["artifacts/note.tar"]);
        Assert.IsEmpty(Directory.GetFiles(folder.FullName, "*.tar"), "Nothing lies beside the directory that was asked for.");
    }

    [TestMethod]
    public async Task Azd_runs_in_the_files_directory_and_reads_the_config()
    {
        using var folder = await WriteAsync("#:sdk Microsoft.NET.Sdk.Web", "#:sdk Containerize.Sdk@", Settings);

        var result = await Dotnet.RunAsync(
            folder.FullName,
            [
                "publish", "note.cs", "-r", "linux-x64", "-c", "Release", "/t:PublishContainer", "-p:ContainerRepository=api",
                "-p:ContainerImageTag=azd-1", $"-p:ContainerArchiveOutputPath={folder["api.tar"]}",
                "--getProperty:GeneratedContainerConfiguration",
            ]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.IsTrue(JsonNode.DeepEquals(ImageValidator.Check(folder["api.tar"]).Single().Config, JsonNode.Parse(result.Output)));
        StringAssert.Contains(result.Output, "\"created_by\":\"Containerize\"");
    }

    [TestMethod]
    public async Task As_the_only_SDK_it_says_which_line_is_missing()
    {
        using var folder = await WriteAsync("", "#:sdk Containerize.Sdk@", "");

        var result = await Dotnet.RunAsync(folder.FullName, ["publish", "note.cs", "-t:Containerize"]);

        Assert.AreNotEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "error CTZ1042");
        StringAssert.Contains(result.Output, "#:sdk Microsoft.NET.Sdk.Web");
    }

    private static async Task<TemporaryDirectory> WriteAsync(string sdk, string directive, string settings)
    {
        var folder = new TemporaryDirectory();
        await LocalFeed.UseInAsync(folder.FullName);
        folder.Write("note.cs", $"""
            {sdk}
            {directive}{await LocalFeed.VersionAsync()}
            {settings}
            {(sdk.Length > 0 ? TestProject.WebProgram : TestProject.ConsoleProgram)}
            """);
        return folder;
    }
}
