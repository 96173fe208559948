using System.Xml.Linq;
using Containerize.Building;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Pages;
using Containerize.Starting;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Pages;

/// <summary>Reports of images that are really built.</summary>
[TestClass]
internal sealed class ReportPageTests
{
    [TestMethod]
    public async Task A_page_shows_layers_packages_and_files_and_is_the_same_each_time()
    {
        await using var lab = await BuildLab.StartAsync();
        lab.Write("lib.dll", new byte[300_000]);
        lab.Write("copy.dll", new byte[300_000]);
        var built = await lab.BuildAsync("a");
        var page = Page(lab, "a", built, PreviousBuild.None);

        StringAssert.Contains(page, "<title>/app/lib.dll: 300 KB, Lib 1.2.3</title>");
        StringAssert.Contains(page, "/app/copy.dll<br>/app/lib.dll");
        StringAssert.Contains(page, built.Image.Manifest.Descriptor.Digest.ToString());
        StringAssert.Contains(page, "there is nothing to compare with");
        Assert.DoesNotContain("Start check", page);
        Assert.AreEqual(page, Page(lab, "a", await lab.BuildAsync("a"), PreviousBuild.None));
        Assert.DoesNotContain("\r", page);
    }

    [TestMethod]
    public async Task A_page_runs_and_loads_nothing()
    {
        await using var lab = await BuildLab.StartAsync();
        var page = Page(lab, "a", await lab.BuildAsync("a"), PreviousBuild.None);

        StringAssert.Contains(page, "<html lang=\"en\">");
        StringAssert.Contains(page, "content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-");
        foreach (var foreign in new[] { "<script", "src=", "http:", "https:", "url(", "@import", " style=", "<link" })
        {
            Assert.DoesNotContain(foreign, page);
        }
    }

    [TestMethod]
    public async Task Names_of_files_and_references_cannot_become_markup()
    {
        await using var lab = await BuildLab.StartAsync();
        lab.Write("<img src=x onerror=alert(1)>.txt", "text");
        lab.Write("a'b\"c&.txt", "text");
        var built = await lab.BuildAsync("a");
        built = built with { StartFindings = [StartFinding.Certain(DiagnosticCode.StartMissing, $"{"<i>no program</i>"}")] };
        var report = new ImageReport(
            ["<b>name</b>"], built.Image.Manifest.Descriptor.Digest, [Read(lab, "a", built, PreviousBuild.None)]);
        var page = ReportPage.ToText(report);

        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("<b>", page);
        Assert.DoesNotContain("<i>", page);
        StringAssert.Contains(page, "/app/&lt;img src=x onerror=alert(1)&gt;.txt");
        StringAssert.Contains(page, "/app/a&#39;b&quot;c&amp;.txt");
        StringAssert.Contains(page, "Error CTZ1050</span>: &lt;i&gt;no program&lt;/i&gt;");
    }

    [TestMethod]
    public async Task Every_element_is_closed()
    {
        await using var lab = await BuildLab.StartAsync();
        var built = await lab.BuildAsync("a");
        var page = Page(lab, "a", built, PreviousBuild.None)[15..]
            .Replace("<br>", "<br/>", StringComparison.Ordinal)
            .Replace("charset=\"utf-8\">", "charset=\"utf-8\"/>", StringComparison.Ordinal);
        var closed = System.Text.RegularExpressions.Regex.Replace(page, "(<meta [^>]*[^/])>", "$1/>");

        var elements = XDocument.Parse(closed).Descendants().ToList();

        var ids = elements.Select(element => (string?)element.Attribute("id")).OfType<string>().ToList();
        CollectionAssert.AllItemsAreUnique(ids);
        foreach (var link in elements.Select(element => (string?)element.Attribute("href")).OfType<string>())
        {
            CollectionAssert.Contains(ids, link[1..]);
        }
    }

    [TestMethod]
    public async Task What_changed_is_told_with_sizes_and_the_same_image_has_no_changes()
    {
        await using var lab = await BuildLab.StartAsync();
        using var work = new TemporaryDirectory();
        lab.Write("old.dll", new byte[4_000]);
        var first = await lab.BuildAsync("a");
        PreviousBuild.Save(work["previous"], first.Layers);
        var previous = PreviousBuild.Load(work["previous"]);
        StringAssert.Contains(Page(lab, "a", first, previous), "Nothing is different from the image that was published before.");

        lab.Write("app.dll", new byte[2_000]);
        lab.Write("new.dll", new byte[1_500]);
        var page = Page(lab, "a", await lab.BuildAsync("a"), previous);

        StringAssert.Contains(page, "/app/app.dll</td><td class=\"changed\">changed</td>");
        StringAssert.Contains(page, "<td class=\"number\">+1.5 KB</td>");
        StringAssert.Contains(page, "unchanged");
    }

    [TestMethod]
    public async Task A_start_check_that_found_nothing_says_so_and_one_that_did_not_run_says_nothing()
    {
        await using var lab = await BuildLab.StartAsync();
        var built = await lab.BuildAsync("a");

        StringAssert.Contains(Page(built with { StartFindings = [] }), "Nothing was found that keeps the image from starting.");
        Assert.DoesNotContain("keeps the image from starting", Page(built with { StartFindings = null }));

        string Page(BuiltImage image) => ReportPage.ToText(
            new ImageReport(["app"], image.Image.Manifest.Descriptor.Digest, [Read(lab, "a", image, PreviousBuild.None)]));
    }

    [TestMethod]
    public async Task A_base_of_several_layers_shows_what_made_each()
    {
        await using var lab = await BuildLab.StartAsync();
        var built = await lab.BuildAsync("a");
        var layers = new[] { Sample.GzipLayer("a"), Sample.GzipLayer("b") };
        var config = ImageConfig.Scratch(Sample.Amd64).Append(
            [
                new HistoryEntry(layers[0].DiffId, "ADD <root>", "rootfs"),
                new HistoryEntry(layers[1].DiffId, $"RUN --password=hunter2 {new string('x', 200)}", "more"),
            ],
            DateTimeOffset.UnixEpoch);
        var image = Image.Create(ImageFormat.Oci, config, layers, new Dictionary<string, string>());

        var page = Page(lab, "a", built with { Image = image, Layers = [] }, PreviousBuild.None);

        StringAssert.Contains(page, "base (2 layers)");
        StringAssert.Contains(page, "<th scope=\"row\" class=\"part\">ADD &lt;root&gt;</th>");
        StringAssert.Contains(page, "<th scope=\"row\" class=\"part\">(hidden)</th>");
        Assert.DoesNotContain("hunter2", page);
    }

    [TestMethod]
    public async Task A_layer_whose_files_are_not_known_is_one_tile()
    {
        await using var lab = await BuildLab.StartAsync();
        var built = await lab.BuildAsync("a");
        var page = Page(lab, "other machine", built, PreviousBuild.None);

        StringAssert.Contains(page, "Which files are in it is not known here.");
        StringAssert.Contains(page, "<svg class=\"layer\"");
        Assert.DoesNotContain("<svg class=\"file\"", page);
    }

    [TestMethod]
    public async Task Several_platforms_have_a_section_each()
    {
        await using var lab = await BuildLab.StartAsync();
        var built = await lab.BuildAsync("a");
        var image = Read(lab, "a", built, PreviousBuild.None);
        var page = ReportPage.ToText(new ImageReport(["app:1", "app:latest"], built.Image.Manifest.Descriptor.Digest, [image, image]));

        StringAssert.Contains(page, "<section id=\"i0\"");
        StringAssert.Contains(page, "<section id=\"i1-layers\"");
        StringAssert.Contains(page, "<a href=\"#i1\">linux/amd64</a>");
    }

    [TestMethod]
    public async Task A_page_that_cannot_be_written_is_a_warning()
    {
        await using var lab = await BuildLab.StartAsync();
        using var work = new TemporaryDirectory();
        var built = await lab.BuildAsync("a");
        var report = new ImageReport(["app"], built.Image.Manifest.Descriptor.Digest, [Read(lab, "a", built, PreviousBuild.None)]);
        var reporter = new RecordingReporter();

        ReportPage.Write(work["sub/report.html"], report, reporter);
        Assert.AreEqual(ReportPage.ToText(report), await File.ReadAllTextAsync(work["sub/report.html"]));
        StringAssert.Contains(reporter.Messages.Single(), work["sub/report.html"]);

        ReportPage.Write(work["sub"], report, reporter);
        Assert.AreEqual(DiagnosticCode.ReportNotWritten, reporter.Warnings.Single().Code);
    }

    private static ReportedImage Read(BuildLab lab, string machine, BuiltImage built, PreviousBuild previous) =>
        ReportedImage.Read(built, previous, new LayerCache(lab.Cache(machine)));

    private static string Page(BuildLab lab, string machine, BuiltImage built, PreviousBuild previous) =>
        ReportPage.ToText(new ImageReport(["team/app:1"], built.Image.Manifest.Descriptor.Digest, [Read(lab, machine, built, previous)]));
}
