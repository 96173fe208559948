using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The cache of the whole command: what it must not touch, and what it must not wait for.</summary>
[TestClass]
internal sealed class CacheTests : IDisposable
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    private readonly TemporaryDirectory _machine = new();

    public void Dispose() => _machine.Dispose();

    [TestMethod]
    public async Task A_folder_of_the_user_is_refused_as_a_cache_and_nothing_in_it_changes()
    {
        var file = _machine.Write("home/photos/2019.raw", "of the user");
        var blob = _machine.Write($"home/blobs/sha256/{new string('a', 64)}", "of another tool");
        foreach (var old in new[] { file, blob })
        {
            File.SetLastAccessTimeUtc(old, DateTime.UtcNow.AddYears(-1));
            File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddYears(-1));
        }

        using var project = await TestProject.ConsoleAsync(Scratch);
        var cache = $"-p:ContainerizeCacheDirectory={_machine["home"]}";
        var built = await project.ContainerizeAsync(cache);
        var pruned =
            await project.RunAsync("build", "-t:ContainerizePrune", cache, "-p:ContainerizeCacheMaxSize=0", "-p:ContainerizeCacheMaxAge=0");

        Assert.AreEqual(0, built.ExitCode, built.Output);
        StringAssert.Contains(built.Output, "warning CTZ4003");
        Assert.AreNotEqual(0, pruned.ExitCode, pruned.Output);
        StringAssert.Contains(pruned.Output, "error CTZ4003");
        CollectionAssert.AreEquivalent(new[] { file, blob }, Directory.GetFiles(_machine["home"], "*", SearchOption.AllDirectories));
        ImageValidator.Check(project.Archive);
    }

    [TestMethod]
    [DataRow("deleted", "once", true)]
    [DataRow("emptied", "once", true)]
    [DataRow("emptied", "always", false)]
    public async Task A_layer_that_is_damaged_between_building_and_publishing_is_made_again_once(string what, string when, bool isPublished)
    {
        using var project = await TestProject.ConsoleAsync(Scratch + $"""
            <Target Name="Damage" AfterTargets="_ContainerizeFetchBaseAndBuild"
                    Condition="'$(_ContainerizeIsRepair)' == '' or '{when}' == 'always'">
              <ItemGroup><Layer Include="$(ContainerizeCacheDirectory)/blobs/sha256/*" /></ItemGroup>
              <Delete Files="@(Layer)" />
              <Touch Condition="'{what}' == 'emptied'" Files="@(Layer)" AlwaysCreate="true" />
            </Target>
            """);

        var result = await project.ContainerizeAsync($"-p:ContainerizeCacheDirectory={_machine["cache"]}");

        Assert.AreEqual(isPublished, result.ExitCode == 0, result.Output);
        Assert.AreEqual(1, result.Output.Split("The image is built again.").Length - 1, result.Output);
        StringAssert.Contains(result.Output, _machine["cache/blobs"]);
        Assert.AreEqual(!isPublished, result.Output.Contains("error CTZ2006", StringComparison.Ordinal), result.Output);
        if (isPublished)
        {
            ImageValidator.Check(project.Archive);
        }
    }

    [TestMethod]
    [DataRow("once", true)]
    [DataRow("always", false)]
    public async Task The_image_of_a_build_at_the_same_time_is_never_published_for_this_one(string when, bool isPublished)
    {
        using var project = await TestProject.ConsoleAsync(Scratch + $"""
            <Target Name="BuildAnother" AfterTargets="_ContainerizeFetchBaseAndBuild"
                    Condition="'$(IsAnother)' == '' and ('$(_ContainerizeIsRepair)' == '' or '{when}' == 'always')">
              <MSBuild Projects="$(MSBuildProjectFullPath)" Targets="ContainerizeExplain"
                       Properties="NoBuild=true;IsAnother=true;Again=$(_ContainerizeIsRepair);ContainerUser=1234" />
            </Target>
            """);

        var result = await project.ContainerizeAsync("-p:ContainerUser=5678", $"-p:ContainerizeCacheDirectory={_machine["cache"]}");

        Assert.AreEqual(isPublished, result.ExitCode == 0, result.Output);
        Assert.AreEqual(1, result.Output.Split("The image is built again.").Length - 1, result.Output);
        Assert.AreEqual(!isPublished, result.Output.Contains("error CTZ2004", StringComparison.Ordinal), result.Output);
        if (isPublished)
        {
            Assert.AreEqual("5678", ImageValidator.Check(project.Archive).Single().Settings["User"]!.GetValue<string>());
        }
    }

    [TestMethod]
    public async Task An_image_that_is_made_again_has_the_tag_that_the_build_told()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <Target Name="Damage" AfterTargets="_ContainerizeFetchBaseAndBuild" Condition="'$(_ContainerizeIsRepair)' == ''">
              <ItemGroup><Layer Include="$(ContainerizeCacheDirectory)/blobs/sha256/*" /></ItemGroup>
              <Delete Files="@(Layer)" />
              <!-- The tag holds the second. -->
              <Exec Command="sleep 1.1" />
            </Target>
            <Target Name="Tell" AfterTargets="Containerize" Condition="'$(_ContainerizeIsRepair)' == ''">
              <Message Importance="high" Text="TOLD=@(GeneratedContainerName)" />
            </Target>
            """);

        var result = await project.ContainerizeAsync(
            $"-p:ContainerizeCacheDirectory={_machine["cache"]}", "-p:AutoGenerateImageTag=true");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        StringAssert.Contains(result.Output, "The image is built again.");
        StringAssert.Contains(result.Output, $"TOLD={project.Info["names"]![0]}");
    }

    [TestMethod]
    [Requires("mkfifo")]
    public async Task Pipes_in_the_place_of_every_file_of_cache_and_project_hold_no_build()
    {
        using var project = await TestProject.ConsoleAsync(Scratch, host: BuildHost.OwnProcess);
        var cache = $"-p:ContainerizeCacheDirectory={_machine["cache"]}";
        var first = await project.ContainerizeAsync(cache);
        Assert.AreEqual(0, first.ExitCode, first.Output);
        var digest = project.Digest;
        string[] places = [_machine["cache"],
            .. Directory.GetDirectories(Path.Combine(project.Directory, "obj"), "containerize", SearchOption.AllDirectories)];
        foreach (var file in places.SelectMany(place => Directory.GetFiles(place, "*", SearchOption.AllDirectories)))
        {
            await SpecialFile.PutAsync(SpecialFile.Pipe, file);
        }

        var second = await project.ContainerizeAsync(cache);
        var pruned = await project.RunAsync("build", "-t:ContainerizePrune", cache);

        Assert.AreEqual(0, second.ExitCode, second.Output);
        Assert.AreEqual(0, pruned.ExitCode, pruned.Output);
        Assert.AreEqual(digest, project.Digest);
        ImageValidator.Check(project.Archive);
    }

    [TestMethod]
    [DataRow("-v:diag", true)]
    [DataRow("-flp:v=diag;logfile=build.log", true, "-fl")]
    [DataRow("-v:detailed", false)]
    public async Task A_password_that_a_diagnostic_log_will_hold_is_told(string verbosity, bool isLogged, string more = "-nologo")
    {
        using var project = await TestProject.ConsoleAsync(Scratch, host: BuildHost.OwnProcess);
        var environment = new Dictionary<string, string?>
        {
            ["DOTNET_CONTAINER_REGISTRY_UNAME"] = "ada",
            ["DOTNET_CONTAINER_REGISTRY_PWORD"] = "not-so-secret",
        };

        var result = await project.ContainerizeAsync(environment, verbosity, more);

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual(isLogged, result.Output.Contains("warning CTZ3010", StringComparison.Ordinal), "The warning");
        var log = Path.Combine(project.Directory, "build.log");
        var logged = File.Exists(log) ? await File.ReadAllTextAsync(log) : result.Output;
        Assert.AreEqual(isLogged, logged.Contains("not-so-secret", StringComparison.Ordinal), "What MSBuild does");
    }
}
