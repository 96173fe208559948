using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

[TestClass]
internal sealed class DeterminismTests
{
    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>
        """;

    private static async Task<TestProject> WebWithAssetsAsync(BuildHost host = BuildHost.Server)
    {
        var project = await TestProject.WebAsync(Body, host: host);
        project.Write("wwwroot/site.css", "body { color: red }");
        project.Write("wwwroot/js/site.js", "console.log('hello');");
        project.Write("appsettings.json", "{}");
        return project;
    }

    private static async Task BuildAsync(TestProject project)
    {
        var result = await project.ContainerizeAsync("-p:ContinuousIntegrationBuild=true");
        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(project.Archive).Single();
    }

    [TestMethod]
    [Requires("git")]
    public async Task Two_clones_in_two_processes_give_the_same_image_and_the_same_archive()
    {
        using var first = await WebWithAssetsAsync(BuildHost.OwnProcess);
        using var second = await first.CloneAsync();

        await BuildAsync(first);
        await BuildAsync(second);

        Assert.AreEqual(first.Digest, second.Digest);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(first.Archive), await File.ReadAllBytesAsync(second.Archive));
    }

    [TestMethod]
    public async Task A_changed_line_changes_the_app_layer_alone()
    {
        using var project = await WebWithAssetsAsync();
        await BuildAsync(project);
        var (dependencies, app) = (project.LayerDigest("dependencies"), project.LayerDigest("app"));
        project.Write("Program.cs", TestProject.WebProgram.Replace("hello", "good evening", StringComparison.Ordinal));

        await BuildAsync(project);

        Assert.AreEqual(dependencies, project.LayerDigest("dependencies"));
        Assert.AreNotEqual(app, project.LayerDigest("app"));
    }

    [TestMethod]
    public async Task SOURCE_DATE_EPOCH_sets_the_time_of_files_image_and_label()
    {
        using var project = await WebWithAssetsAsync();

        var result = await Dotnet.RunAsync(
            project.Directory, ["publish", "-t:Containerize"], new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = "1700000000" });

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive).Single();
        Assert.AreEqual("2023-11-14T22:13:20Z", (string?)image.Config["created"]);
        Assert.AreEqual("2023-11-14T22:13:20Z", (string?)image.Settings["Labels"]!["org.opencontainers.image.created"]);
        Assert.AreEqual(1700000000, image.Get("app/hello.dll").ModificationTime.ToUnixTimeSeconds());
        StringAssert.Contains(image.Get("app/hello.staticwebassets.endpoints.json").ReadAllText(), "Tue, 14 Nov 2023 22:13:20 GMT");
    }
}
