using Containerize.Manifests;

namespace Containerize.Tests.Manifests;

/// <summary>Files as people write them: image names get digests, and every other byte stays.</summary>
[TestClass]
internal sealed class GoldenManifestTests
{
    private static string Golden => Path.Combine(Clone.Root, "tests", "Containerize.Tests", "Manifests", "Golden");

    public static IEnumerable<string[]> Names =>
        Directory.GetDirectories(Golden).Select(directory => new[] { Path.GetFileName(directory) });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task Names_get_digests_and_the_rest_stays(string name)
    {
        var result = await new ManifestLab().ResolveAsync(Read(name, "before"), name + ".yaml");

        Assert.AreEqual(ManifestLab.Fill(Read(name, "after")), result.After.ToString());
        Assert.IsEmpty(result.Images.Where(image => image.State == ImageState.Failed).ToList());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task Windows_line_ends_and_a_byte_order_mark_stay(string name)
    {
        var result = await new ManifestLab().ResolveAsync("\uFEFF" + Crlf(Read(name, "before")), name + ".yaml");

        Assert.AreEqual("\uFEFF" + Crlf(ManifestLab.Fill(Read(name, "after"))), result.After.ToString());
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public async Task What_is_resolved_passes_a_check_and_changes_no_more(string name)
    {
        var text = ManifestLab.Fill(Read(name, "after"));

        var again = await new ManifestLab().ResolveAsync(text, name + ".yaml");

        Assert.AreEqual(text, again.After.ToString());
        Assert.IsEmpty(again.Images.Where(image => image.State is not (ImageState.Pinned or ImageState.Left)).ToList());
    }

    private static string Read(string name, string file) => File.ReadAllText(Path.Combine(Golden, name, file + ".yaml"));

    private static string Crlf(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);
}
