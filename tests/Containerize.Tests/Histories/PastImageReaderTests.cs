using Containerize.Histories;
using Containerize.Inputs;
using Containerize.Tests.Building;

namespace Containerize.Tests.Histories;

[TestClass]
internal sealed class PastImageReaderTests
{
    private readonly HistoryLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Published_files_are_read_with_size_and_package_whichever_tool_wrote_the_image(bool withNames)
    {
        _lab.Put("app.dll", 1000, "1");
        _lab.Put("lib.dll", 50_000, "1", HistoryLab.Package("Lib"));
        _lab.Put("lib.pdb", 100, "1");
        _lab.Put("wwwroot/_content/Lib/site.css", 100, "1");
        _lab.Put("wwwroot/site.css", 100, "1");
        await _lab.CommitAsync("1", withNames: withNames);

        var image = (await _lab.ReadAsync()).Single();
        CollectionAssert.AreEqual(
            new[]
            {
                "app.deps.json App", "app.dll App", "lib.dll Package Lib", "lib.pdb Package Lib",
                "wwwroot/_content/Lib/site.css Package Lib", "wwwroot/site.css App",
            },
            image.Files.Select(file => $"{file.RelativePath} {file.Origin.Kind} {file.Origin.PackageId}".Trim()).ToArray());
        Assert.AreEqual(50_000, image.Files.Single(file => file.RelativePath == "lib.dll").Size);
        Assert.HasCount(2, image.Layers);
        // What files add to a layer is, all together, the layer.
        Assert.IsLessThan(20, Math.Abs(image.Layers.Sum(layer => layer.Size) - image.Files.Sum(file => file.PackedSize)));
    }

    [TestMethod]
    public async Task An_image_without_files_in_its_working_directory_is_refused()
    {
        var image = new Containerize.Images.BaseImage(Sample.Image(), "app:1");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => new PastImageReader(_lab.Store).ReadAsync(image, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.NoAppFiles, failure.Code);
        StringAssert.Contains(failure.Message, "app:1");
    }

    [TestMethod]
    public async Task A_file_with_other_content_has_another_state()
    {
        foreach (var version in new[] { "1", "2" })
        {
            _lab.Put("app.dll", 1000, version);
            _lab.Put("same.txt", 1000, "1");
            await _lab.CommitAsync(version);
        }

        var images = await _lab.ReadAsync();
        string StateOf(int image, string path) => images[image].Files.Single(file => file.RelativePath == path).State;
        Assert.AreNotEqual(StateOf(0, "app.dll"), StateOf(1, "app.dll"));
        Assert.AreEqual(StateOf(0, "same.txt"), StateOf(1, "same.txt"));
        Assert.AreEqual(FileOrigin.App, images[1].Files[0].Origin);
    }
}
