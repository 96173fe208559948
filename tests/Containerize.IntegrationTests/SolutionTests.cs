using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Solutions, other languages, and publishes that make the image by themselves.</summary>
[TestClass]
internal sealed class SolutionTests
{
    private static string Project(string body) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
          {body}
        </Project>
        """;

    private static List<string> Archives(string directory) =>
        [.. Directory.GetFiles(directory, "*.tar", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path))
            .Order(StringComparer.Ordinal)];

    // What `dotnet new` makes, and what its image is to be; nothing for what no image is made of.
    private static readonly (string Template, string Name, string? Base, string? Start)[] s_templates =
    [
        ("web", "web", "dotnet/aspnet:10.0", "web.dll"),
        ("webapi", "webapi", "dotnet/aspnet:10.0", "webapi.dll"),
        ("mvc", "mvc", "dotnet/aspnet:10.0", "mvc.dll"),
        ("webapp", "pages", "dotnet/aspnet:10.0", "pages.dll"),
        ("grpc", "grpc", "dotnet/aspnet:10.0", "grpc.dll"),
        ("worker", "worker", "dotnet/runtime:10.0", "worker.dll"),
        ("blazor", "blazor", "dotnet/aspnet:10.0", "blazor.dll"),
        ("classlib", "lib", null, null),
        ("razorclasslib", "components", null, null),
        ("mstest", "checks", null, null),
        ("console -lang F#", "functional", "dotnet/runtime:10.0", "functional.dll"),
        ("console -lang VB", "basic", "dotnet/runtime:10.0", "basic.dll"),
    ];

    [TestMethod]
    public async Task A_solution_of_all_templates_gives_an_image_of_each_program_and_no_warning_of_the_rest()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("dotnet/runtime", "10.0", TestImage.Create(TestLayer.Of(("etc/kind", "runtime"))));
        registry.AddImage("dotnet/aspnet", "10.0", TestImage.Create(TestLayer.Of(("etc/kind", "aspnet"))));
        using var work = new TemporaryDirectory();
        // As the element Sdk is read: its two files at the begin and at the end of the file that has it.
        work.Write("Directory.Build.props", $"""
            <Project>
              <Import Project="{Tools.Repository.SdkDirectory}/Sdk/Sdk.props" />
              <PropertyGroup>
                <ContainerizeBaseRegistry>{registry.Authority}</ContainerizeBaseRegistry>
                <ContainerizeInsecureRegistries>{registry.Authority}</ContainerizeInsecureRegistries>
              </PropertyGroup>
              <Import Project="{Tools.Repository.SdkDirectory}/Sdk/Sdk.targets" />
            </Project>
            """);
        work.Write("old/old.proj", """
            <Project>
              <Import Project="$(MSBuildExtensionsPath)/$(MSBuildToolsVersion)/Microsoft.Common.props" />
              <Target Name="Build"><Message Importance="high" Text="built" /></Target>
              <Import Project="$(MSBuildToolsPath)/Microsoft.Common.targets" />
              <Target Name="Build"><Message Importance="high" Text="built" /></Target>
            </Project>
            """);
        Assert.Contains("built", (await Dotnet.RunAsync(work["old"], ["msbuild", "-nologo"])).EnsureSuccess().Output);
        foreach (var (template, name, _, _) in s_templates)
        {
            (await Dotnet.RunAsync(work.FullName, ["new", .. template.Split(' '), "-o", name, "--no-restore"])).EnsureSuccess();
        }

        const string Exe = "<PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>";
        work.Write("app/app.csproj", Project(Exe + """<ItemGroup><ProjectReference Include="..\lib\lib.csproj" /></ItemGroup>"""));
        work.Write("app/Program.cs", "System.Console.WriteLine(typeof(lib.Class1).Name);");
        work.Write("tests/tests.csproj", Project(Exe + "<PropertyGroup><IsTestProject>true</IsTestProject></PropertyGroup>"));
        work.Write("tests/Program.cs", "System.Console.WriteLine();");
        work.Write(
            "tool/tool.csproj",
            Project(Exe + "<PropertyGroup><EnableSdkContainerSupport>false</EnableSdkContainerSupport></PropertyGroup>"));
        work.Write("tool/Program.cs", "System.Console.WriteLine();");
        (await Dotnet.RunAsync(work.FullName, ["new", "sln", "-n", "all", "--format", "sln"])).EnsureSuccess();
        (await Dotnet.RunAsync(work.FullName, ["sln", "add", "app", "tests", "tool", .. s_templates.Select(template => template.Name)]))
            .EnsureSuccess();

        var result = await Dotnet.RunAsync(work.FullName, ["publish", "all.sln", "-t:Containerize"]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.DoesNotContain("CTZ", result.Output, "What a template makes has nothing to be warned of.");
        CollectionAssert.AreEqual(
            s_templates.Where(template => template.Base is not null).Select(template => template.Name).Append("app")
                .Order(StringComparer.Ordinal).ToArray(),
            Archives(work.FullName));
        foreach (var (_, name, baseImage, start) in s_templates.Where(template => template.Base is not null))
        {
            var image = ImageValidator.Check(work[$"{name}/bin/Release/net10.0/{name}.tar"], baseLayers: 1).Single();
            Assert.AreEqual(
                $"{registry.Authority}/{baseImage}", (string?)image.Manifest["annotations"]!["org.opencontainers.image.base.name"], name);
            Assert.AreEqual($"""["dotnet","/app/{start}"]""", image.Settings["Entrypoint"]!.ToJsonString());
            Assert.IsNotNull(image.Find($"app/{start}"));
        }
    }

    [TestMethod]
    [Requires("script")]
    public async Task A_quiet_build_of_many_projects_says_of_each_what_it_made_whichever_process_built_it()
    {
        string[] names = ["first", "second", "third", "fourth"];
        using var work = new TemporaryDirectory();
        work.Write("Directory.Build.props", $"""
            <Project>
              <Import Project="{Tools.Repository.SdkDirectory}/Sdk/Sdk.props" />
              <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            </Project>
            """);
        work.Write(
            "Directory.Build.targets", $"""<Project><Import Project="{Tools.Repository.SdkDirectory}/Sdk/Sdk.targets" /></Project>""");
        foreach (var name in names)
        {
            work.Write($"{name}/{name}.csproj", Project("<PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>"));
            work.Write($"{name}/Program.cs", "System.Console.WriteLine(1);");
        }

        (await Dotnet.RunAsync(work.FullName, ["new", "sln", "-n", "all", "--format", "sln"])).EnsureSuccess();
        (await Dotnet.RunAsync(work.FullName, ["sln", "add", .. names])).EnsureSuccess();

        var piped = await Dotnet.RunAsync(
            work.FullName, ["publish", "all.sln", "-t:Containerize", "-v:q", "-m:3"], host: BuildHost.OwnProcess);
        var (screen, exitCode) =
            await TerminalScreen.RunAsync(work.FullName, 120, "publish", "all.sln", "-tl:on", "-t:Containerize", "-v:q", "-m:3");
        var normal = await Dotnet.RunAsync(
            work.FullName, ["publish", "all.sln", "-t:Containerize", "-m:3"], host: BuildHost.OwnProcess);

        Assert.AreEqual(0, piped.ExitCode, piped.Output);
        Assert.AreEqual(0, exitCode, string.Join('\n', screen.Lines));
        foreach (var shown in new[] { piped.Output, string.Join('\n', screen.Lines), normal.Output })
        {
            foreach (var name in names)
            {
                Assert.AreEqual(1, shown.Split($"{name} -> image {name}:latest (").Length - 1, shown);
            }
        }
    }

    [TestMethod]
    public async Task A_publish_profile_makes_the_image_part_of_the_publish()
    {
        using var project =
            await TestProject.ConsoleAsync("<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");
        project.Write(
            "Properties/PublishProfiles/Image.pubxml",
            "<Project><PropertyGroup><WebPublishMethod>Containerize</WebPublishMethod></PropertyGroup></Project>");

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
        var closed = $"127.0.0.1:{FreePort.Find()}";
        using var project = await TestProject.WebAsync();

        var result =
            await project.ContainerizeAsync($"-p:ContainerizeBaseRegistry={closed}/mirror/", $"-p:ContainerizeInsecureRegistries={closed}");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, closed);
        Assert.DoesNotContain("mcr.", result.Output, "The registry that the SDK infers must not be asked.");
    }
}
