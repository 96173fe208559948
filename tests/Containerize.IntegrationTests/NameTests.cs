using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>What users are told of names that nothing reads, in whole commands. How names are compared has unit tests.</summary>
[TestClass]
internal sealed class NameTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    [TestMethod]
    [DataRow("linux-x64")]
    [DataRow("linux-x64%3Blinux-arm64")]
    public async Task Each_slip_is_told_once_with_file_and_line(string platforms)
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <Import Project="own/image.props" />
            <PropertyGroup><ContainerImgeTag>1.0</ContainerImgeTag></PropertyGroup>
            <ItemGroup>
              <ContainerizeFile Include="Program.cs" TargetPath="/src/" Onwer="1:1" />
              <ContainerBaseImage Include="x" />
            </ItemGroup>
            """);
        project.Write("own/image.props", """
            <Project>
              <PropertyGroup>
                <ContainerizeDebianPackage>curl</ContainerizeDebianPackage>
              </PropertyGroup>
            </Project>
            """);

        var result = await project.ContainerizeAsync($"-p:ContainerRuntimeIdentifiers={platforms}", "-p:ContainerizeMaxLayer=3");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var told = result.Output.Split('\n').Where(line => line.Contains("CTZ1043", StringComparison.Ordinal)).ToList();
        Assert.HasCount(5, told, result.Output);
        Told("hello.csproj(9,", "ContainerImgeTag", "ContainerImageTag is");
        Told("hello.csproj(11,", "Onwer", "Owner is");
        Told("hello.csproj(12,", "ContainerBaseImage is a property", "PropertyGroup");
        Told("own/image.props(3,", "ContainerizeDebianPackage is an item", "ItemGroup");
        Told("", "ContainerizeMaxLayer' of the command line", "ContainerizeMaxLayers is");

        void Told(params string[] texts) => Assert.ContainsSingle(
            told.Where(line => texts.All(text => line.Contains(text, StringComparison.Ordinal))), string.Join(", ", texts));
    }

    [TestMethod]
    public async Task What_matches_no_file_is_told()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <ItemGroup>
              <ContainerizeLayer Include="models" Files="models/**" />
              <ContainerizeFile Include="certs/**" TargetPath="/certs/" />
              <ContainerizeSecretPattern Include="tokens" Files="*.token" />
            </ItemGroup>
            """);

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        foreach (var start in new[] { "(9,4): warning CTZ1044: ContainerizeLayer", "(10,4): warning CTZ1044: ContainerizeFile",
            "(11,4): warning CTZ1044: ContainerizeSecretPattern" })
        {
            StringAssert.Contains(result.Output, $"hello.csproj{start}");
        }
    }

    [TestMethod]
    public async Task What_is_for_many_projects_may_match_nothing_in_one()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """<Import Project="own/image.props" />""");
        project.Write("own/image.props", """
            <Project>
              <ItemGroup>
                <ContainerizeLayer Include="models" Files="models/**" />
                <ContainerizeFile Include="certs/**" TargetPath="/certs/" />
                <ContainerizeSecretPattern Include="tokens" Files="*.token" />
              </ItemGroup>
            </Project>
            """);

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.DoesNotContain("warning", result.Output);
    }

    [TestMethod]
    public async Task A_directive_of_an_app_that_is_one_file_is_told()
    {
        using var folder = new TemporaryDirectory();
        var version = await LocalFeed.VersionAsync();
        await LocalFeed.UseInAsync(folder.FullName);
        folder.Write("note.cs", $"""
            #:sdk Microsoft.NET.Sdk
            #:sdk Containerize.Sdk@{version}
            #:property PublishAot=false
            #:property ContainerBaseImage=scratch
            #:property ContainerImgeTag=1.0
            System.Console.WriteLine("hello");
            """);

        var result = await Dotnet.RunAsync(folder.FullName, ["publish", "note.cs", "-t:Containerize"]);

        StringAssert.Contains(result.Output, "note.cs(5,12): warning CTZ1043: The property 'ContainerImgeTag'");
    }
}
