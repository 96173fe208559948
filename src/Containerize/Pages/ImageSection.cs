using Containerize.Starting;

namespace Containerize.Pages;

/// <summary>The section of an image: what it consists of, what is different, what could be smaller, how it runs.</summary>
internal static class ImageSection
{
    private static readonly (string Id, string Title)[] s_parts =
    [
        ("layers", "Layers"), ("sizes", "Files by size"), ("start", "Start check"), ("changes", "Changes"), ("hints", "Hints"),
        ("biggest", "Biggest files"), ("duplicates", "Duplicates"), ("config", "Config"), ("history", "History"),
    ];

    /// <summary>Writes the section.</summary>
    /// <param name="id">What the names of its parts begin with; no other section has it.</param>
    /// <param name="isOnly">Whether the page is about this image alone, so that its head has the digest.</param>
    internal static Html Write(ReportedImage image, string id, bool isOnly)
    {
        var files = image.Files.ToList();
        var run = RunFacts.Read(image.Built.Image.Config);
        var config = image.Built.Image.Config;
        Dictionary<string, Html> parts = new(StringComparer.Ordinal)
        {
            ["layers"] = LayerSection.Layers(image),
            ["sizes"] = LayerSection.Sizes(image, files),
            ["start"] = StartCheck(image.Built.StartFindings),
            ["changes"] = ChangeSection.Write(image.Changes),
            ["hints"] = FileSection.Hints(Pages.Hints.Find(files, config.Platform, [.. config.Entrypoint, .. config.Command])),
            ["biggest"] = FileSection.Biggest(files),
            ["duplicates"] = FileSection.Duplicates(Pages.Duplicates.Find(files)),
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
        var built = image.Built;
        var own = image.Layers.Sum(layer => layer.Built.Descriptor.Size);
        var unpacked = image.Layers.Sum(layer => layer.Built.Record.UncompressedSize);
        return $"""
            {(isOnly ? Html.None : ReportPage.Fact("Digest", built.Image.Manifest.Descriptor.Digest.ToString()))}{ReportPage.Fact(
                "Size",
                $"{ByteSize.Format(image.CompressedSize)} compressed: {ByteSize.Format(image.BaseSize)} of the base, "
                + $"{ByteSize.Format(own)} on it ({ByteSize.Format(unpacked)} uncompressed)")}{ReportPage.Fact(
                "Base",
                built.BaseName is null ? "none" : $"{built.BaseName} ({built.BaseDigest}), {Texts.Count(built.BaseLayers.Count, "layer")}")}
            """;
    }

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
