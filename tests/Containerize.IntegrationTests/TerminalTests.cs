using System.Text.RegularExpressions;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>What a user sees of a build: on a terminal, in a quiet build, and in CI.</summary>
[TestClass]
[Requires("script")]
internal sealed class TerminalTests
{
    // The default on a terminal, which the .NET SDK turns off where it takes the caller for a program.
    private const string OnTerminal = "-tl:on";

    [TestMethod]
    public async Task A_terminal_shows_what_was_pushed_and_a_wrong_setting_before_anything_is_compiled()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
            </PropertyGroup>
            """);
        string[] publish = ["publish", OnTerminal, "-t:Containerize"];

        var (refused, failed) = await TerminalScreen.RunAsync(project.Directory, 120, [.. publish, "-p:ContainerImageTag=a b"]);

        Assert.AreEqual(1, failed);
        Assert.Contains(
            $"    {project.Directory}/hello.csproj : error CTZ1002: 'a b' is not a tag.", string.Join('\n', refused.Lines));
        var page = new Uri(refused.Links.Single(link => link.EndsWith("#ctz1002", StringComparison.Ordinal)));
        Assert.IsTrue(File.Exists(page.LocalPath), page.ToString());
        Assert.IsFalse(Directory.Exists(Path.Combine(project.Directory, "bin")), "Nothing was compiled.");

        foreach (var columns in new[] { 120, 80 })
        {
            var (screen, exitCode) = await TerminalScreen.RunAsync(project.Directory, columns, publish);

            var image = ImageValidator.Check(registry, "hello", "latest", baseLayers: 0).Single();
            var shown = string.Join('\n', screen.Lines);
            Assert.AreEqual(0, exitCode, shown);
            var result = screen.Lines.ToList().FindIndex(line => line.Contains(" → ", StringComparison.Ordinal));
            Assert.MatchesRegex(
                $@"^  hello net10\.0 succeeded \(\d+\.\ds\) → image {registry.Authority}/hello:latest \(linux/amd64\), [\d.]+ KB$",
                screen.Lines[result],
                shown);
            CollectionAssert.Contains(screen.Rows.ToList(), $"  {image.Descriptor.Digest}", "It fits into one row.");
            StringAssert.Contains(shown, $"\n  -> {registry.Authority}/hello:latest (");
            StringAssert.Contains(shown, columns == 120 ? " sent)" : "(0 B sent, ");
            Assert.IsEmpty(screen.Links.ToList(), "No word of ours is a link to nowhere.");
            Assert.IsTrue(screen.Rows.All(row => row.Length <= columns));
        }

        var (explained, _) = await TerminalScreen.RunAsync(project.Directory, 120, "publish", OnTerminal, "-t:ContainerizeExplain");
        StringAssert.Contains(
            string.Join('\n', explained.Lines),
            " → linux/amd64, compared with the image that was published last:\n  app: unchanged, in the cache");
    }

    [TestMethod]
    [DataRow(120)]
    [DataRow(80)]
    public async Task A_terminal_shows_while_it_lasts_what_takes_long(int columns)
    {
        await using var registry = await TestRegistry.StartAsync();
        // One that no test before has brought into the cache.
        registry.AddImage("base", "1", TestImage.Create(TestLayer.Of(("etc/kind", $"base for {columns} columns"))));
        registry.On(RequestKind.Manifest, "GET").Do(fault => fault.Delay(TimeSpan.FromSeconds(4)));
        registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Delay(TimeSpan.FromSeconds(4)));
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Authority}/base:1</ContainerBaseImage>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <ContainerizeWorkAhead>false</ContainerizeWorkAhead>
            </PropertyGroup>
            """);

        var (screen, exitCode) = await TerminalScreen.RunAsync(project.Directory, columns, "publish", OnTerminal, "-t:Containerize");

        var shown = string.Join('\n', screen.Shown);
        Assert.AreEqual(0, exitCode, shown);
        foreach (var target in (string[])["_ContainerizeFetchBaseAndBuild", "_ContainerizePublishImage"])
        {
            // Its seconds go on: what the terminal shows is no picture of the beginning.
            var seconds = screen.Shown.Select(row => Regex.Match(row, $@"^  hello net10\.0 .* {target} \((\d+)\.\ds\)$"))
                .Where(match => match.Success).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
            Assert.IsGreaterThanOrEqualTo(3, seconds.Count, $"{target}\n{shown}");
        }
    }

    [TestMethod]
    public async Task A_quiet_build_says_what_it_made_unless_its_output_is_read_and_CI_is_told()
    {
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>", host: BuildHost.OwnProcess);
        using var ci = new TemporaryDirectory();
        var environment = new Dictionary<string, string?>
        {
            ["GITHUB_ACTIONS"] = "true",
            ["GITHUB_OUTPUT"] = ci["output"],
            ["GITHUB_STEP_SUMMARY"] = ci["summary"],
            ["GITLAB_CI"] = "true",
            ["CI_PROJECT_DIR"] = ci.FullName,
            ["TF_BUILD"] = "True",
        };

        var piped = await project.ContainerizeAsync(environment, "-v:q");
        var (screen, _) = await TerminalScreen.RunAsync(project.Directory, 80, "publish", OnTerminal, "-t:Containerize", "-v:q");
        var asked = await project.ContainerizeAsync("-v:q", "-getProperty:GeneratedContainerDigest");

        foreach (var shown in new[] { piped.Output, string.Join('\n', screen.Lines) })
        {
            StringAssert.Contains(shown, "hello -> image hello:latest (linux/amd64), ");
            StringAssert.Contains(shown, $"\n  {project.Digest}\n  -> {project.Archive} (");
        }

        Assert.AreEqual(project.Digest, asked.Output.Trim());
        StringAssert.Contains(await File.ReadAllTextAsync(ci["output"]), $"\nhello_digest={project.Digest}\n");
        StringAssert.Contains(await File.ReadAllTextAsync(ci["summary"]), project.Digest);
        StringAssert.Contains(await File.ReadAllTextAsync(ci["containerize.env"]), $"HELLO_DIGEST={project.Digest}\n");
        StringAssert.Contains(piped.Output, $"##vso[task.setvariable variable=digest;isOutput=true]{project.Digest}\n");

        var silent = await project.ContainerizeAsync(environment, "-p:ContainerizeCIOutput=false", "-p:ContainerImageTag=silent");
        Assert.DoesNotContain("##vso", silent.Output);
        Assert.DoesNotContain("silent", await File.ReadAllTextAsync(ci["output"]));
    }
}
