namespace Containerize.Settings;

/// <summary>What tells of an image.</summary>
/// <param name="ImageInfo">The full path of the facts, as JSON.</param>
/// <param name="Digest">The full path of the digest.</param>
/// <param name="TellCi">Whether the CI system that runs the build is told as well.</param>
/// <param name="Page">The full path of the report that is a page; null for none.</param>
/// <param name="Verdict">The full path of the verdict of a verification; null where the project names none.</param>
internal sealed record ReportFiles(string ImageInfo, string Digest, bool TellCi, string? Page, string? Verdict)
{
    internal static ReportFiles Read(ProjectSettings project)
    {
        var item = project.One(ItemKind.Report);
        var page = project.FullPath(item["PageFile"]);
        return new(
            project.FullPath(item["ImageInfoFile"]),
            project.FullPath(item["DigestFile"]),
            !item.IsFalse("CIOutput"),
            item.IsTrue("IsPageWanted") ? page : null,
            item["VerdictFile"] is { Length: > 0 } verdict ? project.FullPath(verdict) : null);
    }
}
