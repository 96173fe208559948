using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>
/// Tools that call the .NET SDK's <c>PublishContainer</c>, with the arguments that they pass, in a project with this package.
/// </summary>
[TestClass]
internal sealed class CallerTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    private const string Hooks = Scratch + """
        <PropertyGroup Condition="'$(Several)' == 'true'">
          <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
        </PropertyGroup>
        <Target Name="Tags" BeforeTargets="ComputeContainerConfig">
          <PropertyGroup><ContainerImageTags>1.0;latest</ContainerImageTags></PropertyGroup>
          <ItemGroup><ContainerLabel Include="config" Value="x" /></ItemGroup>
        </Target>
        <Target Name="Variables" BeforeTargets="PublishContainer">
          <ItemGroup>
            <ContainerEnvironmentVariable Include="PUBLISH" Value="1" />
            <ContainerImageTags Include="item" />
          </ItemGroup>
        </Target>
        <Target Name="User" AfterTargets="ComputeContainerBaseImage">
          <PropertyGroup><ContainerUser>1234</ContainerUser></PropertyGroup>
        </Target>
        <Target Name="Ports" BeforeTargets="Containerize">
          <ItemGroup><ContainerPort Include="4444" /></ItemGroup>
        </Target>
        <Target Name="Repository" BeforeTargets="ContainerizeConfigure">
          <PropertyGroup><ContainerRepository>hooked</ContainerRepository></PropertyGroup>
          <ItemGroup><ContainerLabel Include="configure" Value="y" /></ItemGroup>
        </Target>
        """;

    [TestMethod]
    [DataRow("SdkElement")]
    [DataRow("PackageReference")]
    [DataRow("Path")]
    public async Task Azds_call_pushes_our_image_and_prints_its_config(string use)
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("dotnet/base", "1", TestImage.Create(
            TestImage.LinuxX64,
            docker: false,
            config => config["config"]!["ExposedPorts"] = new JsonObject { ["8080/tcp"] = new JsonObject() }));
        using var project = await TestProject.WebAsync(
            $"<PropertyGroup><ContainerBaseImage>{registry.Authority}/dotnet/base:1</ContainerBaseImage></PropertyGroup>",
            use: Enum.Parse<SdkUse>(use));
        var environment = new Dictionary<string, string?> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Authority };

        var result = await Dotnet.RunAsync(
            project.Directory,
            [
                "publish", Path.Combine(project.Directory, "hello.csproj"), "-r", "linux-x64", "-c", "Release", "/t:PublishContainer",
                "-p:ContainerRepository=shop/api", "-p:ContainerImageTag=azd-1", $"-p:ContainerRegistry={registry.Authority}",
                "--getProperty:GeneratedContainerConfiguration",
            ],
            environment);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(registry, "shop/api", "azd-1", baseLayers: 1).Single();
        Assert.StartsWith("{", result.Output);
        var config = JsonNode.Parse(result.Output)!;
        Assert.IsTrue(JsonNode.DeepEquals(image.Config, config), result.Output);
        Assert.IsNotNull(config["config"]!["ExposedPorts"]!["8080/tcp"]);
        StringAssert.Contains(result.Output, "\"created_by\":\"Containerize\"");
    }

    [TestMethod]
    public async Task Aspires_call_writes_an_archive_of_several_platforms_named_in_a_response_file()
    {
        using var project = await TestProject.WebAsync(Scratch);
        using var output = new TemporaryDirectory();
        var response = project.Write("aspire.rsp", """
            -p:ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64
            -p:RuntimeIdentifiers=linux-x64%3Blinux-arm64
            -p:ContainerImageFormat=OCI
            """);

        var result = await Dotnet.RunAsync(
            output.FullName,
            [
                "publish", Path.Combine(project.Directory, "hello.csproj"), "--configuration", "Release", "/t:PublishContainer",
                "-p:ContainerRepository=api", "-p:ContainerImageTag=aspire-1", $"-p:ContainerArchiveOutputPath={output["api.tar"]}",
                $"@{response}",
            ]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.HasCount(2, ImageValidator.Check(output["api.tar"]).Images);
        StringAssert.Contains(result.Output, "Containerize makes the image in place of PublishContainer.");
    }

    [TestMethod]
    [DataRow("", "/app/")]
    [DataRow("<PropertyGroup><ContainerWorkingDirectory>/srv</ContainerWorkingDirectory></PropertyGroup>", "/srv")]
    [DataRow("<PropertyGroup><RuntimeIdentifier>win-x64</RuntimeIdentifier></PropertyGroup>", "")]
    public async Task The_working_directory_is_known_without_running_a_target(string body, string expected)
    {
        using var project = await TestProject.WebAsync(body);

        var result = await project.RunAsync(
            "msbuild", "hello.csproj", "-p:Configuration=Release", "-getProperty:ContainerWorkingDirectory", "-v:q");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual(expected, result.Output.Trim());
    }

    [TestMethod]
    [Requires("root", "podman", "runc")]
    public async Task Without_registry_and_archive_the_local_engine_gets_the_image_as_from_the_SDK()
    {
        await using var podman = await Podman.StartAsync();
        using var project = await TestProject.WebAsync(Scratch);

        foreach (var (arguments, tag) in new (string[] Arguments, string Tag)[]
        {
            (["publish", "--os", "linux", "--arch", "x64", "/t:PublishContainer", "-c", "Debug", "-p:LocalRegistry=Podman"], "code"),
            (["publish", "-p:PublishProfile=DefaultContainer", "-p:LocalRegistry=Podman"], "profile"),
            (["publish", "-p:WebPublishMethod=Container", "-p:LocalRegistry=Podman"], "method"),
        })
        {
            var result = await Dotnet.RunAsync(project.Directory, [.. arguments, $"-p:ContainerImageTag={tag}"], podman.Environment);

            Assert.AreEqual(0, result.ExitCode, result.Output);
            var labels =
                (await podman.RunAsync("image", "inspect", $"hello:{tag}", "--format", "{{json .History}}")).EnsureSuccess().Output;
            StringAssert.Contains(labels, "Containerize");
        }
    }

    [TestMethod]
    [DataRow("false")]
    [DataRow("true")]
    public async Task What_targets_set_before_the_image_counts_whichever_target_they_hook(string several)
    {
        using var project = await TestProject.WebAsync(Hooks);
        using var output = new TemporaryDirectory();
        var digests = new List<string>();
        foreach (var (arguments, name) in new (string[] Arguments, string Name)[]
        {
            (["publish", "-t:Containerize"], "a"),
            (["build", "-c", "Release", "-t:Containerize"], "b"),
            (["publish", "-t:PublishContainer"], "c"),
            (["build", "-c", "Release", "-t:PublishContainer"], "d"),
        })
        {
            var archive = output[$"{name}.tar"];

            var result = await project.RunAsync([.. arguments, $"-p:ContainerArchiveOutputPath={archive}", $"-p:Several={several}"]);

            Assert.AreEqual(0, result.ExitCode, result.Output);
            var checkedImage = ImageValidator.Check(archive);
            var platforms = checkedImage.Images.Select(image => image.Platform).Distinct().ToList();
            Assert.HasCount(several == "true" ? 2 : 1, platforms);
            foreach (var config in checkedImage.Images.Select(image => image.Config["config"]!))
            {
                CollectionAssert.Contains(config["Env"]!.AsArray().Select(value => value!.ToString()).ToList(), "PUBLISH=1");
                Assert.AreEqual("1234", config["User"]!.ToString());
                Assert.AreEqual("x y", $"{config["Labels"]!["config"]} {config["Labels"]!["configure"]}");
                Assert.IsNotNull(config["ExposedPorts"]!["4444/tcp"]);
            }

            CollectionAssert.AreEqual(
                new[] { "hooked:1.0", "hooked:latest", "hooked:item" },
                project.Info["names"]!.AsArray().Select(value => value!.ToString()).ToList());
            digests.Add(project.Digest);
        }

        Assert.HasCount(1, digests.Distinct().ToList(), string.Join(' ', digests));
    }

    [TestMethod]
    public async Task Later_targets_find_what_the_SDK_would_have_left_them()
    {
        using var project = await TestProject.WebAsync(Scratch + """
            <Target Name="Deploy" AfterTargets="PublishContainer" Condition="'$(_ContainerizeAnswers)' == 'true'">
              <Message Importance="high"
                       Text="DEPLOY=@(GeneratedContainer->'%(ManifestDigest) %(ManifestMediaType)')|$(GeneratedContainerDigest)" />
              <Message Importance="high" Text="NAMES=@(GeneratedContainerName) @(GeneratedContainerNames)|$(GeneratedArchiveOutputPath)" />
            </Target>
            <Target Name="Call">
              <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="PublishContainer" Properties="Called=true">
                <Output TaskParameter="TargetOutputs" ItemName="Made" />
              </MSBuild>
              <Message Importance="high" Text="MADE=@(Made->'%(Identity) %(ManifestDigest)')" />
            </Target>
            """);
        using var output = new TemporaryDirectory();

        var result = await project.RunAsync("build", "-c", "Release", "-t:Call", $"-p:ContainerArchiveOutputPath={output["app.tar"]}");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var digest = project.Digest;
        StringAssert.Contains(result.Output, $"DEPLOY={digest} {MediaTypes.OciManifest}|{digest}");
        StringAssert.Contains(result.Output, $"NAMES=hello:latest hello:latest|{output["app.tar"]}");
        StringAssert.Contains(result.Output, $"MADE=GeneratedContainer {digest}");
    }

    [TestMethod]
    [DataRow("publish", "-t:Containerize")]
    [DataRow("publish", "-t:PublishContainer")]
    [DataRow("publish", "-p:PublishProfile=DefaultContainer")]
    [DataRow("publish", "-p:ContainerizeOnPublish=true")]
    [DataRow("publish", "-t:PublishContainer", "-p:PublishProfile=DefaultContainer")]
    [DataRow("build", "-c", "Release", "-t:Containerize")]
    public async Task Targets_after_PublishContainer_run_once_and_find_the_image_delivered(params string[] arguments)
    {
        using var project = await TestProject.WebAsync(Scratch + """
            <Target Name="Deploy" AfterTargets="PublishContainer">
              <PropertyGroup><IsThere Condition="Exists('$(ContainerArchiveOutputPath)')">there</IsThere></PropertyGroup>
              <Message Importance="high" Text="DEPLOY=$(GeneratedContainerDigest) $(IsThere)" />
            </Target>
            """);
        using var output = new TemporaryDirectory();

        var result = await project.RunAsync([.. arguments, $"-p:ContainerArchiveOutputPath={output["app.tar"]}"]);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        CollectionAssert.AreEqual(
            new[] { $"DEPLOY={project.Digest} there" },
            result.Output.Split('\n').Select(line => line.Trim())
                .Where(line => line.StartsWith("DEPLOY=", StringComparison.Ordinal)).ToList(),
            result.Output);
    }

    [TestMethod]
    public async Task A_project_can_keep_the_SDKs_target()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("dotnet/base", "1", TestImage.Create());
        using var project = await TestProject.WebAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Authority}/dotnet/base:1</ContainerBaseImage>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <ContainerizeReplacesPublishContainer>false</ContainerizeReplacesPublishContainer>
            </PropertyGroup>
            """);
        var environment = new Dictionary<string, string?> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Authority };

        var result = await Dotnet.RunAsync(
            project.Directory,
            ["publish", "-t:PublishContainer", "-p:ContainerRepository=theirs", "--getProperty:GeneratedContainerConfiguration"],
            environment);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.DoesNotContain("Containerize", result.Output);
        Assert.HasCount(1, registry.Tags("theirs"));
    }

    [TestMethod]
    public async Task A_target_that_cannot_be_replaced_is_an_error_and_not_another_image()
    {
        // What a package that takes the SDK's seam does, and an SDK that has none.
        using var project = await TestProject.WebAsync(Scratch);
        project.Write("late.targets", """
            <Project><Target Name="PublishContainer"><Message Importance="high" Text="ANOTHER TARGET" /></Target></Project>
            """);
        var file = Path.Combine(project.Directory, "hello.csproj");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file))
            .Replace("<Project Sdk=\"Microsoft.NET.Sdk.Web\">", "<Project><Import Project=\"Sdk.props\" Sdk=\"Microsoft.NET.Sdk.Web\" />",
                StringComparison.Ordinal)
            .Replace("</Project>",
                "<Import Project=\"Sdk.targets\" Sdk=\"Microsoft.NET.Sdk.Web\" /><Import Project=\"late.targets\" /></Project>",
                StringComparison.Ordinal));

        var result = await project.RunAsync("publish", "-t:PublishContainer");

        Assert.AreNotEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "error CTZ1040");
        Assert.DoesNotContain("ANOTHER TARGET", result.Output);
    }
}
