using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// An app with all that a bill of materials lists: packages of NuGet, direct and not, another project, its own runtime, packages of Debian
/// in the base and above it.
/// </summary>
internal sealed class Shop : IDisposable
{
    private const string Body = """
        <PropertyGroup>
          <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
          <SelfContained>true</SelfContained>
          <ContinuousIntegrationBuild>true</ContinuousIntegrationBuild>
          <ContainerBaseImage>debian-packages:bookworm</ContainerBaseImage>
          <DefaultItemExcludes>$(DefaultItemExcludes);prices/**</DefaultItemExcludes>
        </PropertyGroup>
        <ItemGroup>
          <PackageReference Include="Microsoft.Extensions.Logging.Console" Version="10.0.0" />
          <ProjectReference Include="prices/prices.csproj" />
          <ContainerizeDebianPackage Include="fonts-dejavu-core" />
          <NuGetAuditSuppress Include="https://github.com/advisories/GHSA-aaaa-bbbb-cccc" Justification="component_not_present" />
        </ItemGroup>
        """;

    private Shop(TestProject project, TestProject clone) => (Project, Clone) = (project, clone);

    /// <summary>The project, published to an archive.</summary>
    internal TestProject Project { get; }

    /// <summary>A clone of it that was not built.</summary>
    internal TestProject Clone { get; }

    internal Bill Bill => new(Document("spdx"));

    /// <summary>The file beside the archive that has a kind of document.</summary>
    internal string Document(string kind) => Path.ChangeExtension(Project.Archive, $"{kind}.json");

    internal static async Task<Shop> PublishAsync(params string[] arguments)
    {
        var project = await TestProject.ConsoleAsync(Body, "System.Console.WriteLine(Prices.Of(3));", "shop");
        project.Write("prices/prices.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ContinuousIntegrationBuild>true</ContinuousIntegrationBuild>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Humanizer.Core" Version="3.0.10" /></ItemGroup>
            </Project>
            """);
        project.Write("prices/Prices.cs", """
            public static class Prices { public static string Of(int n) => Humanizer.NumberToWordsExtension.ToWords(n); }
            """);
        // Before the build: a commit's id is in what is compiled. The clone is built by a process that knows nothing of the project.
        var shop = new Shop(project, await project.CloneAsync(BuildHost.OwnProcess));
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return shop;
    }

    /// <summary>Has umoci unpack the image. Links below the directory lead out of it, to this machine's own files.</summary>
    /// <param name="folder">Where.</param>
    /// <returns>The directory that is the image's root.</returns>
    internal async Task<string> UnpackAsync(TemporaryDirectory folder)
    {
        (await ProcessRunner.RunAsync("skopeo", ["copy", "-q", $"oci-archive:{Project.Archive}", $"oci:{folder["layout"]}:shop"]))
            .EnsureSuccess();
        (await ProcessRunner.RunAsync("umoci", ["unpack", "--rootless", "--image", $"{folder["layout"]}:shop", folder["bundle"]]))
            .EnsureSuccess();
        return folder["bundle/rootfs"];
    }

    public void Dispose()
    {
        Project.Dispose();
        Clone.Dispose();
    }
}
