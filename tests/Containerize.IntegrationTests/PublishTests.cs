using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Every way to publish, through the real SDK, into an image without a base.</summary>
[TestClass]
internal sealed class PublishTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";
    private const string Package = """<ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>""";

    private static async Task<ValidatedImage> ContainerizeAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        // Each tag is an entry of its own for the same image.
        return ImageValidator.Check(project.Archive).Images.DistinctBy(image => image.Descriptor.Digest).Single();
    }

    private static List<string> Names(TestProject project) =>
        [.. project.Info["layers"]!.AsArray().Select(layer => layer!["name"]!.GetValue<string>())];

    [TestMethod]
    public async Task A_framework_dependent_app_has_a_layer_of_packages_and_one_of_its_own()
    {
        using var project = await TestProject.WebAsync(Scratch + Package);

        var image = await ContainerizeAsync(project);

        CollectionAssert.AreEqual(new[] { "dependencies", "app" }, Names(project));
        CollectionAssert.Contains(image.Layers[0].Paths.ToList(), "app/Humanizer.dll");
        CollectionAssert.Contains(image.Layers[1].Paths.ToList(), "app/hello.dll");
        Assert.AreEqual("""["dotnet","/app/hello.dll"]""", image.Settings["Entrypoint"]!.ToJsonString());
        Assert.AreEqual("/app", (string?)image.Settings["WorkingDir"]);
    }

    [TestMethod]
    public async Task A_self_contained_app_has_its_runtime_in_the_lowest_layer()
    {
        using var project = await TestProject.WebAsync(Scratch + Package);

        var image = await ContainerizeAsync(project, "-r", "linux-x64", "--self-contained");

        CollectionAssert.AreEqual(new[] { "runtime", "dependencies", "app" }, Names(project));
        CollectionAssert.IsSubsetOf(
            new[] { "app/System.Private.CoreLib.dll", "app/libcoreclr.so", "app/Microsoft.AspNetCore.dll" },
            image.Layers[0].Paths.ToList());
        Assert.AreEqual("""["/app/hello"]""", image.Settings["Entrypoint"]!.ToJsonString());
        Assert.AreEqual("755", Convert.ToString((int)image.Get("app/hello").Mode, 8));
        Assert.AreEqual("644", Convert.ToString((int)image.Get("app/hello.dll").Mode, 8));
        Assert.IsTrue(image.Layers.SelectMany(layer => layer.Entries).All(entry => entry is { Uid: 0, Gid: 0 }));
    }

    [TestMethod]
    [DataRow("PublishReadyToRun")]
    [DataRow("PublishTrimmed")]
    public async Task Compiled_or_trimmed_assemblies_stay_in_the_layers_of_their_packages(string property)
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + Package, """System.Console.WriteLine(Humanizer.StringHumanizeExtensions.Humanize("SomeText"));""");

        var image = await ContainerizeAsync(project, "-r", "linux-x64", "--self-contained", $"-p:{property}=true");

        CollectionAssert.AreEqual(new[] { "runtime", "dependencies", "app" }, Names(project));
        CollectionAssert.Contains(image.Layers[1].Paths.ToList(), "app/Humanizer.dll");
        CollectionAssert.Contains(image.Layers[2].Paths.ToList(), "app/hello.dll");
    }

    [TestMethod]
    [DataRow("PublishSingleFile")]
    [DataRow("PublishAot")]
    [Requires("cc")]
    public async Task A_single_file_or_native_app_is_one_layer_and_says_so_once(string property)
    {
        using var project = await TestProject.ConsoleAsync(Scratch + Package);

        var result = await project.ContainerizeAsync("-r", "linux-x64", $"-p:{property}=true", "--self-contained");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive).Single();
        CollectionAssert.AreEqual(new[] { "app" }, Names(project));
        Assert.IsNotNull(image.Find("app/hello"));
        Assert.AreEqual(2, result.Output.Split("all of it is one layer").Length, result.Output);
        Assert.DoesNotContain("CTZ1007", result.Output, result.Output);
    }

    [TestMethod]
    public async Task Web_assets_satellites_settings_and_odd_names_all_arrive()
    {
        using var project = await TestProject.WebAsync(Scratch + """
            <ItemGroup>
              <None Include="data/**" CopyToPublishDirectory="PreserveNewest" />
              <None Include="run.sh" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            """);
        var longName = string.Join('/', Enumerable.Repeat(new string('d', 60), 5)) + "/deep.txt";
        project.Write("appsettings.json", "{}");
        project.Write("wwwroot/site.css", "body {}");
        project.Write(
            "Texts.de.resx",
            """<root><resheader name="resmimetype"><value>text/microsoft-resx</value></resheader><resheader name="version">""" +
                """<value>2.0</value></resheader><resheader name="reader"><value>System.Resources.ResXResourceReader</value>""" +
                """</resheader><resheader name="writer"><value>System.Resources.ResXResourceWriter</value></resheader><data name="a">""" +
                """<value>b</value></data></root>""");
        project.Write("data/with spaces.txt", "spaces");
        project.Write("data/grüße-日本.txt", "umlauts");
        project.Write("data/" + longName, "deep");
        var script = new FileInfo(project.Write("run.sh", "#!/bin/sh\n"));
        if (!OperatingSystem.IsWindows())
        {
            script.UnixFileMode |= UnixFileMode.UserExecute;
        }

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.DoesNotContain("CTZ1007", result.Output, "Everything was produced by this publish.");
        var image = ImageValidator.Check(project.Archive).Single();
        foreach (
            var path in new[]
            {
                "appsettings.json",
                "wwwroot/site.css",
                "wwwroot/site.css.gz",
                "de/hello.resources.dll",
                "data/with spaces.txt",
                "data/grüße-日本.txt",
                "data/" + longName,
                "hello.staticwebassets.endpoints.json",
            })
        {
            Assert.IsNotNull(image.Find("app/" + path), path);
        }

        Assert.AreEqual("spaces", image.Get("app/data/with spaces.txt").ReadAllText());
        Assert.AreEqual("755", Convert.ToString((int)image.Get("app/run.sh").Mode, 8));
    }

    [TestMethod]
    public async Task Files_of_no_publish_are_in_the_image_and_named_in_one_warning()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        await ContainerizeAsync(project);
        var publish = Directory.GetDirectories(Path.Combine(project.Directory, "bin"), "publish", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(Path.Combine(publish, "by-hand.txt"), "by hand");
        File.CreateSymbolicLink(Path.Combine(publish, "link.txt"), "by-hand.txt");

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "warning CTZ1007");
        StringAssert.Contains(result.Output, "'by-hand.txt', 'link.txt'");
        var image = ImageValidator.Check(project.Archive).Single();
        Assert.AreEqual("by hand", image.Get("app/by-hand.txt").ReadAllText());
        Assert.AreEqual("by-hand.txt", image.Layers[^1].Entries.Single(entry => entry.Path == "app/link.txt").LinkTarget);
    }

    [TestMethod]
    public async Task Settings_of_the_project_become_settings_of_the_image()
    {
        using var project = await TestProject.WebAsync(Scratch + """
            <PropertyGroup>
              <ContainerRepository>team/shop</ContainerRepository>
              <ContainerImageTags>1.2;latest</ContainerImageTags>
              <ContainerUser>1000:1000</ContainerUser>
              <ContainerWorkingDirectory>/srv/shop/</ContainerWorkingDirectory>
              <Description>Sells; things = "all" of them</Description>
            </PropertyGroup>
            <ItemGroup>
              <ContainerPort Include="5000" Type="udp" />
              <ContainerEnvironmentVariable Include="ASPNETCORE_URLS" Value="http://*:8081;https://+:8443" />
              <ContainerEnvironmentVariable Include="GREETING" Value="a=b; c:d" />
              <ContainerLabel Include="org.example.label" Value="x;y=z" />
              <ContainerDefaultArgs Include="--verbose" />
            </ItemGroup>
            """);

        var image = await ContainerizeAsync(project);

        Assert.AreEqual("1000:1000", (string?)image.Settings["User"]);
        Assert.AreEqual("/srv/shop", (string?)image.Settings["WorkingDir"]);
        Assert.AreEqual("""["dotnet","/srv/shop/hello.dll"]""", image.Settings["Entrypoint"]!.ToJsonString());
        Assert.AreEqual("""["--verbose"]""", image.Settings["Cmd"]!.ToJsonString());
        CollectionAssert.AreEquivalent(new[] { "5000/udp", "8081/tcp", "8443/tcp" }, image.Settings["ExposedPorts"]!.AsObject()
            .Select(port => port.Key).ToList());
        CollectionAssert.Contains(image.Settings["Env"]!.AsArray().Select(variable => (string?)variable).ToList(), "GREETING=a=b; c:d");
        Assert.AreEqual("x;y=z", (string?)image.Settings["Labels"]!["org.example.label"]);
        Assert.AreEqual("Sells; things = \"all\" of them", (string?)image.Settings["Labels"]!["org.opencontainers.image.description"]);
        Assert.IsNull(image.Settings["Labels"]!["org.opencontainers.image.created"], "A clock would make every build another image.");
        CollectionAssert.AreEqual(new[] { "team/shop:1.2", "team/shop:latest" }, project.Info["names"]!.AsArray()
            .Select(name => (string?)name).ToList());
    }

    [TestMethod]
    public async Task Outputs_follow_the_SDKs_names_and_reach_later_targets()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <Target Name="ShowOutputs" AfterTargets="Containerize">
              <PropertyGroup>
                <Shown>DIGEST=$(GeneratedContainerDigest) TYPE=$(GeneratedContainerMediaType)</Shown>
                <Shown>$(Shown) ARCHIVE=$(GeneratedArchiveOutputPath) NAMES=@(GeneratedContainerName)</Shown>
              </PropertyGroup>
              <Message Importance="high" Text="$(Shown)" />
              <Error Condition="'$(GeneratedContainerManifest)' == ''" Text="an output is missing" />
              <Error Condition="'$(GeneratedContainerConfiguration)' == ''" Text="an output is missing" />
              <Error Condition="'%(GeneratedContainer.ManifestDigest)' != '$(GeneratedContainerDigest)'" Text="an output is missing" />
            </Target>
            """);

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(
            result.Output,
            $"DIGEST={project.Digest} TYPE=application/vnd.oci.image.manifest.v1+json ARCHIVE={project.Archive} NAMES=hello:latest");
        var digestFile = Directory.GetFiles(Path.Combine(project.Directory, "obj"), "image.digest", SearchOption.AllDirectories).Single();
        Assert.AreEqual(project.Digest, (await File.ReadAllTextAsync(digestFile)).Trim());
    }

    [TestMethod]
    public async Task Dockers_format_is_made_when_asked_for()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);

        var image = await ContainerizeAsync(project, "-p:ContainerImageFormat=Docker");

        Assert.AreEqual("application/vnd.docker.distribution.manifest.v2+json", (string?)image.Manifest["mediaType"]);
        Assert.AreEqual("application/vnd.docker.image.rootfs.diff.tar.gzip", (string?)image.Manifest["layers"]![0]!["mediaType"]);
    }

    [TestMethod]
    public async Task An_archive_and_a_layout_go_where_the_project_wants_them()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);

        var result = await project.ContainerizeAsync(
            "-p:ContainerArchiveOutputPath=out/", "-p:ContainerizeLayoutDirectory=layout", "-o", "published");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var archived = ImageValidator.Check(Path.Combine(project.Directory, "out", "hello.tar")).Single();
        var laidOut = ImageValidator.Check(Path.Combine(project.Directory, "layout")).Single();
        Assert.AreEqual(archived.Descriptor.Digest, laidOut.Descriptor.Digest);
    }

    [TestMethod]
    public async Task An_archive_inside_the_publish_directory_is_not_part_of_the_image()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        string[] arguments = ["-o", "published", "-p:ContainerArchiveOutputPath=published/"];
        await project.ContainerizeAsync(arguments);
        var first = project.Digest;

        var second = await project.ContainerizeAsync(arguments);

        Assert.AreEqual(0, second.ExitCode, second.Output);
        Assert.AreEqual(first, project.Digest);
    }
}
