using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Solutions, other languages, and publishes that make the image by themselves.</summary>
[TestClass]
public sealed class SolutionTests
{
    private static string Project(string body) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ContainerBaseImage>scratch</ContainerBaseImage>
          </PropertyGroup>
          {body}
        </Project>
        """;

    private static List<string> Archives(string directory) =>
        [.. Directory.GetFiles(directory, "*.tar", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [TestMethod]
    public async Task A_solution_gives_an_image_of_each_program_and_passes_over_the_rest()
    {
        using var work = new TemporaryDirectory();
        work.Write("Directory.Build.props", $"""<Project><Import Project="{Repository.SdkDirectory}/Sdk/Sdk.props" /></Project>""");
        work.Write("Directory.Build.targets", $"""<Project><Import Project="{Repository.SdkDirectory}/Sdk/Sdk.targets" /></Project>""");
        const string Exe = "<PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>";
        work.Write("app/app.csproj", Project(Exe + """<ItemGroup><ProjectReference Include="..\lib\lib.csproj" /></ItemGroup>"""));
        work.Write("app/Program.cs", "System.Console.WriteLine(Lib.Answer.Value);");
        work.Write("lib/lib.csproj", Project(""));
        work.Write("lib/Answer.cs", "namespace Lib; public static class Answer { public static int Value => 42; }");
        work.Write("tests/tests.csproj", Project(Exe + "<PropertyGroup><IsTestProject>true</IsTestProject></PropertyGroup>"));
        work.Write("tests/Program.cs", "System.Console.WriteLine();");
        work.Write("tool/tool.csproj", Project(Exe + "<PropertyGroup><EnableSdkContainerSupport>false</EnableSdkContainerSupport></PropertyGroup>"));
        work.Write("tool/Program.cs", "System.Console.WriteLine();");
        work.Write("functional/functional.fsproj", Project(Exe + """<ItemGroup><Compile Include="Program.fs" /></ItemGroup>"""));
        work.Write("functional/Program.fs", "printfn \"hello\"\n");
        work.Write("basic/basic.vbproj", Project(Exe));
        work.Write("basic/Program.vb", "Module Program\n  Sub Main()\n    System.Console.WriteLine(\"hello\")\n  End Sub\nEnd Module\n");
        (await Dotnet.RunAsync(work.FullName, ["new", "sln", "-n", "all", "--format", "sln"])).EnsureSuccess();
        (await Dotnet.RunAsync(work.FullName, ["sln", "add", "app", "lib", "tests", "tool", "functional", "basic"])).EnsureSuccess();

        var result = await Dotnet.RunAsync(work.FullName, ["publish", "all.sln", "-t:Containerize"]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        CollectionAssert.AreEqual(new[] { "app", "basic", "functional" }, Archives(work.FullName));
    }

    [TestMethod]
    public async Task A_publish_profile_makes_the_image_part_of_the_publish()
    {
        using var project = await TestProject.ConsoleAsync("<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");
        project.Write("Properties/PublishProfiles/Image.pubxml", "<Project><PropertyGroup><WebPublishMethod>Containerize</WebPublishMethod></PropertyGroup></Project>");

        var plain = await project.RunAsync("publish");
        Assert.AreEqual(0, plain.ExitCode, plain.Output);
        Assert.IsEmpty(Archives(project.Directory));

        var result = await project.RunAsync("publish", "-p:PublishProfile=Image");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(project.Archive).Single();
    }

    [TestMethod]
    public async Task The_inferred_base_image_can_come_from_another_registry()
    {
        var nobody = $"127.0.0.1:{FreePort.Find()}";
        using var project = await TestProject.WebAsync();

        var result = await project.ContainerizeAsync($"-p:ContainerizeBaseRegistry={nobody}/mirror/", $"-p:ContainerizeInsecureRegistries={nobody}");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, nobody);
        Assert.DoesNotContain("mcr.", result.Output, "The registry that the SDK infers must not be asked.");
    }
}
