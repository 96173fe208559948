using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Pages;
using Containerize.Tests.Building;

namespace Containerize.Tests.Inspection;

[TestClass]
internal sealed class InspectedReportTests
{
    [TestMethod]
    public async Task An_image_of_another_tool_is_shown_with_all_layers_files_and_packages()
    {
        using var lab = new InspectionLab();
        var contents = await lab.ReadAsync(
            [
                InspectionLab.File(
                    "var/lib/dpkg/status", "Package: demo\nStatus: install ok installed\nVersion: 1.2-3\nArchitecture: amd64\n\n"),
                InspectionLab.File("var/lib/dpkg/info/demo.list", "/usr/bin/demo\n"),
                InspectionLab.File("usr/bin/demo", new string('d', 5_000)),
            ],
            [InspectionLab.File("app/<b>.txt", "own"), InspectionLab.File("app/copy.txt", "own")]);
        var digest = contents.Image.Manifest.Descriptor.Digest;

        var page = Page(contents, new ImageEvidence(digest, "application/spdx+json", EvidencePlace.Referrers, Digest.Of([1])));

        StringAssert.Contains(page, "<title>app:1</title>");
        StringAssert.Contains(page, "<title>/usr/bin/demo: 5 KB, demo 1.2-3</title>");
        StringAssert.Contains(page, "/app/&lt;b&gt;.txt<br>/app/copy.txt");
        StringAssert.Contains(page, "<td>demo</td><td class=\"code\">1.2-3</td>");
        StringAssert.Contains(page, "application/spdx+json");
        StringAssert.Contains(page, $"{Digest.Of([1])}");
        Assert.DoesNotContain("<b>", page);
        // What only a build knows.
        Assert.DoesNotContain("Start check", page);
        Assert.DoesNotContain("Changes", page);
        Assert.AreEqual(page, Page(contents, new ImageEvidence(
            digest, "application/spdx+json", EvidencePlace.Referrers, Digest.Of([1]))));
    }

    [TestMethod]
    public async Task Of_an_image_of_Containerize_the_base_is_shown_as_a_whole()
    {
        using var lab = new InspectionLab();
        var named = InspectionLab.Layer(InspectionLab.File("app/app.dll", "app")) with
        {
            Annotations = new Dictionary<string, string> { [LayerAnnotations.Name] = "app" },
        };
        var image = Sample.Image(Sample.Amd64, [InspectionLab.Layer(InspectionLab.File("etc/os-release", "ID=x")), named]);

        var page = Page(await lab.ReadAsync(image));

        StringAssert.Contains(page, "base (1 layer)");
        StringAssert.Contains(page, "/app/app.dll");
        Assert.DoesNotContain("/etc/os-release", page);
    }

    [TestMethod]
    public async Task A_file_that_a_layer_above_replaces_is_no_duplicate()
    {
        using var lab = new InspectionLab();
        var contents = await lab.ReadAsync([InspectionLab.File("a", "same")], [InspectionLab.File("a", "same")]);

        StringAssert.Contains(Page(contents), "No content lies at two paths.");
    }

    [TestMethod]
    public async Task What_annotations_say_of_secrets_is_not_shown()
    {
        using var lab = new InspectionLab();
        const string Secret = "https://ci:Tr0ub4dor%263xk@git.shop.internal/shop";
        var named = InspectionLab.Layer(InspectionLab.File("app/app.dll", "app")) with
        {
            Annotations = new Dictionary<string, string> { [LayerAnnotations.Name] = Secret },
        };
        var image = Sample.Image(Sample.Amd64, [named]);

        var page = Page(
            await lab.ReadAsync(image),
            new ImageEvidence(image.Manifest.Descriptor.Digest, Secret, EvidencePlace.Referrers, Digest.Of([1])));

        StringAssert.Contains(page, "(hidden)");
        Assert.DoesNotContain("Tr0ub4dor", page);
    }

    private static string Page(ImageContents contents, params ImageEvidence[] evidence) => ReportPage.ToText(InspectedReport.Of(
        contents, new(contents.Image.Manifest.Descriptor.Digest, [], evidence)));
}
