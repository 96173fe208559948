using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>What <c>dotnet new</c> makes of the package of templates.</summary>
[TestClass]
internal sealed class TemplateTests
{
    private const string Scratch = "-p:ContainerBaseImage=scratch";

    [TestMethod]
    public async Task A_new_web_app_becomes_an_image_by_one_command()
    {
        using var folder = await NewAsync();

        await RunAsync(folder, "new", "containerize-web", "-n", "Shop.Web", "-o", "shop");
        var result = await RunAsync(folder, "publish", "shop", "-t:Containerize", Scratch);

        Assert.DoesNotContain("warning", result.Output);
        StringAssert.Contains(result.Output, "shop-web:latest (linux/amd64)");
        Assert.IsNotNull(ImageValidator.Check(folder["shop/bin/Release/net10.0/shop-web.tar"]).Single().Find("app/Shop.Web.dll"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("<Project><PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup></Project>")]
    public async Task One_file_adds_images_to_the_projects_of_a_directory(string centralVersions)
    {
        using var folder = await NewAsync();
        if (centralVersions.Length > 0)
        {
            folder.Write("Directory.Packages.props", centralVersions);
        }

        await RunAsync(folder, "new", "console", "-o", "tool", "--no-restore");
        await RunAsync(folder, "new", "containerize");
        var result = await RunAsync(folder, "publish", "tool", "-t:Containerize", Scratch);

        Assert.DoesNotContain("warning", result.Output);
        Assert.IsNotNull(ImageValidator.Check(folder["tool/bin/Release/net10.0/tool.tar"]).Single().Find("app/tool.dll"));
    }

    private static async Task<TemporaryDirectory> NewAsync()
    {
        var folder = new TemporaryDirectory();
        await LocalFeed.UseInAsync(folder.FullName);
        await RunAsync(folder, "new", "install", await LocalFeed.TemplatesAsync());
        return folder;
    }

    // The templates of this user stay as they are.
    private static async Task<ProcessResult> RunAsync(TemporaryDirectory folder, params string[] arguments)
    {
        string[] hive = arguments[0] == "new" ? ["--debug:custom-hive", folder["hive"]] : [];
        var result = await Dotnet.RunAsync(folder.FullName, [.. arguments, .. hive]);
        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
        return result;
    }
}
