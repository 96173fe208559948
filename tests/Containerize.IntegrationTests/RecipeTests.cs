using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>Recipes that MSBuild reads.</summary>
[TestClass]
internal sealed class RecipeTests
{
    private static readonly string s_recipes = Path.Combine(Repository.SdkDirectory, "docs", "recipes");

    [TestMethod]
    [DataRow("mcr.microsoft.com/dotnet/aspnet:10.0", "mcr.microsoft.com/dotnet/aspnet:10.0")]
    [DataRow(
        "registry.example.com/base:1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "registry.example.com/base:1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 # FROM here")]
    public async Task A_project_reads_its_base_image_from_the_Dockerfile_that_Dependabot_updates(string expected, string image)
    {
        using var folder = new TemporaryDirectory();
        var dockerfile = await File.ReadAllTextAsync(Path.Combine(s_recipes, "dependabot.Dockerfile"));
        folder.Write("base.Dockerfile", dockerfile.Replace("mcr.microsoft.com/dotnet/aspnet:10.0", image, StringComparison.Ordinal));
        File.Copy(Path.Combine(s_recipes, "dependabot.props"), folder["Directory.Build.props"]);

        var result = await Dotnet.RunAsync(folder.FullName, ["msbuild", "Directory.Build.props", "-getProperty:ContainerBaseImage"]);

        Assert.AreEqual(expected, result.EnsureSuccess().Output.Trim());
    }
}
