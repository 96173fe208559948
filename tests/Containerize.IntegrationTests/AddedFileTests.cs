using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Files and directories that a project puts into its image besides what it publishes.</summary>
[TestClass]
internal sealed class AddedFileTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    private static async Task<ValidatedImage> ContainerizeAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return ImageValidator.Check(project.Archive).Single();
    }

    private static string Describe(ValidatedImage image, string path) =>
        $"{Convert.ToString((int)image.Get(path).Mode, 8)} {image.Get(path).Uid}:{image.Get(path).Gid}";

    [TestMethod]
    public async Task Files_go_where_the_project_says_with_owner_mode_and_the_directories_of_a_glob()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <ItemGroup>
              <ContainerizeFile Include="certs/**" TargetPath="/etc/certs/" Mode="0640" Owner="1654:1655" />
              <ContainerizeFile Include="tools" TargetPath="/opt/tools" />
              <ContainerizeFile Include="motd.txt" TargetPath="/etc/motd" Owner="7" />
              <ContainerizeFile Include="motd.txt" TargetPath="texts/" />
              <ContainerizeFile Include="keys/test.pfx" TargetPath="/etc/keys/" IncludeSecrets="true" />
              <ContainerizeFile Include="keys/prod.pfx" TargetPath="/etc/keys/" />
            </ItemGroup>
            """);
        project.Write("certs/ca.crt", "ca");
        project.Write("certs/more/b c.crt", "more");
        project.Write("tools/deep/tool", "tool");
        project.Write("motd.txt", "hello");
        project.Write("keys/test.pfx", "test");
        project.Write("keys/prod.pfx", "prod");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(project.Directory, "tools/deep/tool"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var image = await ContainerizeAsync(project);

        Assert.AreEqual("640 1654:1655", Describe(image, "etc/certs/ca.crt"));
        Assert.AreEqual("more", image.Get("etc/certs/more/b c.crt").ReadAllText());
        Assert.AreEqual("755 1654:1655", Describe(image, "etc/certs"));
        Assert.AreEqual("755 1654:1655", Describe(image, "etc/certs/more"));
        Assert.AreEqual("755 0:0", Describe(image, "opt/tools/deep/tool"));
        Assert.AreEqual("644 7:7", Describe(image, "etc/motd"));
        Assert.AreEqual("hello", image.Get("app/texts/motd.txt").ReadAllText());
        Assert.IsNotNull(image.Find("etc/keys/test.pfx"));
        Assert.IsNull(image.Find("etc/keys/prod.pfx"));
        CollectionAssert.AreEqual(new[] { "files", "app" }, project.Info["layers"]!.AsArray().Select(layer => (string?)layer!["name"])
            .ToList());
    }

    [TestMethod]
    public async Task A_writable_directory_is_the_users_in_every_layer_that_has_it()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <PropertyGroup><ContainerUser>1654</ContainerUser></PropertyGroup>
            <ItemGroup>
              <ContainerizeWritableDirectory Include="/data;uploads" />
              <ContainerizeWritableDirectory Include="/cache" Owner="5:6" Mode="1777" />
              <None Include="uploads/seed.txt" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            """);
        project.Write("uploads/seed.txt", "seed");

        var image = await ContainerizeAsync(project);

        Assert.AreEqual("755 1654:1654", Describe(image, "data"));
        Assert.AreEqual("1777 5:6", Describe(image, "cache"));
        Assert.AreEqual("644 1654:1654", Describe(image, "app/uploads/seed.txt"));
        foreach (var layer in image.Layers)
        {
            Assert.AreEqual(
                1654,
                layer.Entries.Single(entry => entry.Path == "app/uploads").Uid,
                "The upper layer's directory is the one that counts.");
        }
    }

    [TestMethod]
    public async Task The_publish_output_can_belong_to_another_user()
    {
        using var project = await TestProject.ConsoleAsync(Scratch + """
            <PropertyGroup>
              <ContainerizeFileOwner>1654:100</ContainerizeFileOwner>
              <ContainerWorkingDirectory>/srv/app</ContainerWorkingDirectory>
            </PropertyGroup>
            <ItemGroup><None Include="data/x.txt" CopyToPublishDirectory="PreserveNewest" /></ItemGroup>
            """);
        project.Write("data/x.txt", "x");

        var image = await ContainerizeAsync(project);

        Assert.AreEqual("755 0:0", Describe(image, "srv"));
        foreach (var path in new[] { "srv/app", "srv/app/data" })
        {
            Assert.AreEqual("755 1654:100", Describe(image, path));
        }

        Assert.AreEqual("644 1654:100", Describe(image, "srv/app/data/x.txt"));
    }
}
