using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Targets of projects and packages that run before or after those of the .NET SDK.</summary>
[TestClass]
internal sealed class HookTests
{
    // What a hook sets, as packages do: only what is empty, unless the case says Always. The target that it hooks is of the case, too.
    private const string Body = """
        <PropertyGroup>
          <ContainerizeReplacesPublishContainer Condition="'$(Who)' == 'THEIRS'">false</ContainerizeReplacesPublishContainer>
          <RuntimeIdentifier Condition="'$(Own)' != ''">$(Own)</RuntimeIdentifier>
          <ContainerWorkingDirectory Condition="'$(Directory)' != ''">$(Directory)</ContainerWorkingDirectory>
          <ContainerImageTags Condition="'$(Tags)' != ''">$(Tags)</ContainerImageTags>
        </PropertyGroup>
        <Target Name="Before" BeforeTargets="$(HookBefore)">
          <CallTarget Targets="Hook" />
        </Target>
        <Target Name="After" AfterTargets="$(HookAfter)">
          <CallTarget Targets="Hook" />
        </Target>
        <Target Name="Hook">
          <PropertyGroup>
            <Sets>$([MSBuild]::ValueOrDefault('$(Always)', 'false'))</Sets>
            <ContainerFamily Condition="'$(Family)' != ''">$(Family)</ContainerFamily>
            <ContainerBaseImage Condition="'$(Base)' != '' and ($(Sets) or '$(ContainerBaseImage)' == '')">$(Base)</ContainerBaseImage>
          </PropertyGroup>
          <PropertyGroup Condition="'$(Runtime)' != '' and ($(Sets) or '$(ContainerRuntimeIdentifier)' == '')">
            <ContainerRuntimeIdentifier>$(Runtime)</ContainerRuntimeIdentifier>
          </PropertyGroup>
          <PropertyGroup Condition="$(Sets) or '$(ContainerWorkingDirectory)' == ''">
            <ContainerWorkingDirectory>/home/site</ContainerWorkingDirectory>
          </PropertyGroup>
          <PropertyGroup Condition="'$(ContainerImageTags)' == '' and ($(Sets) or '$(ContainerImageTag)' == '')">
            <ContainerImageTag>1.2</ContainerImageTag>
          </PropertyGroup>
          <PropertyGroup>
            <ContainerRepository Condition="$(Sets) or '$(ContainerRepository)' == ''">hooked</ContainerRepository>
            <ContainerUser Condition="$(Sets) or '$(ContainerUser)' == ''">1234</ContainerUser>
          </PropertyGroup>
        </Target>
        <Target Name="Say" DependsOnTargets="ComputeContainerConfig">
          <PropertyGroup>
            <Names>$(ContainerRepository) $(ContainerImageTag) $(ContainerUser)</Names>
          </PropertyGroup>
          <Message Importance="high"
                   Text="$(Who)=$(Case)|$(ContainerBaseImage) $(ContainerRuntimeIdentifier) $(ContainerWorkingDirectory) $(Names)" />
        </Target>
        <Target Name="SayBase">
          <Message Importance="high" Text="$(Who)=$(Case)|$(ContainerBaseImage)" />
        </Target>
        """;

    // Azure Functions' target, of the package Microsoft.Azure.Functions.Worker.Sdk.
    private const string Functions = """
        <Target Name="AssignFunctionsBaseImage" BeforeTargets="ComputeContainerBaseImage" Condition="'$(ContainerBaseImage)' == ''">
          <PropertyGroup>
            <ContainerBaseImage>$(Functions)/azure-functions/dotnet-isolated:4-dotnet-isolated10.0</ContainerBaseImage>
            <ContainerWorkingDirectory Condition="'$(ContainerWorkingDirectory)' == ''">/home/site/wwwroot</ContainerWorkingDirectory>
            <ContainerRuntimeIdentifier Condition="'$(ContainerRuntimeIdentifier)' == ''">linux-x64</ContainerRuntimeIdentifier>
          </PropertyGroup>
          <ItemGroup>
            <ContainerEnvironmentVariable Include="AzureWebJobsScriptRoot" Value="/home/site/wwwroot" />
            <ContainerAppCommand Include="/opt/startup/start_nonappservice.sh" />
          </ItemGroup>
        </Target>
        """;

    private static readonly string[] s_hooks =
    [
        "HookBefore=ComputeContainerBaseImage", "HookAfter=ComputeContainerBaseImage", "HookBefore=ComputeContainerConfig",
        "HookAfter=ComputeContainerConfig",
    ];

    private static readonly string[] s_settings =
    [
        "Base=example.com/base:1", "Base=example.com/base:1;Always=true", "Family=alpine", "Runtime=linux-arm64",
        "Base=example.com/base:1;Family=alpine", "Runtime=linux-musl-x64;Always=true",
    ];

    private static readonly string[] s_projects = ["", "Own=linux-x64", "Own=win-x64", "Directory=/srv", "Tags=a", "ContainerRepository=told"];

    [TestMethod]
    public async Task A_hook_finds_and_leaves_what_it_would_with_the_SDKs_target()
    {
        using var project = await TestProject.WebAsync(Body);
        var cases = (from hook in s_hooks
                     from setting in s_settings
                     from own in s_projects
                     where own.Length == 0 || setting.StartsWith("Runtime", StringComparison.Ordinal)
                     select $"{hook};{setting};{own}")
            .Select((properties, index) => (Name: $"case-{index}", Properties: properties)).ToList();

        var result = await CaseMatrix.RunAsync(
            project, from one in cases from who in new[] { "THEIRS", "OURS" } select (one.Name, "Say", $"{one.Properties};Who={who}"));

        var (theirs, ours) = (CaseMatrix.Read(result, "THEIRS"), CaseMatrix.Read(result, "OURS"));
        var wrong = cases.Where(one => theirs[one.Name].Single() != ours[one.Name].Single())
            .Select(one => $"{one.Properties}: '{theirs[one.Name].Single()}' became '{ours[one.Name].Single()}'").ToList();
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public async Task An_app_of_Azure_Functions_has_the_base_directory_and_command_of_its_package()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("azure-functions/dotnet-isolated", "4-dotnet-isolated10.0", TestImage.Create());
        using var project = await TestProject.WebAsync($"""
            <PropertyGroup>
              <Functions>{registry.Authority}</Functions>
              <ContainerizeBaseRegistry>{registry.Authority}</ContainerizeBaseRegistry>
              <ContainerizeInsecureRegistries>{registry.Authority}</ContainerizeInsecureRegistries>
            </PropertyGroup>
            {Functions}
            """);
        using var output = new TemporaryDirectory();

        foreach (var target in new[] { "Containerize", "PublishContainer" })
        {
            var result = await project.RunAsync(
                "publish", $"-t:{target}", "-c", "Release", $"-p:ContainerArchiveOutputPath={output[target + ".tar"]}");

            Assert.AreEqual(0, result.ExitCode, result.Output);
            var image = ImageValidator.Check(output[target + ".tar"], baseLayers: 1).Single();
            Assert.AreEqual("linux/amd64", $"{image.Platform}");
            Assert.AreEqual("/home/site/wwwroot", (string?)image.Settings["WorkingDir"]);
            Assert.AreEqual("""["/opt/startup/start_nonappservice.sh"]""", Started(image.Settings));
            Assert.IsNotNull(image.Find("home/site/wwwroot/hello.dll"));
        }
    }

    [TestMethod]
    public async Task The_base_of_several_platforms_is_that_of_the_SDK_where_a_target_asks_for_it()
    {
        string[] cases =
        [
            "ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64", "RuntimeIdentifiers=linux-x64%3Blinux-arm64",
            "ContainerRuntimeIdentifiers=linux-musl-x64%3Blinux-musl-arm64;InvariantGlobalization=true",
            "ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64;ContainerFamily=azurelinux",
        ];
        using var project = await TestProject.WebAsync(Body);

        var result = await CaseMatrix.RunAsync(
            project,
            from one in cases.Index()
            from who in new[] { "THEIRS", "OURS" }
            from target in new[] { "ComputeContainerBaseImage", "ComputeContainerConfig" }
            select ($"{one.Index} {target}", target + ";SayBase", $"{one.Item};Who={who}"));

        var (theirs, ours) = (CaseMatrix.Read(result, "THEIRS"), CaseMatrix.Read(result, "OURS"));
        Assert.HasCount(2 * cases.Length, theirs, result.Output);
        foreach (var their in theirs)
        {
            Assert.AreEqual(their.Single(), ours[their.Key].Single(), their.Key);
            Assert.StartsWith("mcr.microsoft.com/", their.Single());
        }
    }

    [TestMethod]
    public async Task The_tags_of_the_image_are_left_as_items()
    {
        await using var first = await TestRegistry.StartAsync();
        await using var second = await TestRegistry.StartAsync();
        var both = $"{first.Authority};{second.Authority}";
        using var project = await TestProject.WebAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRegistry>{both}</ContainerRegistry>
              <ContainerizeInsecureRegistries>{both}</ContainerizeInsecureRegistries>
            </PropertyGroup>
            <Target Name="Add" BeforeTargets="PublishContainer">
              <ItemGroup><ContainerImageTags Include="added" /></ItemGroup>
            </Target>
            <Target Name="Deploy" AfterTargets="PublishContainer">
              <Message Importance="high" Text="TAGS=@(ContainerImageTags)." />
            </Target>
            """);

        var result = await project.RunAsync("publish", "-t:PublishContainer", "-p:ContainerImageTags=1.0%3B2");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "TAGS=1.0;2;added.");
        ImageValidator.Check(second, "hello", "added").Single();
    }

    private static string Started(JsonNode settings) => (settings["Entrypoint"] ?? settings["Cmd"])!.ToJsonString();
}
