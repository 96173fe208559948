using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The command of an image that sets none starts what was published.</summary>
[TestClass]
internal sealed class CommandTests
{
    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <Target Name="Tell" DependsOnTargets="_ContainerizeComputePlatforms;_ContainerizeComputeDirectories;_ContainerizeComputeSettings">
          <Message Importance="high" Text="COMMAND=$(Case)|@(ContainerAppCommand, ' ')" />
        </Target>
        """;

    // The case, what lies in the publish directory, what the project sets, and the command.
    private static readonly (string Name, string[] Files, string Properties, string Command)[] s_cases =
    [
        ("framework", ["hello", "hello.dll"], "", "dotnet /app/hello.dll"),
        ("framework-without-host", ["hello.dll"], "UseAppHost=false", "dotnet /app/hello.dll"),
        ("self-contained", ["hello", "hello.dll"], "SelfContained=true;RuntimeIdentifier=linux-x64", "/app/hello"),
        ("single-file", ["hello"], "PublishSingleFile=true;SelfContained=false;RuntimeIdentifier=linux-x64", "/app/hello"),
        ("single-file-over-an-old-publish", ["hello", "hello.dll"],
            "PublishSingleFile=true;SelfContained=false;RuntimeIdentifier=linux-x64", "/app/hello"),
        ("single-file-self-contained", ["hello"], "PublishSingleFile=true;RuntimeIdentifier=linux-x64", "/app/hello"),
        ("single-file-for-windows", ["hello.exe"],
            "PublishSingleFile=true;SelfContained=false;RuntimeIdentifier=win-x64", @"C:\app/hello.exe"),
        ("native", ["hello"], "PublishAot=true;RuntimeIdentifier=linux-x64", "/app/hello"),
        ("bundled-by-a-step", ["hello"], "RuntimeIdentifier=linux-x64;SelfContained=false", "/app/hello"),
        ("nothing-that-starts", [], "", "dotnet /app/hello.dll"),
    ];

    [TestMethod]
    public async Task The_command_follows_from_what_was_published()
    {
        using var project = await TestProject.ConsoleAsync(Body);
        foreach (var (name, files, _, _) in s_cases)
        {
            Array.ForEach(files, file => project.Write($"published/{name}/{file}", ""));
        }

        var result = await CaseMatrix.RunAsync(
            project, s_cases.Select(one => (one.Name, "Tell", $"PublishDir=published/{one.Name}/;{one.Properties}")));

        var commands = CaseMatrix.Read(result, "COMMAND");
        CollectionAssert.AreEqual(
            s_cases.Select(one => $"{one.Name}: {one.Command}").ToList(),
            s_cases.Select(one => $"{one.Name}: {string.Join('|', commands[one.Name]).Replace("C:/", @"C:\", StringComparison.Ordinal)}")
                .ToList(),
            result.Output);
    }

    [TestMethod]
    public async Task A_single_file_that_needs_the_framework_is_started_itself()
    {
        using var project = await TestProject.ConsoleAsync(Body);

        var result = await project.ContainerizeAsync("-r", "linux-x64", "--no-self-contained", "-p:PublishSingleFile=true");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive).Single();
        Assert.AreEqual("""["/app/hello"]""", image.Settings["Entrypoint"]!.ToJsonString());
        Assert.IsNotNull(image.Find("app/hello"));
        Assert.IsNull(image.Find("app/hello.dll"));
    }
}
