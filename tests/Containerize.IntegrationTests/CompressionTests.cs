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
        using var upper = await TestProject.ConsoleAsync(Base($"oci-archive:{project.Archive}") + """<ItemGroup><ContainerizeWritableDirectory Include="/app/data" /></ItemGroup>""", name: "upper");

        result = await upper.ContainerizeAsync("-p:ContainerizeCompression=none");

        Assert.AreEqual(0, result.ExitCode, result.Output);
        var image = ImageValidator.Check(upper.Archive, baseLayers: 1).Single();
        CollectionAssert.AreEqual(
            new[] { Zstd, "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar" },
            image.Manifest["layers"]!.AsArray().Select(layer => (string?)layer!["mediaType"]).ToList());
        Assert.IsNotNull(image.Find("app/hello.dll"));
        Assert.IsNotNull(image.Find("app/upper.dll"));
    }

    [TestMethod]
    [DataRow("-p:ContainerizeCompression=zstd;ContainerImageFormat=Docker", "CTZ1035", "OCI")]
    [DataRow("-p:ContainerizeCompression=brotli", "CTZ1008", "brotli")]
    [DataRow("-p:ContainerizeCompressionLevel=10", "CTZ1008", "1 to 9")]
    public async Task What_cannot_be_is_an_error_that_says_what_can(string argument, string code, string named)
    {
        using var project = await TestProject.ConsoleAsync(Base("scratch"));

        var result = await project.ContainerizeAsync(argument);

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, $"error {code}:");
        StringAssert.Contains(result.Output, named);
    }
}
