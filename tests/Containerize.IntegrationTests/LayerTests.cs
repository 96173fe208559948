using System.IO.Compression;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Layers that a project makes by pattern, or takes from others.</summary>
[TestClass]
internal sealed class LayerTests
{
    private const string Body = """
        <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
        <ItemGroup>
          <PackageReference Include="Humanizer.Core" Version="3.0.10" />
          <None Include="models/**" CopyToPublishDirectory="PreserveNewest" />
          <ContainerizeLayer Include="models" Files="**/*.onnx" Before="dependencies" />
          <ContainerizeFile Include="motd.txt" TargetPath="/etc/motd" />
        </ItemGroup>
        """;

    private static async Task<(ValidatedImage Image, List<string?> Names)> ContainerizeAsync(string body, params string[] arguments)
    {
        using var project = await TestProject.ConsoleAsync(body);
        project.Write("models/a.onnx", "model");
        project.Write("models/readme.txt", "text");
        project.Write("motd.txt", "hello");
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return (ImageValidator.Check(project.Archive)
            .Single(), [.. project.Info["layers"]!.AsArray().Select(layer => (string?)layer!["name"])]);
    }

    [TestMethod]
    public async Task A_layer_of_the_project_lies_where_it_wants()
    {
        var (image, names) = await ContainerizeAsync(Body);

        CollectionAssert.AreEqual(new[] { "models", "dependencies", "files", "app" }, names);
        CollectionAssert.AreEqual(new[] { "app", "app/models", "app/models/a.onnx" }, image.Layers[0].Paths.ToList());
        CollectionAssert.Contains(image.Layers[3].Paths.ToList(), "app/models/readme.txt");
    }

    [TestMethod]
    public async Task No_more_layers_are_made_than_allowed_and_what_changes_seldom_is_merged()
    {
        var (image, names) = await ContainerizeAsync(Body, "-p:ContainerizeMaxLayers=2");

        CollectionAssert.AreEqual(new[] { "models+dependencies+files", "app" }, names);
        CollectionAssert.IsSubsetOf(new[] { "app/models/a.onnx", "app/Humanizer.dll", "etc/motd" }, image.Layers[0].Paths.ToList());
    }

    [TestMethod]
    public async Task Layers_of_others_lie_below_the_projects_own_and_keep_their_bytes()
    {
        await using var registry = await TestRegistry.StartAsync();
        var agent = TestLayer.Of(("opt/agent/agent", "agent"));
        registry.AddImage("team/agent", "1", TestImage.Create(TestLayer.Of(("opt/agent/readme", "text")), agent));
        var digest = Digest.Of(agent.Content.Span);
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            <ItemGroup>
              <ContainerizeLayerReference Include="{registry.Authority}/team/agent@{digest}" />
              <ContainerizeLayerReference Include="layers/tools.tar" />
            </ItemGroup>
            """);
        project.Write("layers/keep", "");
        var tools = TestLayer.Of(("usr/bin/tool", "tool"), ("etc/tool.conf", "tool"));
        using (var gzip = new GZipStream(new MemoryStream(tools.Content.ToArray()), CompressionMode.Decompress))
        using (var tar = File.Create(Path.Combine(project.Directory, "layers", "tools.tar")))
        {
            await gzip.CopyToAsync(tar);
        }

        var result = await project.ContainerizeAsync($"-p:ContainerizeInsecureRegistries={registry.Authority}");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(project.Archive, baseLayers: 2).Single();
        Assert.HasCount(3, image.Layers);
        Assert.AreEqual(digest, image.Layers[0].Descriptor.Digest);
        Assert.AreEqual(tools.DiffId, image.Layers[1].DiffId);
        Assert.AreEqual("tool", image.Get("usr/bin/tool").ReadAllText());
        CollectionAssert.AreEqual(new[] { $"agent@{digest.Hex[..12]}", "layers/tools.tar", "app" }, project.Info["layers"]!.AsArray()
            .Select(layer => (string?)layer!["name"]).ToList());

        await registry.StopAsync();
        var offline = await project.ContainerizeAsync("--no-build");

        Assert.AreEqual(0, offline.ExitCode, $"Nothing is fetched twice.\n{offline.Output}");
    }
}
