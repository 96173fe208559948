using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>What is done beside the compiler decides nothing, and is done for what the build then wants.</summary>
[TestClass]
internal sealed class AheadTests
{
    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>
        """;

    [TestMethod]
    [DataRow("-m:1")]
    [DataRow("-m")]
    [DataRow("-graph")]
    public async Task The_layer_of_packages_is_the_one_that_is_made_ahead_and_the_image_is_the_same_without(string how)
    {
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body, host: BuildHost.OwnProcess);
        var result = await RunAsync(project, machine, how);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var digest = project.Digest;

        var ahead = await File.ReadAllLinesAsync(Remembered(project, "ahead.txt").Single());
        var published = await File.ReadAllLinesAsync(Remembered(project, "published.txt").Single());
        StringAssert.EndsWith(published[1], "dependencies");
        Assert.AreEqual(published[1].Split(' ')[0], ahead[2], "What was expected is what was published.");

        using var other = new TemporaryDirectory();
        Directory.Delete(Path.Combine(project.Directory, "obj", "Release"), recursive: true);
        Directory.Delete(Path.Combine(project.Directory, "bin"), recursive: true);
        result = await RunAsync(project, other, how, "-p:ContainerizeWorkAhead=false");
        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual(digest, project.Digest);
        Assert.IsEmpty(Remembered(project, "ahead.txt"));
    }

    [TestMethod]
    public async Task A_compile_that_fails_fails_alone_and_leaves_nothing_half_written()
    {
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body, host: BuildHost.OwnProcess);
        project.Write("Program.cs", "this is not C#");

        var result = await RunAsync(project, machine);

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "error CS");
        Assert.IsFalse(result.Output.Contains("CTZ", StringComparison.Ordinal), result.Output);
        project.Write("Program.cs", TestProject.ConsoleProgram);
        result = await RunAsync(project, machine);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.IsEmpty(Directory.GetFiles(machine["cache/tmp"]));
    }

    [TestMethod]
    public async Task A_base_is_read_while_packages_are_restored()
    {
        // The restore ends only when the image's layers are in the cache: nothing but the restore can have fetched them.
        const string Waits = """
            <Target Name="WaitForBase" AfterTargets="Restore" Condition="'$(MSBuildIsRestoring)' == 'true'">
              <Exec
                Command="for i in %24(seq 600); do ls $(ContainerizeCacheDirectory)/trees/* &amp;&amp; exit 0; sleep 0.1; done; exit 1" />
            </Target>
            """;
        using var machine = new TemporaryDirectory();
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("base", "1", TestImage.Create());
        using var project = await TestProject.ConsoleAsync(
            $"<PropertyGroup><ContainerBaseImage>{registry.Authority}/base:1</ContainerBaseImage></PropertyGroup>{Waits}",
            host: BuildHost.OwnProcess);

        var result = await RunAsync(
            project,
            machine,
            $"-p:ContainerizeInsecureRegistries={registry.Authority}",
            "-p:ContainerizeStartCheck=None",
            $"-p:ContainerRegistry={registry.Authority}");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(registry, "hello", "latest", baseLayers: 1);
    }

    [TestMethod]
    public async Task The_registry_of_the_last_image_is_asked_for_it_before_the_build_asks()
    {
        using var machine = new TemporaryDirectory();
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("base", "1", TestImage.Create());
        using var project = await TestProject.ConsoleAsync(
            $"<PropertyGroup><ContainerBaseImage>{registry.Authority}/base:1</ContainerBaseImage></PropertyGroup>",
            host: BuildHost.OwnProcess);
        async Task<int> CountAsync(params string[] more)
        {
            registry.ClearRequests();
            var result = await RunAsync(
                project,
                machine,
                [
                    $"-p:ContainerizeInsecureRegistries={registry.Authority}",
                    "-p:ContainerizeStartCheck=None",
                    $"-p:ContainerRegistry={registry.Authority}",
                    .. more,
                ]);
            Assert.AreEqual(0, result.ExitCode, result.Output);
            return registry.RequestsTo(RequestKind.Manifest, "HEAD").Count(request => request.Repository == "hello");
        }

        await CountAsync();
        var digest = project.Digest;

        Assert.AreEqual(2, await CountAsync(), "While the project is compiled, and when the image is built.");
        Assert.IsEmpty(registry.RequestsTo(RequestKind.Manifest, "PUT"));
        Assert.AreEqual(1, await CountAsync("-p:ContainerizeWorkAhead=false"));
        Assert.AreEqual(digest, project.Digest);
        Assert.AreEqual(1, await CountAsync("-t:ContainerizeExplain"), "What is only compared is not looked for ahead.");
        ImageValidator.Check(registry, "hello", "latest", baseLayers: 1);
    }

    [TestMethod]
    public async Task An_archive_is_begun_where_one_will_most_likely_be_written()
    {
        using var machine = new TemporaryDirectory();
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("base", "1", TestImage.Create(TestLayer.OfSize(1_000_000)));
        using var project = await TestProject.ConsoleAsync(
            Body.Replace(">scratch<", $">{registry.Authority}/base:1<", StringComparison.Ordinal), host: BuildHost.OwnProcess);
        async Task<string> BuildAsync(params string[] more)
        {
            string[] all =
                ["-v:detailed", $"-p:ContainerizeInsecureRegistries={registry.Authority}", "-p:ContainerizeStartCheck=None", .. more];
            var result = await RunAsync(project, machine, all);
            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.IsEmpty(Remembered(project, ".*.tmp"));
            return result.Output;
        }

        StringAssert.Contains(await BuildAsync(), "1 MB of the archive", "The first one begins with the base.");
        var first = project.Digest;
        ImageValidator.Check(project.Archive, baseLayers: 1);

        var unchanged = await BuildAsync();
        StringAssert.Contains(unchanged, "holds this image already");
        Assert.IsFalse(IsBegun(unchanged));

        project.Write("Program.cs", TestProject.ConsoleProgram + "// changed\nSystem.Console.WriteLine(1);");
        StringAssert.Contains(await BuildAsync(), "of the archive", "After a change it begins with the layers that were there.");
        Assert.AreNotEqual(first, project.Digest);
        var begun = await File.ReadAllBytesAsync(project.Archive);

        File.Delete(project.Archive);
        Assert.DoesNotContain("of the archive", await BuildAsync("-p:ContainerizeWorkAhead=false"));
        CollectionAssert.AreEqual(begun, await File.ReadAllBytesAsync(project.Archive), "It is the one that is written at once.");
        ImageValidator.Check(project.Archive, baseLayers: 1);
    }

    [TestMethod]
    [DataRow("-p:ContainerRegistry=localhost:1", DisplayName = "a registry")]
    [DataRow("-p:ContainerizeLayoutDirectory=layout", DisplayName = "a layout")]
    [DataRow("-p:ContainerArchiveOutputPath=app.tgz", DisplayName = "an archive in gzip")]
    public async Task Where_no_plain_archive_is_wanted_none_is_begun(string destination)
    {
        using var machine = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Body, host: BuildHost.OwnProcess);

        var result = await RunAsync(project, machine, "-v:detailed", destination);

        Assert.IsTrue(result.Output.Contains("Target \"_ContainerizeWriteArchiveAhead\"", StringComparison.Ordinal));
        Assert.IsFalse(IsBegun(result.Output));
    }

    private static bool IsBegun(string output) => output.Contains("Done executing task \"WriteArchiveAhead\"", StringComparison.Ordinal);

    private static string[] Remembered(TestProject project, string name) =>
        Directory.GetFiles(Path.Combine(project.Directory, "obj"), name, SearchOption.AllDirectories);

    private static Task<ProcessResult> RunAsync(TestProject project, TemporaryDirectory machine, params string[] arguments) =>
        project.ContainerizeAsync([.. arguments, $"-p:ContainerizeCacheDirectory={machine["cache"]}"]);
}
