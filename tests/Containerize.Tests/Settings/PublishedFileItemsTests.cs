using Containerize.Inputs;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class PublishedFileItemsTests
{
    private static readonly string s_publish = Path.Combine(Path.GetTempPath(), "publish") + Path.DirectorySeparatorChar;

    private static FileOrigin? OriginOf(string path, params (string Name, string Value)[] metadata) =>
        PublishedFileItems.Origins(s_publish, [new Item("source", metadata)], [], ["Microsoft.NETCore.App.Runtime.linux-x64"])
            .GetValueOrDefault(path);

    [TestMethod]
    public void The_origin_follows_from_the_metadata_of_the_item()
    {
        var path = ("RelativePath", @"lib\a.dll");

        Assert.AreEqual(FileOrigin.App, OriginOf("lib/a.dll", path));
        Assert.AreEqual(new FileOrigin(FileOriginKind.Project), OriginOf("lib/a.dll", path, ("ReferenceSourceTarget", "ProjectReference")));
        Assert.AreEqual(
            new FileOrigin(FileOriginKind.Package, "Humanizer.Core", "3.0.10"),
            OriginOf("lib/a.dll", path, ("NuGetPackageId", "Humanizer.Core"), ("NuGetPackageVersion", "3.0.10")));
        Assert.AreEqual(
            new FileOrigin(FileOriginKind.RuntimePack, "microsoft.netcore.app.runtime.linux-x64"),
            OriginOf("lib/a.dll", path, ("NuGetPackageId", "microsoft.netcore.app.runtime.linux-x64")));
        Assert.AreEqual(
            new FileOrigin(FileOriginKind.Package, "Assets"),
            OriginOf("lib/a.dll", path, ("SourceType", "Package"), ("SourceId", "Assets")));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("../outside.dll")]
    [DataRow("/etc/passwd")]
    public void What_lies_outside_has_no_origin(string relative) =>
        Assert.IsEmpty(PublishedFileItems.Origins(s_publish, [new Item("source", ("RelativePath", relative))], [], []));

    [TestMethod]
    public void What_the_build_wrote_into_the_directory_belongs_there()
    {
        string[] written = [s_publish + "made.txt", "obj/made.cs", Path.GetTempPath() + "publish-other"];

        var origins = PublishedFileItems.Origins(s_publish, [], written, []);

        CollectionAssert.AreEqual(new[] { "made.txt" }, origins.Keys.ToList());
    }
}
