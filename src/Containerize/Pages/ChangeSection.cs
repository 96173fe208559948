using Containerize.Building;

namespace Containerize.Pages;

/// <summary>What is different from the image that was published before.</summary>
internal static class ChangeSection
{
    private const int MostFiles = 100;

    internal static Html Write(ReportedChanges changes) =>
        !changes.HasPrevious ? $"<p>This project published no image from here yet, so there is nothing to compare with.</p>\n"
        : changes.Layers.All(layer => layer.IsUnchanged) ? $"<p>Nothing is different from the image that was published before.</p>\n"
        : (Html)$"{changes.Layers.Select(Layer)}";

    private static Html Layer(LayerChange layer) => $"""
        <h4>{layer.Layer}: {layer.What}{(layer.Growth.Length == 0 ? "" : $", {layer.Growth}")}</h4>
        {Packages(layer.Packages)}{Files(layer.Files)}
        """;

    private static Html Packages(IReadOnlyList<PackageChange> packages) => packages.Count == 0 ? Html.None
        : $"<ul>\n{packages.Select(package => (Html)$"<li>{package.ToString()}</li>\n")}</ul>\n";

    private static Html Files(IReadOnlyList<FileChange> files) => files.Count == 0 ? Html.None : $"""
        <table>
        {Texts.Head(("File", ""), ("What", ""), ("Before", "number wide-only"), ("Now", "number wide-only"),
            ("Difference", "number"))}<tbody>
        {files.Take(MostFiles).Select(file => (Html)$"""
            <tr><td class="path">/{file.Path}</td><td class="{file.What}">{file.What}</td>
            <td class="number wide-only">{Size(file.Before)}</td><td class="number wide-only">{Size(file.After)}</td>
            <td class="number">{Texts.Difference(file.Before, file.After)}</td></tr>

            """)}</tbody>
        </table>
        {FileSection.More(files.Count - MostFiles, "file", files.Skip(MostFiles).Sum(file => file.After ?? 0))}
        """;

    private static string Size(long? size) => size is { } bytes ? ByteSize.Format(bytes) : "";
}
