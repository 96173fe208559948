using Containerize.IntegrationTests.Tools;

namespace Containerize.IntegrationTests;

/// <summary>Which projects give an image when all of a solution or repository are asked, and which are passed over.</summary>
[TestClass]
internal sealed class ProjectKindTests
{
    // What is asked is only whether an image begins: desktop and phones' SDKs are on few machines.
    private const string Body = """
        <PropertyGroup>
          <ContainerBaseImage>scratch</ContainerBaseImage>
          <TargetFramework Condition="'$(TargetFrameworks)' != ''" />
        </PropertyGroup>
        <Target Name="ShowBegin" BeforeTargets="_ContainerizeBegin">
          <Message Importance="high" Text="APP=$(Case)|$(_ContainerizeIsApp)" />
          <Error Text="stopped" />
        </Target>
        """;

    private const string OnPublish = "_ContainerizeClassifyProject;_ContainerizeOnPublish";

    private static readonly (string Targets, string Properties, bool IsApp)[] s_cases =
    [
        .. from client in new[]
            {
                "UseWPF=true", "UseWindowsForms=true", "UseMaui=true", "TargetFramework=net10.0-android", "TargetFramework=net10.0-ios",
                "TargetFramework=net10.0-maccatalyst", "TargetFramework=net10.0-tizen",
            }
            from all in new[] { ("Containerize", "BuildingSolutionFile=true"), (OnPublish, "ContainerizeOnPublish=true") }
            select (all.Item1, $"{client};{all.Item2}", false),
        .. from server in new[]
            {
                "Other=true", "TargetFramework=net10.0-windows", "UseWindowsForms=true;DisableWinExeOutputInference=true",
            }
            from all in new[] { ("Containerize", "BuildingSolutionFile=true"), (OnPublish, "ContainerizeOnPublish=true") }
            select (all.Item1, $"{server};{all.Item2}", true),
        ("Containerize", "UseWPF=true", true),
        (OnPublish, "UseWPF=true;WebPublishMethod=Containerize", true),
    ];

    [TestMethod]
    public async Task Apps_for_desktops_and_phones_are_passed_over_unless_they_are_asked_for_themselves()
    {
        using var project = await TestProject.ConsoleAsync(Body);

        var result = await CaseMatrix.RunAsync(
            project, s_cases.Select((one, index) => ($"case-{index}", one.Targets, "NoBuild=true;" + one.Properties)));

        var begun = CaseMatrix.Read(result, "APP");
        CollectionAssert.AreEqual(
            s_cases.Select(one => $"{one.Properties}: {one.IsApp}").ToList(),
            s_cases.Select((one, index) => $"{one.Properties}: {begun[$"case-{index}"].Contains("true")}").ToList(),
            result.Output);
    }

    [TestMethod]
    [DataRow("net10.0-android;net10.0-ios", "BuildingSolutionFile=true", false, false)]
    [DataRow("net10.0;net10.0-windows", "UseMaui=true;BuildingSolutionFile=true", false, false)]
    [DataRow("net10.0-Android; net10.0-maccatalyst15.0 ;", "", true, true)]
    [DataRow("net10.0;net10.0-android", "BuildingSolutionFile=true", true, false)]
    [DataRow("net9.0;net10.0", "", true, false)]
    public async Task An_app_for_several_frameworks_is_passed_over_if_all_are_for_phones(
        string frameworks, string properties, bool isRefused, bool isAdvised)
    {
        using var project = await TestProject.ConsoleAsync(Body);

        var result = await CaseMatrix.RunAsync(project, [("outer", "Containerize", $"TargetFrameworks={frameworks};{properties}")]);

        Assert.AreEqual(isRefused, result.Output.Contains("error CTZ1011", StringComparison.Ordinal), result.Output);
        Assert.AreEqual(isAdvised, result.Output.Contains("EnableSdkContainerSupport=false", StringComparison.Ordinal), result.Output);
    }

    [TestMethod]
    [DataRow(false, "pack")]
    [DataRow(false, "build", "-t:Pack")]
    [DataRow(false, "msbuild", "-t:Restore;Pack", "-p:Configuration=Release")]
    [DataRow(true, "publish")]
    [DataRow(true, "publish", "-f", "net10.0", "-p:GeneratePackageOnBuild=true")]
    public async Task A_tool_gives_an_image_when_it_is_published_and_none_when_it_is_packed(bool hasImage, params string[] command)
    {
        using var project = await TestProject.ConsoleAsync("""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerizeOnPublish>true</ContainerizeOnPublish>
              <PackAsTool>true</PackAsTool>
            </PropertyGroup>
            """);

        var result = await project.RunAsync(command);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.HasCount(hasImage ? 1 : 0, Directory.GetFiles(project.Directory, "*.tar", SearchOption.AllDirectories), result.Output);
    }

    [TestMethod]
    [DataRow("dotnet/runtime:10.0", "build", "-t:Containerize")]
    [DataRow("dotnet/runtime:10.0", "build", "-t:PublishContainer")]
    [DataRow("dotnet/runtime:10.0", "publish", "-t:Containerize", "--no-self-contained")]
    [DataRow("dotnet/runtime-deps:10.0", "publish", "-t:Containerize")]
    [DataRow("dotnet/runtime-deps:10.0", "build", "-t:ComputeContainerBaseImage")]
    public async Task The_base_has_the_runtime_that_the_published_app_does_not_bring(string image, params string[] command)
    {
        using var project = await TestProject.ConsoleAsync("""
            <PropertyGroup>
              <PublishSelfContained>true</PublishSelfContained>
              <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
              <ContainerizeWorkAhead>false</ContainerizeWorkAhead>
            </PropertyGroup>
            <Target Name="ShowBase" AfterTargets="ComputeContainerBaseImage">
              <Message Importance="high" Text="BASE=$(ContainerBaseImage);" />
              <Error Text="stopped" Condition="'$(_ContainerizeIsAskedForBase)' != 'true'" />
            </Target>
            """);

        var result = await project.RunAsync(command);

        StringAssert.Contains(result.Output, $"BASE=mcr.microsoft.com/{image};");
    }
}
