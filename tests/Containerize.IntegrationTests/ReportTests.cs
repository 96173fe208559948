using System.Globalization;
using System.Text.RegularExpressions;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>The report of an image, in a browser.</summary>
[TestClass]
internal sealed partial class ReportTests
{
    private const string FileName = "odd <img src=x onerror=alert(1)> 'name'.txt";

    // What the page says of itself when the test asks it, in the page's own place: the page itself runs nothing.
    private const string Probe = """
        <!DOCTYPE html><html><body><iframe id="page" src="report.html"></iframe><script>
        onload = () => {
          const frame = document.getElementById("page");
          const read = width => {
            frame.style = `border: 0; height: 900px; width: ${width}px`;
            const root = frame.contentDocument.documentElement;
            // In a drawing, names of files end where their tiles do.
            const wide = [...root.querySelectorAll("*")].filter(e => e.parentElement?.closest("svg") === null
              && e.getBoundingClientRect().right > root.clientWidth + 1).map(e => e.outerHTML.slice(0, 200));
            return `${width}: ${root.scrollWidth <= root.clientWidth ? "fits" : root.scrollWidth} ${wide.join(" ")}`;
          };
          const page = frame.contentDocument;
          const facts = [read(400), read(1400),
            `tiles: ${page.querySelectorAll("svg.map svg.file").length}`,
            `background: ${getComputedStyle(page.documentElement).backgroundColor}`,
            `images: ${page.images.length}`,
            `first: ${page.querySelector("svg.map svg.layer").getBoundingClientRect().width > 0}`];
          const out = document.createElement("pre");
          out.id = "facts";
          out.textContent = facts.join("\n");
          document.body.replaceChildren(out);
        };
        </script></body></html>
        """;

    [TestMethod]
    [Requires("chromium")]
    public async Task A_report_is_read_in_a_browser_at_any_width_light_and_dark()
    {
        using var project = await TestProject.WebAsync("""
            <PropertyGroup><ContainerizeReport>true</ContainerizeReport><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>
            <ItemGroup><ContainerEnvironmentVariable Include="Smtp__Password" Value="not for the page" /></ItemGroup>
            """);
        project.Write($"wwwroot/{FileName}", new string('x', 100_000));
        project.Write("wwwroot/copy.txt", new string('x', 100_000));
        var result = await project.ContainerizeAsync();
        Assert.AreEqual(0, result.ExitCode, result.Output);
        var path = Directory.GetFiles(Path.Combine(project.Directory, "obj"), "report.html", SearchOption.AllDirectories).Single();
        StringAssert.Contains(result.Output, path);
        var page = await File.ReadAllTextAsync(path);
        Assert.DoesNotContain("not for the page", page);

        var (light, console) = await BrowseAsync(path);
        Assert.DoesNotContain("CONSOLE", console, console);
        StringAssert.Contains(light, "background: rgb(255, 255, 255)");
        StringAssert.Contains(light, "images: 0");
        StringAssert.Contains(light, "first: true");
        Assert.IsGreaterThan(3, int.Parse(Tiles().Match(light).Groups[1].Value, CultureInfo.InvariantCulture));
        foreach (var width in new[] { 400, 1400 })
        {
            StringAssert.Contains(light, $"{width}: fits \n", light);
        }

        StringAssert.Contains((await BrowseAsync(path, "--blink-settings=preferredColorScheme=0")).Facts, "background: rgb(15, 20, 25)");

        var again = await project.ContainerizeAsync("--no-build");
        Assert.AreEqual(0, again.ExitCode, again.Output);
        StringAssert.Contains(await File.ReadAllTextAsync(path), "Nothing is different from the image that was published before.");
        Assert.AreEqual(0, (await project.RunAsync("clean", "-c", "Release")).ExitCode);
        Assert.IsFalse(File.Exists(path), "dotnet clean left the report.");
    }

    private static async Task<(string Facts, string Console)> BrowseAsync(string report, params string[] options)
    {
        using var profile = new TemporaryDirectory();
        profile.Write("pages/report.html", await File.ReadAllBytesAsync(report));
        var probe = profile.Write("pages/probe.html", Probe);
        var result = (await ProcessRunner.RunAsync(
            "chromium",
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={profile["profile"]}",
                "--allow-file-access-from-files", "--enable-logging=stderr", "--window-size=1500,1000", "--virtual-time-budget=20000",
                .. options, "--dump-dom", new Uri(probe).AbsoluteUri])).EnsureSuccess();
        return (System.Net.WebUtility.HtmlDecode(Facts().Match(result.Output).Groups[1].Value + "\n"), result.Error);
    }

    [GeneratedRegex("<pre id=\"facts\">(.*?)</pre>", RegexOptions.Singleline)]
    private static partial Regex Facts();

    [GeneratedRegex("tiles: ([0-9]+)")]
    private static partial Regex Tiles();
}
