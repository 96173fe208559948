using Containerize.IntegrationTests.Tools;
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
}
