using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Volumes, signals, checks and annotations, which Dockerfiles have and PublishContainer lacks.</summary>
[TestClass]
internal sealed class RunSettingTests
{
    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    private const string Settings = Scratch + """
        <PropertyGroup><ContainerStopSignal>SIGRTMIN+3</ContainerStopSignal></PropertyGroup>
        <ItemGroup>
          <ContainerVolume Include="/data;/var/cache/app" />
          <ContainerHealthcheck Include="/app/hello;--check" Interval="1m30s" Timeout="500ms" StartPeriod="00:00:10"
                                StartInterval="2s" Retries="5" />
          <ContainerAnnotation Include="org.example.all" Value="a;b=c" Scope="manifest;index;descriptor" />
          <ContainerAnnotation Include="org.example.manifest" Value="m" />
          <ContainerAnnotation Include="org.example.index" Value="i" Scope="index" />
          <ContainerAnnotation Include="org.opencontainers.image.title" Value="A title of its own" />
        </ItemGroup>
        """;

    private static JsonObject IndexOf(TemporaryDirectory directory) =>
        JsonNode.Parse(File.ReadAllText(directory["layout/index.json"]))!.AsObject();

    [TestMethod]
    public async Task They_are_in_the_config_and_the_manifest()
    {
        using var layout = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Settings);

        var result = await project.ContainerizeAsync($"-p:ContainerizeLayoutDirectory={layout["layout"]}");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(layout["layout"]).Single();
        Assert.AreEqual("""{"/data":{},"/var/cache/app":{}}""", image.Settings["Volumes"]!.ToJsonString());
        Assert.AreEqual("SIGRTMIN+3", (string?)image.Settings["StopSignal"]);
        Assert.IsTrue(JsonNode.DeepEquals(
            JsonNode.Parse(
                """{"Test":["CMD","/app/hello","--check"],"Interval":90000000000,"Timeout":500000000,"StartPeriod":10000000000""" +
                ""","StartInterval":2000000000,"Retries":5}"""),
            image.Settings["Healthcheck"]), image.Settings["Healthcheck"]!.ToJsonString());
        var annotations = image.Manifest["annotations"]!;
        Assert.AreEqual("a;b=c", (string?)annotations["org.example.all"]);
        Assert.AreEqual("m", (string?)annotations["org.example.manifest"]);
        Assert.AreEqual("A title of its own", (string?)annotations["org.opencontainers.image.title"]);
        Assert.IsNull(annotations["org.example.index"]);
        Assert.AreEqual("a;b=c", (string?)IndexOf(layout)["manifests"]![0]!["annotations"]!["org.example.all"]);
    }

    [TestMethod]
    public async Task Annotations_of_an_index_and_of_its_descriptors_stand_there()
    {
        using var layout = new TemporaryDirectory();
        using var project = await TestProject.ConsoleAsync(Settings);

        var result = await project.ContainerizeAsync(
            $"-p:ContainerizeLayoutDirectory={layout["layout"]}", "-p:ContainerRuntimeIdentifiers=\"linux-x64;linux-arm64\"");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        ImageValidator.Check(layout["layout"]);
        var digest = ((string)IndexOf(layout)["manifests"]![0]!["digest"]!).Replace("sha256:", "", StringComparison.Ordinal);
        var index = JsonNode.Parse(await File.ReadAllTextAsync(layout[$"layout/blobs/sha256/{digest}"]))!;
        Assert.AreEqual("i", (string?)index["annotations"]!["org.example.index"]);
        Assert.AreEqual("a;b=c", (string?)index["annotations"]!["org.example.all"]);
        Assert.IsTrue(index["manifests"]!.AsArray().All(manifest => (string?)manifest!["annotations"]!["org.example.all"] == "a;b=c"));
    }
}
