using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Archives whose place the project does not choose.</summary>
[TestClass]
internal sealed class ArchivePlaceTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    [TestMethod]
    public async Task With_the_artifacts_layout_each_configuration_and_runtime_has_an_archive_of_its_own()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        project.Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup>
              <Import Project="{Repository.SdkDirectory}/Sdk/Sdk.props" />
            </Project>
            """);
        var made = new Dictionary<string, Digest>();
        foreach (var (configuration, runtime) in new[] { ("Release", "linux-x64"), ("Release", "linux-arm64"), ("Debug", "linux-x64") })
        {
            var result = await project.ContainerizeAsync("-c", configuration, "-r", runtime);

            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.DoesNotContain("CTZ1037", result.Output);
            var archive = Archives(project.Directory).Except(made.Keys).Single();
            var image = ImageValidator.Check(archive).Single();
            Assert.AreEqual(runtime == "linux-x64" ? "linux/amd64" : "linux/arm64", image.Platform);
            made.Add(archive, image.Descriptor.Digest);
        }

        Assert.HasCount(3, made.Values.Distinct().ToList());
        foreach (var (archive, digest) in made)
        {
            Assert.AreEqual(digest, ImageValidator.Check(archive).Single().Descriptor.Digest, "No later publish changed it.");
        }
    }

    [TestMethod]
    [DataRow("ContainerRegistry", "\n      \n    ")]
    [DataRow("ContainerRegistry", "$(RegistryA);$(RegistryB)")]
    [DataRow("LocalRegistry", "  ")]
    [DataRow("ContainerizeLayoutDirectory", "\n    ")]
    public async Task Blanks_and_variables_that_are_not_set_name_no_destination(string property, string value)
    {
        using var project = await TestProject.ConsoleAsync(
            $"{Scratch}<PropertyGroup><{property}>{value}</{property}>"
            + "<ContainerWorkingDirectory>\n  /srv/app \n</ContainerWorkingDirectory></PropertyGroup>");

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive).Single();
        Assert.AreEqual("""["dotnet","/srv/app/hello.dll"]""", image.Settings["Entrypoint"]!.ToJsonString());
        Assert.AreNotEqual(0, image.Get("srv/app/hello.dll").ReadAllBytes().Length);
    }

    [TestMethod]
    public async Task Documents_beside_an_archive_in_the_project_are_no_content_of_the_next_image_and_clean_removes_those_in_bin()
    {
        using var project = await TestProject.WebAsync(Scratch);
        string[] arguments = ["-p:ContainerArchiveOutputPath=out/app.tar", "-p:ContainerizeSbom=spdx", "-p:ContainerizeProvenance=true"];
        await project.ContainerizeAsync(arguments);
        var first = project.Digest;

        var second = await project.ContainerizeAsync(arguments);

        Assert.AreEqual(0, second.ExitCode, second.Output);
        Assert.IsTrue(File.Exists(Path.Combine(project.Directory, "out", "app.spdx.json")));
        Assert.AreEqual(first, project.Digest);

        var beside = await project.ContainerizeAsync("-p:ContainerizeSbom=spdx");
        var bill = Path.ChangeExtension(project.Archive, "spdx.json");
        Assert.AreEqual(0, beside.ExitCode, beside.Output);
        Assert.IsTrue(File.Exists(bill));
        var clean = await project.RunAsync("clean", "-c", "Release");
        Assert.AreEqual(0, clean.ExitCode, clean.Output);
        Assert.IsFalse(File.Exists(bill));
    }

    [TestMethod]
    public async Task Two_projects_that_publish_below_one_directory_are_told_when_their_archives_meet()
    {
        using var shared = new TemporaryDirectory();
        using var first = await TestProject.ConsoleAsync(Scratch);
        using var second = await TestProject.ConsoleAsync(Scratch, "System.Console.WriteLine(2);");
        await PublishAsync(first, $"-p:PublishDir={shared["one"]}/");

        var warned = await PublishAsync(second, $"-p:PublishDir={shared["two"]}/");

        foreach (var named in new[] { "warning CTZ1037:", shared["hello.tar"], Describe(first), Describe(second) })
        {
            StringAssert.Contains(warned, named);
        }

        Assert.DoesNotContain("CTZ1037", await PublishAsync(second, $"-p:PublishDir={shared["two"]}/"), "It is the second project's now.");
        StringAssert.Contains(await PublishAsync(second, $"-p:PublishDir={shared["three"]}/", "-c", "Debug"), "warning CTZ1037:");
        var asked = await PublishAsync(first, $"-p:PublishDir={shared["one"]}/", $"-p:ContainerArchiveOutputPath={shared["hello.tar"]}");
        Assert.DoesNotContain("CTZ1037", asked, "The user chose the file.");
        ImageValidator.Check(shared["hello.tar"]).Single();

        string Describe(TestProject project) => $"{project.Directory}/hello.csproj (Release, net10.0";
    }

    [TestMethod]
    public async Task Clean_removes_the_archive_of_a_platform_that_only_a_publish_assumes()
    {
        using var project = await TestProject.ConsoleAsync(
            Scratch + "<PropertyGroup><PublishReadyToRun>true</PublishReadyToRun></PropertyGroup>");
        await PublishAsync(project);
        Assert.HasCount(1, Archives(project.Directory));

        var result = await project.RunAsync("clean", "-c", "Release");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.IsEmpty(Archives(project.Directory));
    }

    [TestMethod]
    public async Task Beside_an_output_directory_lies_nothing_that_git_sees_and_clean_removes_what_is_in_bin_and_obj()
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        project.Write(".gitignore", "bin/\nobj/\nout/\n");
        (await ProcessRunner.RunAsync("git", ["init", "-q"], project.Directory)).EnsureSuccess();
        (await ProcessRunner.RunAsync("git", ["add", "-A"], project.Directory)).EnsureSuccess();
        var before = await StatusAsync();

        await PublishAsync(project, "-o", "out", "-p:ContainerizeLayoutDirectory=bin/layout");
        await PublishAsync(project, "-o", "out");

        Assert.AreEqual(before, await StatusAsync());
        ImageValidator.Check(project.Archive).Single();
        Assert.AreEqual(0, (await project.RunAsync("clean", "-c", "Release")).ExitCode);
        Assert.IsEmpty(Archives(project.Directory));
        Assert.IsFalse(Directory.Exists(Path.Combine(project.Directory, "bin", "layout")));
        Assert.IsEmpty(Directory.GetDirectories(project.Directory, "containerize", SearchOption.AllDirectories));

        async Task<string> StatusAsync() =>
            (await ProcessRunner.RunAsync("git", ["status", "--short"], project.Directory)).EnsureSuccess().Output;
    }

    [TestMethod]
    [DataRow("an image of another project")]
    [DataRow("a file of the user")]
    public async Task Clean_keeps_a_layout_that_holds_something_else(string what)
    {
        using var project = await TestProject.ConsoleAsync(Scratch);
        var layout = Path.Combine(project.Directory, "bin", "layout");
        await PublishAsync(project, "-p:ContainerizeLayoutDirectory=bin/layout");
        if (what == "a file of the user")
        {
            project.Write("bin/layout/notes/file.txt", what);
        }
        else
        {
            await PublishAsync(project, "-p:ContainerizeLayoutDirectory=bin/layout", "-p:ContainerRepository=other");
        }

        var result = await project.RunAsync("clean", "-c", "Release");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "The layout");
        ImageValidator.Check(layout);
        Assert.AreEqual(what == "a file of the user", File.Exists(Path.Combine(layout, "notes", "file.txt")));
    }

    private static async Task<string> PublishAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return result.Output;
    }

    private static string[] Archives(string directory) => Directory.GetFiles(directory, "*.tar", SearchOption.AllDirectories);
}
