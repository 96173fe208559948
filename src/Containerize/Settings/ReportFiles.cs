namespace Containerize.Settings;

/// <summary>The files that tell of an image.</summary>
/// <param name="ImageInfo">The full path of the facts, as JSON.</param>
/// <param name="Digest">The full path of the digest.</param>
internal sealed record ReportFiles(string ImageInfo, string Digest)
{
    internal static ReportFiles Read(ProjectSettings project)
    {
        var item = project.One(ItemKind.Report);
        return new(project.FullPath(item["ImageInfoFile"]), project.FullPath(item["DigestFile"]));
    }
}
