using System.Security.Cryptography;
using System.Text;
using Containerize.Files;

namespace Containerize.Pages;

/// <summary>
/// Writes the report of an image as one page. It loads nothing and runs nothing, which its policy makes sure of, and has no time in it:
/// the same image gives the same page.
/// </summary>
internal static class ReportPage
{
    private const string Policy = "default-src 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>
    /// Writes the page and says where it is; one that is the same already is left alone. The image is published by then, which a page that
    /// cannot be written does not undo: it is a warning (<see cref="DiagnosticCode.ReportNotWritten"/>).
    /// </summary>
    /// <param name="path">The file, a full path.</param>
    internal static void Write(string path, ImageReport report, IReporter reporter)
    {
        try
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(ToText(report)));
            reporter.Message($"The report of the image is in '{path}'.");
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            reporter.Warning(
                DiagnosticCode.ReportNotWritten,
                $"The image was published, but its report could not be written to '{path}': {failure.Message} "
                + "Name another file with ContainerizeReportPath.");
        }
    }

    /// <summary>The page.</summary>
    internal static string ToText(ImageReport report)
    {
        var style = PageStyle.Sheet.ReplaceLineEndings("\n");
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        var name = report.Names.Count > 0 ? report.Names[0] : report.Digest.ToString();
        Html page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{Html.Raw(Policy)}; style-src 'sha256-{hash}'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>{name}</title>
            <style>{Html.Raw(style)}</style>
            </head>
            <body>
            <a class="skip" href="#content">To the content</a>
            <header>
            <h1>{name}</h1>
            <dl class="facts">
            {report.Names.Skip(1).Select((other, index) => Fact(index == 0 ? "Also as" : "", other))}{
                Fact("Digest", report.Digest.ToString())}{Fact(
                report.Images.Count == 1 ? "Platform" : "Platforms",
                string.Join(", ", report.Images.Select(image => image.Image.Config.Platform)))}</dl>
            </header>
            {Navigation(report)}<main id="content">
            {report.Images.Select((image, index) => ImageSection.Write(image, $"i{index}", report.Images.Count == 1))}</main>
            </body>
            </html>

            """;
        return page.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>A line of a list of facts.</summary>
    internal static Html Fact(string name, string value) => $"<dt>{name}</dt><dd>{value}</dd>\n";

    private static Html Navigation(ImageReport report) => report.Images.Count == 1 ? Html.None : $"""
        <nav aria-label="Platforms">
        <ul>{report.Images.Select((image, index) =>
            (Html)$"<li><a href=\"#i{index}\">{image.Image.Config.Platform.ToString()}</a></li>")}</ul>
        </nav>

        """;
}
