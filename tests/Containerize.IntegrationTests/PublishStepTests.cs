using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Steps of a project that write into the publish directory, without an item that says so.</summary>
[TestClass]
internal sealed class PublishStepTests
{
    private static readonly string[] s_made = ["app/copied.txt", "app/lines.txt", "app/program.txt", "app/kept.txt", "app/skipped.txt",
        "app/link"];

    [TestMethod]
    public async Task What_steps_of_the_publish_write_is_expected_and_what_lay_there_is_not()
    {
        using var project = await TestProject.ConsoleAsync("""
            <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            <Target Name="Late" AfterTargets="Publish">
              <Copy SourceFiles="copied.txt" DestinationFolder="$(PublishDir)" />
              <WriteLinesToFile File="$(PublishDir)lines.txt" Lines="late" Overwrite="true" />
              <Exec Command="echo late &gt; $(PublishDir)program.txt" />
              <Copy SourceFiles="copied.txt" DestinationFiles="$(PublishDir)kept.txt" SkipUnchangedFiles="true" />
              <Copy SourceFiles="copied.txt" DestinationFiles="$(PublishDir)skipped.txt" SkipUnchangedFiles="true" />
              <Exec Command="ln -s hello.dll $(PublishDir)link" Condition="!Exists('$(PublishDir)link')" />
              <PropertyGroup>
                <Kept>$([MSBuild]::NormalizePath('$(MSBuildProjectDirectory)', '$(PublishDir)', 'kept.txt'))</Kept>
              </PropertyGroup>
              <ItemGroup><FileWrites Include="$(Kept)" /></ItemGroup>
            </Target>
            """);
        File.SetLastWriteTimeUtc(project.Write("copied.txt", "copied"), DateTime.UtcNow.AddYears(-1));

        var first = await project.ContainerizeAsync();

        Assert.AreEqual(0, first.ExitCode, first.Output);
        Assert.DoesNotContain("CTZ1007", first.Output);
        var image = ImageValidator.Check(project.Archive).Single();
        Assert.IsTrue(s_made.All(path => image.Find(path) is not null), first.Output);

        var stale = project.Write("bin/Release/net10.0/publish/by-hand.txt", "stale");
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.IsTrue(File.Exists(stale));
        var second = await project.ContainerizeAsync();

        Assert.AreEqual(0, second.ExitCode, second.Output);
        StringAssert.Contains(
            second.Output, "warning CTZ1007: The publish directory holds a file that this publish did not produce: 'by-hand.txt'");
    }

    [TestMethod]
    public async Task What_a_step_copies_over_a_published_file_is_in_the_image()
    {
        using var project = await TestProject.ConsoleAsync("""
            <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            <ItemGroup><None Include="appsettings.json" CopyToOutputDirectory="PreserveNewest" /></ItemGroup>
            <Target Name="Late" AfterTargets="Publish">
              <Copy SourceFiles="deploy/appsettings.json" DestinationFolder="$(PublishDir)" SkipUnchangedFiles="$(Skips)" />
            </Target>
            """);
        project.Write("appsettings.json", "of the project");
        File.SetLastWriteTimeUtc(project.Write("deploy/appsettings.json", "of the step"), DateTime.UtcNow.AddYears(-1));

        foreach (var skips in new[] { "false", "false", "true" })
        {
            var result = await project.ContainerizeAsync($"-p:Skips={skips}");

            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.DoesNotContain("another file", result.Output);
            var image = ImageValidator.Check(project.Archive).Single();
            Assert.AreEqual("of the step", image.Get("app/appsettings.json").ReadAllText(), result.Output);
        }
    }

    [TestMethod]
    [DataRow("PackageReference", "ContainerizeOnPublish=true")]
    [DataRow("SdkElement", "ContainerizeOnPublish=true")]
    [DataRow("Path", "PublishProfile=DefaultContainer")]
    public async Task An_image_of_a_publish_has_what_steps_of_all_files_write_after_it(string use, string property)
    {
        const string Step = """
            <Target Name="$NAME" AfterTargets="Publish">
              <WriteLinesToFile File="$(PublishDir)$NAME.txt" Lines="$(Text)" Overwrite="true" />
            </Target>
            """;
        static string StepOf(string name) => Step.Replace("$NAME", name, StringComparison.Ordinal);
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>" + StepOf("OfProject"),
            use: Enum.Parse<SdkUse>(use));
        var import = use == nameof(SdkUse.Path) ? $"""<Import Project="{Repository.SdkDirectory}/Sdk/Sdk.targets" />""" : "";
        project.Write("Directory.Build.targets", $"<Project>{import}{StepOf("OfDirectory")}</Project>");
        var late = project.Write("late.targets", $"<Project>{StepOf("OfCaller")}</Project>");
        using var output = new TemporaryDirectory();

        foreach (var text in new[] { "first", "second" })
        {
            var result = await project.RunAsync(
                "publish", $"-p:{property}", $"-p:Text={text}", $"-p:ContainerArchiveOutputPath={output["app.tar"]}",
                $"-p:CustomAfterDirectoryBuildTargets={late}");

            Assert.AreEqual(0, result.ExitCode, result.Output);
            var image = ImageValidator.Check(output["app.tar"]).Single();
            foreach (var name in new[] { "OfProject", "OfDirectory", "OfCaller" })
            {
                Assert.AreEqual(text + "\n", image.Get($"app/{name}.txt").ReadAllText(), result.Output);
            }
        }
    }
}
