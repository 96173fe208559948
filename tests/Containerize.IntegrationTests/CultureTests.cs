using System.Globalization;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The whole pipeline in cultures with other calendars, digits, separators and rules for letters.</summary>
[TestClass]
internal sealed class CultureTests
{
    private const string Epoch = "1700000000";
    private const string Invariant = "C";

    // What shows that the build is in the culture: the year 1970 in its calendar, and the upper case of i.
    private static readonly (string Name, string Sign)[] s_cultures =
        [(Invariant, "1970I"), ("th_TH", "2513I"), ("fa_IR", "1348I"), ("ar_SA", "1389I"), ("ps_AF", "1348I"), ("tr_TR", "1970İ")];

    // A letter that Turkish has two of, dates and numbers.
    private const string Body = """
        <PropertyGroup>
          <AssemblyName>INDIVIDUAL</AssemblyName>
          <ContainerBaseImage>scratch</ContainerBaseImage>
          <ContainerWorkingDirectory>/srv/INDIVIDUAL</ContainerWorkingDirectory>
          <AutoGenerateImageTag>true</AutoGenerateImageTag>
          <ContainerizeCacheMaxSize>1.5GB</ContainerizeCacheMaxSize>
        </PropertyGroup>
        <ItemGroup>
          <ContainerPort Include="8080" Type="TCP" />
          <ContainerVolume Include="/Data/INDIVIDUAL" />
          <ContainerizeFile Include="title.txt" TargetPath="/etc/Title.txt" Mode="0640" />
          <ContainerHealthcheck Include="/bin/true" Interval="1.5s" />
        </ItemGroup>
        <Target Name="TellCulture" BeforeTargets="Containerize">
          <!-- A year and an upper case that show which culture MSBuild runs in. -->
          <PropertyGroup>
            <ShownCulture>$([System.DateTime]::UnixEpoch.ToString('yyyy'))$([System.String]::Copy('i').ToUpper())</ShownCulture>
          </PropertyGroup>
          <Message Importance="high" Text="CULTURE=$(ShownCulture)=" />
        </Target>
        """;

    [TestMethod]
    public async Task The_image_is_the_same_in_every_culture()
    {
        using var project = await TestProject.ConsoleAsync(Body, host: BuildHost.OwnProcess);
        project.Write("title.txt", "Iıİi");
        var digests = new List<string>();
        foreach (var (culture, sign) in s_cultures)
        {
            Remove(project, "bin");
            Remove(project, "obj");
            using var cache = new TemporaryDirectory();

            var result = await project.ContainerizeAsync(
                new Dictionary<string, string?>
                {
                    ["LC_ALL"] = culture == Invariant ? Invariant : $"{culture}.UTF-8",
                    ["SOURCE_DATE_EPOCH"] = Epoch,
                    ["CONTAINERIZE_CACHE_DIRECTORY"] = cache.FullName,
                    ["DOTNET_CLI_UI_LANGUAGE"] = "en",
                });

            Assert.AreEqual(0, result.ExitCode, result.Output);
            StringAssert.Contains(result.Output, $"CULTURE={sign}=", "ICU's data must be there, and the culture be real.");
            var ours = result.Output[result.Output.IndexOf("individual:", StringComparison.Ordinal)..];
            Assert.DoesNotContain('٫', ours, "Numbers in our messages are those of no culture; those of NuGet are.");
            var image = ImageValidator.Check(project.Archive).Single();
            Assert.AreEqual("2023-11-14T22:13:20Z", (string?)image.Config["created"], culture);
            Assert.AreEqual("2023-11-14T22:13:20Z", (string?)image.Settings["Labels"]!["org.opencontainers.image.created"], culture);
            var tag = (string)project.Info["tags"]!.AsArray().Single()!;
            StringAssert.StartsWith(tag, DateTime.UtcNow.ToString("yyyy", CultureInfo.InvariantCulture), culture);
            digests.Add($"{project.Digest} {project.Info["repository"]}");
        }

        Assert.AreEqual(1, digests.Distinct().Count(), string.Join('\n', s_cultures.Zip(digests)));
        StringAssert.EndsWith(digests[0], " individual");
    }

    private static void Remove(TestProject project, string directory)
    {
        if (Directory.Exists(Path.Combine(project.Directory, directory)))
        {
            Directory.Delete(Path.Combine(project.Directory, directory), recursive: true);
        }
    }
}
