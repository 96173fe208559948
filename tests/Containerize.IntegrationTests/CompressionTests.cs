using Containerize.IntegrationTests.Tools;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Layers that are compressed in another way, and bases that are.</summary>
[TestClass]
internal sealed class CompressionTests
{
    private const string Zstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    private static string Base(string reference) => $"<PropertyGroup><ContainerBaseImage>{reference}</ContainerBaseImage></PropertyGroup>";

    [TestMethod]
    public async Task Zstd_is_made_and_lies_well_under_a_project_that_builds_upon_it()
    {
        using var project = await TestProject.ConsoleAsync(Base("scratch"));
        var result = await project.ContainerizeAsync("-p:ContainerizeCompression=zstd", "-p:ContainerizeCompressionLevel=9");
        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.AreEqual(Zstd, (string?)ImageValidator.Check(project.Archive).Single().Manifest["layers"]![0]!["mediaType"]);
        using var upper = await TestProject.ConsoleAsync(
            Base($"oci-archive:{project.Archive}") + """<ItemGroup><ContainerizeWritableDirectory Include="/app/data" /></ItemGroup>""",
            name: "upper");

        result = await upper.ContainerizeAsync("-p:ContainerizeCompression=none");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(upper.Archive, baseLayers: 1).Single();
        CollectionAssert.AreEqual(
            new[] { Zstd, "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar" },
            image.Manifest["layers"]!.AsArray().Select(layer => (string?)layer!["mediaType"]).ToList());
        Assert.IsNotNull(image.Find("app/hello.dll"));
        Assert.IsNotNull(image.Find("app/upper.dll"));
    }
}
