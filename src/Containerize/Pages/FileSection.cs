namespace Containerize.Pages;

/// <summary>Files that are worth a look: the largest, those that are there twice, and those that may not be needed.</summary>
internal static class FileSection
{
    private const int MostBiggest = 20;
    private const int MostDuplicates = 30;
    private const int MostOfHint = 50;

    internal static Html Biggest(IReadOnlyList<ReportedFile> files) =>
        files.Count == 0 ? Html.None : Table([.. FileGroup.Sort(files).Take(MostBiggest)], MostBiggest, withPackage: true);

    internal static Html Duplicates(IReadOnlyList<Duplicates> duplicates) => duplicates.Count == 0
        ? (Html)$"<p>No content lies at two paths.</p>\n"
        : $"""
            <p>The same bytes at several paths, by their SHA-256. All but one of each take {
                ByteSize.Format(duplicates.Sum(same => same.Wasted))} uncompressed.</p>
            <table>
            {Texts.Head(("Paths", ""), ("Each", "number"), ("Too much", "number"))}<tbody>
            {duplicates.Take(MostDuplicates).Select(same => (Html)$"""
                <tr><td class="path">{same.Files.Select((file, index) => (Html)$"{Html.Raw(index == 0 ? "" : "<br>")}/{file.Path}")}</td>
                <td class="number">{ByteSize.Format(same.Files[0].Size)}</td><td class="number">{ByteSize.Format(same.Wasted)}</td></tr>

                """)}</tbody>
            </table>
            {More(duplicates.Count - MostDuplicates, "content", duplicates.Skip(MostDuplicates).Sum(same => same.Wasted))}
            """;

    internal static Html Hints(IReadOnlyList<Hint> hints) => hints.Count == 0
        ? (Html)$"<p>Nothing was found that the image could do without.</p>\n"
        : $"{hints.Select(hint => (Html)$"""
            <h4>{hint.What}: {ByteSize.Format(hint.Size)}</h4>
            <p>{hint.Why} This leaves {(hint.Files.Count == 1 ? "it" : "them")} out:</p>
            <pre>{Html.Lines(hint.Cure)}</pre>
            <details>
            <summary>{Texts.Count(hint.Files.Count, "file")}</summary>
            {Table(FileGroup.Sort(hint.Files), MostOfHint)}</details>

            """)}";

    /// <summary>Files with their sizes.</summary>
    /// <param name="most">How many lines there may be; the rest is counted.</param>
    internal static Html Table(IReadOnlyList<ReportedFile> files, int most, bool withPackage = false) => $"""
        <table>
        {(withPackage ? Texts.Head(("File", ""), ("Package", "wide-only"), ("Size", "number"))
            : Texts.Head(("File", ""), ("Size", "number")))}<tbody>
        {files.Take(most).Select(file => (Html)$"""
            <tr><td class="path">/{file.Path}</td>{
                (withPackage ? (Html)$"<td class=\"wide-only\">{file.Package}</td>" : Html.None)}<td class="number">{
                ByteSize.Format(file.Size)}</td></tr>

            """)}</tbody>
        </table>
        {More(files.Count - most, "file", files.Skip(most).Sum(file => file.Size))}
        """;

    /// <summary>Says what a table does not show.</summary>
    internal static Html More(int count, string noun, long size) =>
        count <= 0 ? Html.None : $"<p class=\"soft\">{Texts.Count(count, $"more {noun}")}: {ByteSize.Format(size)}</p>\n";
}
