using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The commands of the README, as they stand there, with the package on a feed.</summary>
[TestClass]
internal sealed class ReadmeTests
{
    private const string Program = """System.Console.WriteLine("Hello");""";

    [TestMethod]
    public async Task The_package_is_added_to_a_project_and_makes_its_image()
    {
        using var folder = await NewAsync();
        folder.Write("Program.cs", Program);
        folder.Write("tool.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <OutputType>Exe</OutputType>
              </PropertyGroup>
            </Project>
            """);

        await RunAsync(folder, Command("a project"));
        await RunAsync(folder, Command("neither"));

        Assert.IsNotNull(ImageValidator.Check(folder["bin/Release/net10.0/tool.tar"]).Single().Find("app/tool.dll"));
    }

    [TestMethod]
    public async Task The_package_is_added_to_an_app_in_one_file_and_makes_its_image()
    {
        using var folder = await NewAsync();
        folder.Write("app.cs", "#:property PublishAot=false\n" + Program);

        await RunAsync(folder, Command("[an app in one file]"));
        await RunAsync(folder, Command("neither").Replace("publish", "publish app.cs", StringComparison.Ordinal));

        Assert.IsNotNull(ImageValidator.Check(folder["artifacts/app.tar"]).Single().Find("app/app.dll"));
    }

    // The inferred base image is in a registry, which these machines do not reach.
    private static async Task<TemporaryDirectory> NewAsync()
    {
        var folder = new TemporaryDirectory();
        await LocalFeed.UseInAsync(folder.FullName);
        folder.Write(
            "Directory.Build.props",
            "<Project><PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup></Project>");
        return folder;
    }

    // The first code in the second cell of the row.
    private static string Command(string row) =>
        MarkdownPage.Load(Path.Combine(Repository.Root, "README.md")).Tables.SelectMany(table => table.Rows)
            .Single(cells => cells[0].StartsWith(row, StringComparison.Ordinal))[1].Split('`')[1];

    private static async Task RunAsync(TemporaryDirectory folder, string command)
    {
        var words = command.Split(' ');
        Assert.AreEqual("dotnet", words[0]);
        var result = await Dotnet.RunAsync(folder.FullName, words[1..]);
        Assert.AreEqual(0, result.ExitCode, command + "\n" + result.Output + result.Error);
    }
}
