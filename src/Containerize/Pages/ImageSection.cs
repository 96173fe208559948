using Containerize.Starting;

namespace Containerize.Pages;

/// <summary>The section of an image: what it consists of, what is different, what could be smaller, how it runs.</summary>
internal static class ImageSection
{
    private static readonly (string Id, string Title)[] s_parts =
    [
        ("layers", "Layers"), ("sizes", "Files by size"), ("start", "Start check"), ("changes", "Changes"), ("hints", "Hints"),
        ("biggest", "Biggest files"), ("duplicates", "Duplicates"), ("packages", "Packages"), ("evidence", "Evidence"),
        ("config", "Config"), ("history", "History"),
    ];

    /// <summary>Writes the section.</summary>
    /// <param name="id">What the names of its parts begin with; no other section has it.</param>
    /// <param name="isOnly">Whether the page is about this image alone, so that its head has the digest.</param>
    internal static Html Write(ReportedImage image, string id, bool isOnly)
    {
        var files = image.Files.ToList();
        var run = RunFacts.Read(image.Image.Config);
        var config = image.Image.Config;
        Dictionary<string, Html> parts = new(StringComparer.Ordinal)
        {
            ["layers"] = LayerSection.Layers(image),
            ["sizes"] = LayerSection.Sizes(image, files),
            ["start"] = StartCheck(image.StartFindings),
            ["changes"] = image.Changes is { } changes ? ChangeSection.Write(changes) : Html.None,
            ["hints"] = FileSection.Hints(Pages.Hints.Find(files, config.Platform, [.. config.Entrypoint, .. config.Command])),
            ["biggest"] = FileSection.Biggest(files),
            ["duplicates"] = FileSection.Duplicates(Pages.Duplicates.Find(files)),
            ["packages"] = Packages(image.Packages),
            ["evidence"] = Evidence(image.Evidence),
            ["config"] = Config(run),
            ["history"] = History(run),
        };
        var shown = s_parts.Where(part => parts[part.Id].ToString().Length > 0).ToList();
        return $"""
            <section id="{id}" aria-labelledby="{id}-title">
            <h2 id="{id}-title">{config.Platform.ToString()}</h2>
            <nav aria-label="Sections of {config.Platform.ToString()}">
            <ul>{shown.Select(part => (Html)$"<li><a href=\"#{id}-{part.Id}\">{part.Title}</a></li>")}</ul>
            </nav>
            <dl class="facts">
            {Facts(image, isOnly)}</dl>
            {shown.Select(part => (Html)$"""
                <section id="{id}-{part.Id}" aria-labelledby="{id}-{part.Id}-title">
                <h3 id="{id}-{part.Id}-title">{part.Title}</h3>
                {parts[part.Id]}</section>

                """)}</section>

            """;
    }

    private static Html Facts(ReportedImage image, bool isOnly)
    {
        var own = image.Layers.Sum(layer => layer.CompressedSize);
        var unpacked = image.Layers.Sum(layer => layer.UncompressedSize);
        return $"""
            {(isOnly ? Html.None : ReportPage.Fact("Digest", image.Image.Manifest.Descriptor.Digest.ToString()))}{ReportPage.Fact(
                "Size",
                image.BaseLayers.Count == 0
                    ? $"{ByteSize.Format(own)} compressed, {ByteSize.Format(unpacked)} uncompressed"
                    : $"{ByteSize.Format(image.CompressedSize)} compressed: {ByteSize.Format(image.BaseSize)} of the base, "
                        + $"{ByteSize.Format(own)} on it ({ByteSize.Format(unpacked)} uncompressed)")}{ReportPage.Fact(
                "Base", BaseText(image))}
            """;
    }

    // What the lowest layers are of is not known of every image.
    private static string BaseText(ReportedImage image) => image.Base is not { } named
        ? image.BaseLayers.Count == 0 ? "none" : Texts.Count(image.BaseLayers.Count, "layer")
        : named.Name + (named.Digest is null ? "" : $" ({named.Digest})")
            + (image.BaseLayers.Count == 0 ? "" : $", {Texts.Count(image.BaseLayers.Count, "layer")}");

    private static Html Packages(IReadOnlyList<ReportedPackage> packages) => packages.Count == 0 ? Html.None : (Html)$"""
        <details>
        <summary>{Texts.Count(packages.Count, "package")}</summary>
        <table>
        {Texts.Head(("Package", ""), ("Version", ""), ("Kind", "wide-only"))}<tbody>
        {packages.Select(package => (Html)$"""
            <tr><td>{package.Name}</td><td class="code">{package.Version}</td><td class="wide-only">{package.Kind}</td></tr>

            """)}</tbody>
        </table>
        </details>

        """;

    private static Html Evidence(IReadOnlyList<ReportedEvidence> evidence) => evidence.Count == 0 ? Html.None : (Html)$"""
        <table>
        {Texts.Head(("What", ""), ("Digest", ""))}<tbody>
        {evidence.Select(one => (Html)$"""
            <tr><td>{one.Type}{(one.IsOfIndex ? " (of the index)" : "")}</td><td class="path">{one.Digest.ToString()}</td></tr>

            """)}</tbody>
        </table>

        """;

    private static Html StartCheck(IReadOnlyList<StartFinding>? findings) => findings switch
    {
        null => Html.None,
        [] => $"<p class=\"good\">Nothing was found that keeps the image from starting.</p>\n",
        _ => $"""
            <ul>
            {findings.Select(finding => (Html)$"<li><span class=\"{(finding.IsCertain ? "error" : "warning")}\">{(
                finding.IsCertain ? "Error" : "Warning")} {ContainerizeException.Format(finding.Code)}</span>: {finding.Text}</li>\n")}</ul>

            """,
    };

    private static Html Config(RunFacts run) => $"""
        <dl class="facts">
        {run.Settings.Select(setting => (Html)$"<dt>{setting.Name}</dt>{setting.Values.Select(
            value => (Html)$"<dd class=\"code\">{value}</dd>")}\n")}</dl>

        """;

    private static Html History(RunFacts run) => run.History.Count == 0 ? Html.None : (Html)$"""
        <details>
        <summary>{Texts.Count(run.History.Count, "step")}, the first at the top</summary>
        <ol>
        {run.History.Select(line => (Html)$"<li><code>{line.CreatedBy}</code> {line.Comment}{(
            line.IsEmpty ? (Html)$" <span class=\"soft\">(no layer)</span>" : Html.None)}</li>\n")}</ol>
        </details>

        """;
}
