using System.Security.Cryptography;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary><c>-t:ContainerizeLayout</c> with images that were published to a real registry.</summary>
[TestClass]
internal sealed class LayoutTests
{
    private const string Apply = "-p:ContainerizeLayoutApply=true";

    [TestMethod]
    [Requires("docker-registry")]
    public async Task Layers_are_learned_from_published_images_and_written_into_the_project_and_less_is_pushed()
    {
        await using var registry = await RegistryServer.StartAsync();
        await using var proxy = await RegistryProxy.StartAsync(registry.Host);
        using var project = await TestProject.ConsoleAsync(
            $"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRepository>team/app</ContainerRepository>
              <ContainerRegistry>{proxy.Authority}</ContainerRegistry>
            </PropertyGroup>
            <ItemGroup>
              <PackageReference Include="Humanizer.Core" Version="3.0.10" />
              <None Include="data/**" CopyToPublishDirectory="PreserveNewest" />
            </ItemGroup>
            """);
        await File.WriteAllBytesAsync(project.Write("data/model.bin", ""), RandomNumberGenerator.GetBytes(2_000_000));
        for (var version = 8; version < 12; version++)
        {
            await PublishAsync($"1.{version}");
        }

        proxy.Clear();
        await PublishAsync("1.12");
        var before = proxy.BlobBytesUp;
        var file = Path.Combine(project.Directory, "hello.csproj");
        var text = await File.ReadAllTextAsync(file);

        var shown = await LearnAsync();
        StringAssert.Contains(shown, "5 images");
        StringAssert.Contains(shown, """<ContainerizeLayer Include="data" Files="data/**""");
        StringAssert.Contains(shown, "nothing was written");
        Assert.AreEqual(text, await File.ReadAllTextAsync(file));

        await LearnAsync(Apply);
        var changed = await File.ReadAllTextAsync(file);
        StringAssert.StartsWith(changed, text[..text.LastIndexOf("</Project>", StringComparison.Ordinal)].TrimEnd());
        StringAssert.Contains(changed, """<ContainerizeLayer Include="data" Files="data/**""");

        StringAssert.Contains(await LearnAsync(Apply), "the project stays as it is");
        Assert.AreEqual(changed, await File.ReadAllTextAsync(file));

        // The first image with the layer sends it; from then on, only the app is sent.
        await PublishAsync("1.13");
        proxy.Clear();
        await PublishAsync("1.14");
        Assert.IsGreaterThan(2_000_000, before);
        Assert.IsLessThan(before / 10, proxy.BlobBytesUp);

        async Task PublishAsync(string tag)
        {
            project.Write("Program.cs", $"""System.Console.WriteLine("{tag}");""");
            (await project.ContainerizeAsync($"-p:ContainerImageTag={tag}")).EnsureSuccess();
        }

        async Task<string> LearnAsync(params string[] arguments) =>
            (await project.RunAsync(["msbuild", "-t:ContainerizeLayout", .. arguments])).EnsureSuccess().Output;
    }

    [TestMethod]
    public async Task A_project_whose_images_are_nowhere_is_told_what_to_name()
    {
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>");
        var result = await project.RunAsync("msbuild", "-t:ContainerizeLayout");
        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "CTZ8071");
        StringAssert.Contains(result.Output, "ContainerizeLayoutImages");
    }
}
