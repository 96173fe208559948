using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The restore for the platforms of an image, where the package is a reference, which a restore does not import.</summary>
[TestClass]
internal sealed class RestoreTests
{
    private const string TwoPlatforms = """
        <PropertyGroup>
          <ContainerBaseImage>scratch</ContainerBaseImage>
          <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
          <DefaultItemExcludes>$(DefaultItemExcludes);lib/**;own/**</DefaultItemExcludes>
        </PropertyGroup>
        """;

    private static string[] Platforms(TestProject project, string directory) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(project.Directory, directory, "obj", "project.assets.json")))!["targets"]!
            .AsObject().Select(target => target.Key.Split('/')).Where(parts => parts.Length > 1).Select(parts => parts[1])
            .Order(StringComparer.Ordinal)];

    [TestMethod]
    [DataRow("hello", "packages.lock.json", "")]
    [DataRow("hello", "packages.hello.lock.json", "")]
    [DataRow("my hello", "packages.my_hello.lock.json", "")]
    [DataRow("hello", "own.lock.json", "-p:NuGetLockFilePath=own.lock.json")]
    public async Task A_lock_file_is_found_under_each_name_that_NuGet_knows_and_is_not_changed(string name, string file, string argument)
    {
        using var project = await TestProject.ConsoleAsync(TwoPlatforms, name: name, use: SdkUse.PackageReference);
        project.Write(file, """{ "version": 1, "dependencies": {} }""");
        string[] arguments = argument.Length > 0 ? [argument] : [];
        (await project.RunAsync(["restore", "--force-evaluate", .. arguments])).EnsureSuccess();
        var path = Path.Combine(project.Directory, file);
        var locked = await File.ReadAllTextAsync(path);
        StringAssert.Contains(locked, "Containerize.Sdk");

        var refused = await project.ContainerizeAsync(arguments);

        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "error CTZ1046");
        StringAssert.Contains(refused.Output, $"would change '{file}'");
        Assert.AreEqual(locked, await File.ReadAllTextAsync(path));
    }

    [TestMethod]
    public async Task A_restore_keeps_the_platforms_that_projects_had_and_needs_no_lock_file_where_there_is_none()
    {
        using var project = await TestProject.ConsoleAsync(
            TwoPlatforms + """
                <PropertyGroup>
                  <RestoreLockedMode>true</RestoreLockedMode>
                  <RuntimeIdentifiers>win-x64</RuntimeIdentifiers>
                </PropertyGroup>
                <ItemGroup>
                  <ProjectReference Include="lib/lib.csproj" />
                  <ProjectReference Include="own/own.csproj" />
                </ItemGroup>
                """,
            use: SdkUse.PackageReference);
        project.Write("lib/lib.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>
              </PropertyGroup>
            </Project>
            """);
        project.Write("own/own.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RuntimeIdentifiers>win-x64;osx-arm64</RuntimeIdentifiers>
              </PropertyGroup>
            </Project>
            """);
        (await project.RunAsync("restore", "-p:RestoreLockedMode=false")).EnsureSuccess();
        var locks = Path.Combine(project.Directory, "lib", "packages.lock.json");
        var locked = await File.ReadAllTextAsync(locks);

        var result = await project.RunAsync("msbuild", "-t:Containerize", "-p:Configuration=Release", "-nologo");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.HasCount(2, ImageValidator.Check(project.Archive).Images);
        CollectionAssert.AreEqual(new[] { "linux-arm64", "linux-x64", "win-x64" }, Platforms(project, ""));
        CollectionAssert.AreEqual(new[] { "linux-arm64", "linux-x64", "osx-arm64", "win-x64" }, Platforms(project, "own"));
        Assert.IsEmpty(Platforms(project, "lib"), "A library without platforms of its own is the same for all.");
        Assert.AreEqual(locked, await File.ReadAllTextAsync(locks));
    }
}
