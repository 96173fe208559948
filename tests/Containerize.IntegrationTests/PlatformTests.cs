using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>One project, several platforms, one index.</summary>
[TestClass]
internal sealed class PlatformTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";
    private const string TwoPlatforms =
        "<PropertyGroup><ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers></PropertyGroup>";
    private const string Package = """<ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>""";

    private static readonly string[] s_platforms = ["linux/amd64", "linux/arm64"];

    private static async Task<ValidatedTree> ContainerizeAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var tree = ImageValidator.Check(project.Archive);
        CollectionAssert.AreEqual(s_platforms, tree.Images.Select(image => image.Platform).ToArray());
        return tree;
    }

    private static List<string?> Layers(TestProject project, int image) =>
        [.. project.Info["images"]![image]!["layers"]!.AsArray().Select(layer => (string?)layer!["digest"])];

    [TestMethod]
    public async Task Each_platform_has_its_own_app_and_they_share_the_packages()
    {
        using var project = await TestProject.WebAsync(Scratch + TwoPlatforms + Package);

        var tree = await ContainerizeAsync(project);

        Assert.AreEqual(Layers(project, 0)[0], Layers(project, 1)[0], "The layer of packages is the same for both.");
        Assert.AreNotEqual(Layers(project, 0)[1], Layers(project, 1)[1]);
        Assert.AreEqual(62, tree.For("linux/amd64").Get("app/hello").ReadAllBytes()[18], "e_machine of x86-64");
        Assert.AreEqual(183, tree.For("linux/arm64").Get("app/hello").ReadAllBytes()[18], "e_machine of AArch64");
        Assert.IsEmpty(tree.Unreferenced);
    }

    [TestMethod]
    public async Task Values_with_any_character_arrive_unharmed_in_every_image()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + TwoPlatforms + """
            <ItemGroup>
              <ContainerEnvironmentVariable Include="URLS" Value="http://*:8081;https://+:8443" />
              <ContainerEnvironmentVariable Include="PAIRS" Value="a=b; c:d  e,f" />
              <ContainerLabel Include="org.example:label" Value="x;y=z: http://example.com:80/ %3B" />
              <ContainerPort Include="5000" Type="udp" />
            </ItemGroup>
            """);

        var tree = await ContainerizeAsync(project);

        foreach (var image in tree.Images)
        {
            CollectionAssert.IsSubsetOf(
                new[] { "URLS=http://*:8081;https://+:8443", "PAIRS=a=b; c:d  e,f" },
                image.Settings["Env"]!.AsArray().Select(variable => (string?)variable).ToList());
            Assert.AreEqual("x;y=z: http://example.com:80/ ;", (string?)image.Settings["Labels"]!["org.example:label"]);
            Assert.IsTrue(image.Settings["ExposedPorts"]!.AsObject().ContainsKey("5000/udp"));
        }
    }

    [TestMethod]
    [DataRow("--self-contained", "-p:PublishReadyToRun=true")]
    [DataRow("--self-contained", "-p:PublishTrimmed=true")]
    [DataRow("--self-contained", "-p:PublishSingleFile=true")]
    [DataRow("-p:PublishReadyToRun=true", "-p:ContainerPublishInParallel=false")]
    public async Task Every_kind_of_publish_works_for_several_platforms(params string[] arguments)
    {
        // The platforms come from the command line, with the escape that works in every shell.
        using var project = await TestProject.ConsoleAsync(
            Scratch + Package, """System.Console.WriteLine(Humanizer.StringHumanizeExtensions.Humanize("SomeText"));""");

        var tree = await ContainerizeAsync(project, ["-p:ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64", .. arguments]);

        Assert.AreEqual(183, tree.For("linux/arm64").Get("app/hello").ReadAllBytes()[18]);
    }

    [TestMethod]
    [Requires("cc")]
    public async Task Native_code_is_compiled_for_every_platform_and_not_only_for_the_one_the_SDK_assumes()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + "<PropertyGroup><PublishAot>true</PublishAot><StripSymbols>false</StripSymbols></PropertyGroup>");
        // Stands in for a cross-linker, which few machines have: the object file, which the real compiler made, is the program.
        var linker = new FileInfo(project.Write("link.sh", """
            #!/bin/sh
            for argument; do
              case $previous in -o) output=$argument ;; esac
              case $argument in */native/hello.o) object=$argument ;; esac
              previous=$argument
            done
            [ -z "$object" ] || cp "$object" "$output"
            """));
        if (!OperatingSystem.IsWindows())
        {
            linker.UnixFileMode |= UnixFileMode.UserExecute;
        }

        var tree = await ContainerizeAsync(
            project,
            "-p:ContainerRuntimeIdentifiers=linux-x64%3Blinux-arm64",
            $"-p:CppCompilerAndLinker={linker.FullName}",
            "-p:CppLinker=" + linker.FullName);

        Assert.AreEqual(62, tree.For("linux/amd64").Get("app/hello").ReadAllBytes()[18]);
        Assert.AreEqual(183, tree.For("linux/arm64").Get("app/hello").ReadAllBytes()[18]);
    }

    [TestMethod]
    [DataRow("--self-contained")]
    [DataRow("-p:PublishSingleFile=true")]
    [DataRow("-p:PublishReadyToRun=true")]
    public async Task A_single_platform_of_the_list_is_what_is_published_and_not_the_one_the_SDK_assumes(string argument)
    {
        using var project = await TestProject.ConsoleAsync(Scratch);

        var result = await project.ContainerizeAsync("-p:ContainerRuntimeIdentifiers=linux-arm64", argument);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive).Single();
        Assert.AreEqual("linux/arm64", image.Platform);
        Assert.AreEqual(183, image.Get("app/hello").ReadAllBytes()[18], "e_machine of AArch64");
    }

    [TestMethod]
    [DataRow("-o", "out")]
    [DataRow("-p:PublishDir=out/")]
    [DataRow("-p:PublishDir=out", "-p:UseArtifactsOutput=true")]
    public async Task An_output_directory_has_a_directory_per_platform_and_never_becomes_content(params string[] arguments)
    {
        using var project = await TestProject.WebAsync(Scratch + TwoPlatforms);
        await project.ContainerizeAsync(arguments);
        var archive = Directory.GetFiles(project.Directory, "*.tar", SearchOption.AllDirectories).Single();
        var first = await File.ReadAllBytesAsync(archive);

        var second = await project.ContainerizeAsync(arguments);

        Assert.AreEqual(0, second.ExitCode, second.Output);
        CollectionAssert.AreEqual(
            first, await File.ReadAllBytesAsync(archive), "What the first publish wrote is no content of the second.");
        Assert.IsTrue(File.Exists(Path.Combine(project.Directory, "out", "linux-x64", "hello.dll")));
        Assert.IsTrue(File.Exists(Path.Combine(project.Directory, "out", "linux-arm64", "hello.dll")));
        var tree = ImageValidator.Check(archive);
        Assert.IsTrue(tree.Images.All(image => image.Layers.All(layer => layer.Paths.All(path => !path.StartsWith("app/out")))));
    }

    [TestMethod]
    public async Task A_package_reference_restores_the_platforms_the_first_time()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + TwoPlatforms, use: SdkUse.PackageReference);

        await ContainerizeAsync(project);
    }

    [TestMethod]
    public async Task A_lock_file_of_NuGet_is_never_changed_and_serves_once_it_has_the_platforms()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + TwoPlatforms + Package
                + "<PropertyGroup><RestorePackagesWithLockFile>true</RestorePackagesWithLockFile></PropertyGroup><!-- more -->",
            use: SdkUse.PackageReference);
        (await project.RunAsync("restore")).EnsureSuccess();
        var locks = Path.Combine(project.Directory, "packages.lock.json");
        var locked = await File.ReadAllTextAsync(locks);

        var refused = await project.ContainerizeAsync();

        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "error CTZ1046");
        Assert.AreEqual(locked, await File.ReadAllTextAsync(locks));
        var file = Path.Combine(project.Directory, "hello.csproj");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace(
            "<!-- more -->",
            "<PropertyGroup><RuntimeIdentifiers>linux-x64;linux-arm64</RuntimeIdentifiers></PropertyGroup>",
            StringComparison.Ordinal));
        (await project.RunAsync("restore")).EnsureSuccess();
        locked = await File.ReadAllTextAsync(locks);
        await ContainerizeAsync(project, "-p:RestoreLockedMode=true");
        Assert.AreEqual(locked, await File.ReadAllTextAsync(locks));
    }

    [TestMethod]
    public async Task A_restore_of_platforms_leaves_projects_of_other_frameworks_as_they_were_restored()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + TwoPlatforms + """
                <PropertyGroup>
                  <TargetFramework />
                  <TargetFrameworks>net10.0;netstandard2.1</TargetFrameworks>
                  <OutputType Condition="'$(TargetFramework)' != 'net10.0'">Library</OutputType>
                  <ImplicitUsings>disable</ImplicitUsings>
                  <DefaultItemExcludes>$(DefaultItemExcludes);lib/**</DefaultItemExcludes>
                </PropertyGroup>
                <ItemGroup><ProjectReference Include="lib/lib.csproj" /></ItemGroup>
                """,
            "class P { static void Main() => System.Console.WriteLine(Lib.Text.Hello); }",
            use: SdkUse.PackageReference);
        project.Write("lib/lib.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup>
            </Project>
            """);
        project.Write("lib/Text.cs", "namespace Lib { public static class Text { public static string Hello => \"hello\"; } }");
        (await project.RunAsync("restore")).EnsureSuccess();

        await ContainerizeAsync(project, "--no-restore", "-f", "net10.0");

        (await project.RunAsync("build", "--no-restore")).EnsureSuccess();
    }

    [TestMethod]
    public async Task Outputs_tell_of_the_index_and_of_each_image()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + TwoPlatforms + """
            <Target Name="ShowOutputs" AfterTargets="Containerize">
              <Message Importance="high" Text="DIGEST=$(GeneratedContainerDigest) TYPE=$(GeneratedContainerMediaType)" />
              <Message Importance="high" Text="INDEX=$(GeneratedImageIndex)" />
              <Message Importance="high" Text="IMAGE=%(GeneratedContainer.ManifestDigest)" />
            </Target>
            """);

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, $"DIGEST={project.Digest} TYPE=application/vnd.oci.image.index.v1+json");
        StringAssert.Contains(result.Output, "INDEX={\"schemaVersion\":2");
        foreach (var image in project.Info["images"]!.AsArray())
        {
            StringAssert.Contains(result.Output, $"IMAGE={image!["digest"]}");
        }
    }

    [TestMethod]
    public async Task The_runtime_identifiers_that_a_project_publishes_for_are_its_platforms()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + "<PropertyGroup><RuntimeIdentifiers>win-x64;linux-x64;osx-arm64;linux-arm64</RuntimeIdentifiers></PropertyGroup>");

        await ContainerizeAsync(project);
    }

    [TestMethod]
    public async Task A_chosen_platform_is_the_only_one()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + TwoPlatforms);

        var result = await project.ContainerizeAsync("-r", "linux-arm64");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual("linux/arm64", ImageValidator.Check(project.Archive).Single().Platform);
    }

    [TestMethod]
    public async Task One_platform_under_two_names_is_refused()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + "<PropertyGroup><ContainerRuntimeIdentifiers>linux-x64;linux-musl-x64</ContainerRuntimeIdentifiers></PropertyGroup>");

        var result = await project.ContainerizeAsync();

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CTZ1020:");
        Assert.DoesNotContain(
            "linux-x64/hello.dll", result.Output.Replace('\\', '/'), "None of the platforms is built before that is said.");
        Assert.IsEmpty(Directory.GetFiles(project.Directory, "*.tar", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task A_project_that_this_one_refers_to_is_built_once_for_all_platforms()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + TwoPlatforms + """
            <PropertyGroup>
              <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
              <DefaultItemExcludes>$(DefaultItemExcludes);lib/**</DefaultItemExcludes>
            </PropertyGroup>
            <ItemGroup>
              <Compile Include="Program.cs" />
              <ProjectReference Include="lib/lib.csproj" />
            </ItemGroup>
            """, "System.Console.WriteLine(Lib.Text.Hello);");
        project.Write("lib/lib.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <Target Name="Tell" BeforeTargets="CoreCompile">
                <Message Importance="high" Text="LIB=$(RuntimeIdentifier)|$(ContainerRuntimeIdentifier)|$(PublishDir)" />
              </Target>
            </Project>
            """);
        project.Write("lib/Text.cs", "namespace Lib; public static class Text { public static string Hello => \"hello\"; }");

        // In parallel on machines with one processor, too.
        var result = await project.ContainerizeAsync("-o", "out", "-m:4");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(project.Archive);
        var built = result.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("LIB=", StringComparison.Ordinal))
            .ToList();
        Assert.IsNotEmpty(built);
        CollectionAssert.AllItemsAreUnique(built, result.Output);
        Assert.HasCount(built.Count, built.Where(line => line.StartsWith("LIB=||", StringComparison.Ordinal)).ToList(), result.Output);
        Assert.IsFalse(built.Any(line => line.Contains("linux-", StringComparison.Ordinal)), result.Output);
    }

    [TestMethod]
    [Requires("root", "docker-registry", "skopeo", "podman", "runc", "debootstrap")]
    public async Task A_registry_gets_the_index_and_no_tags_but_those_asked_for()
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.SeedAsync((await DebianBase.SharedAsync()).TwoPlatformLayout, "dotnet/base:10");
        using var project = await TestProject.WebAsync(TwoPlatforms + $"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Host}/dotnet/base:10</ContainerBaseImage>
              <ContainerRegistry>{registry.Host}</ContainerRegistry>
              <ContainerRepository>team/app</ContainerRepository>
            </PropertyGroup>
            """);

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual("latest", await TagsAsync(registry, "team/app"));
        foreach (var (architecture, image) in new[] { "amd64", "arm64" }.Zip(project.Info["images"]!.AsArray()))
        {
            var raw = await ProcessRunner.RunAsync(
                "skopeo", ["inspect", "--tls-verify=false", "--override-arch", architecture, $"docker://{registry.Host}/team/app:latest"]);
            var inspected = JsonNode.Parse(raw.EnsureSuccess().Output)!;
            Assert.AreEqual(architecture, (string?)inspected["Architecture"]);
            Assert.AreEqual((string?)image!["layers"]!.AsArray()[^1]!["digest"], (string?)inspected["Layers"]!.AsArray()[^1]);
        }

        await using (var podman = await Podman.StartAsync())
        {
            (await podman.RunAsync("pull", "-q", "--tls-verify=false", $"{registry.Host}/team/app:latest")).EnsureSuccess();
            Assert.AreEqual("hello", await podman.AskAsync($"{registry.Host}/team/app:latest", FreePort.Find()));
        }

        var tagged = await project.ContainerizeAsync("-p:ContainerizePlatformTags=true", "-p:ContainerImageTag=1.0");

        Assert.AreEqual(0, tagged.ExitCode, tagged.Output);
        Assert.AreEqual("1.0 1.0-linux-arm64 1.0-linux-x64 latest", await TagsAsync(registry, "team/app"));
    }

    private static async Task<string> TagsAsync(RegistryServer registry, string repository)
    {
        var list = await ProcessRunner.RunAsync("skopeo", ["list-tags", "--tls-verify=false", $"docker://{registry.Host}/{repository}"]);
        return string.Join(' ', JsonNode.Parse(list.EnsureSuccess().Output)!["Tags"]!.AsArray().Select(tag => (string?)tag)
            .Order(StringComparer.Ordinal));
    }
}
