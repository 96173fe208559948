using Containerize.Destinations;
using Containerize.Files;
using Containerize.Reports;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

/// <summary>What builds write is content of no image, wherever a project puts it.</summary>
[TestClass]
internal sealed class OwnOutputsTests
{
    private static string[] Excluded(SettingsLab lab, params string[] sources) => Excluded(lab, ignoreCase: false, sources);

    private static string[] Excluded(SettingsLab lab, bool ignoreCase, params string[] sources)
    {
        var project = lab.Project;
        var outputs = OwnOutputs.Read(
            project,
            DestinationSettings.Read(project, lab.Reporter),
            BaseSettings.Read(project),
            Path.Combine(lab.Directory, "cache"),
            Path.Combine(lab.Directory, "obj", "containerize"),
            CiSystems.Files(
                new Dictionary<string, string> { ["GITLAB_CI"] = "true", ["CI_PROJECT_DIR"] = lab.Directory }, lab.Directory),
            new FileNameCase(ignoreCase));
        var files = sources.ToDictionary(source => $"published/{source}", source => Path.Combine(lab.Directory, source));
        var excluded = outputs.In("/publish", files);
        return [.. files.Keys.Where(path => excluded.Contains(Path.Combine("/publish", path))).Select(path => path["published/".Length..])];
    }

    private static SettingsLab Lab(string debugImage = "") => new SettingsLab()
        .Add(ItemKind.Name, "app", ("IsDefault", "true"), ("DebugImage", debugImage))
        .Add(ItemKind.Image, "image", ("WorkingDirectory", "/app/"))
        .Add(ItemKind.Base, "base", ("Image", "scratch"), ("LockFile", "locks/base.json"));

    [TestMethod]
    public void Everything_that_a_build_writes_is_left_out_and_all_else_stays()
    {
        using var lab = Lab()
            .Add(ItemKind.Archive, "images/app.tar")
            .Add(ItemKind.Layout, "images/layout/")
            .Add(ItemKind.Report, "report", ("ImageInfoFile", "facts/image.json"), ("DigestFile", "facts/digest.json"),
                ("IsPageWanted", "true"), ("PageFile", "facts/page.html"))
            .Add(ItemKind.Debian, "debian", ("LockFile", "locks/packages.json"));
        string[] outputs =
        [
            "images/app.tar", "images/layout/index.json", "images/layout/blobs/sha256/ab.json", "facts/image.json", "facts/digest.json",
            "facts/page.html", "containerize.env",
            "locks/base.json", "locks/packages.json", "cache/layers/x.json", "obj/containerize/x.json",
        ];
        string[] content = ["appsettings.json", "images/logo.png", "facts/other.json", "locks/x.json", "images/layout2/index.json"];

        CollectionAssert.AreEqual(outputs, Excluded(lab, [.. outputs, .. content]));
    }

    [TestMethod]
    public void Documents_beside_an_archive_and_a_verdict_are_left_out_and_files_that_are_only_called_alike_stay()
    {
        using var lab = Lab(debugImage: "true")
            .Add(ItemKind.Archive, "out/app.tar.gz")
            .Add(ItemKind.Report, "report", ("ImageInfoFile", "a"), ("DigestFile", "b"), ("VerdictFile", "out/verdict.json"))
            .Add(ItemKind.Debian, "debian");
        string[] outputs =
        [
            "out/app.spdx.json", "out/app.cdx.json", "out/app.linux-arm64.provenance.json", "out/app.vex.json.sigstore.json",
            "out/app.2.sigstore.json", "out/app.notary.jws", "out/app-debug.spdx.json", "out/verdict.json",
        ];
        string[] content = ["out/app.json", "out/app.settings.json", "out/other.spdx.json", "out/application.spdx.json", "app.spdx.json"];
        Directory.CreateDirectory(Path.Combine(lab.Directory, "out"));
        foreach (var file in outputs.Concat(content))
        {
            File.WriteAllText(Path.Combine(lab.Directory, file), "{}");
        }

        CollectionAssert.AreEqual(outputs, Excluded(lab, [.. outputs, .. content]));
    }

    [TestMethod]
    public void What_earlier_builds_wrote_elsewhere_is_left_out()
    {
        using var lab = Lab().Add(ItemKind.Report, "report", ("ImageInfoFile", "a"), ("DigestFile", "b")).Add(ItemKind.Debian, "debian");
        var directory = Path.Combine(lab.Directory, "obj", "containerize");
        Directory.CreateDirectory(directory);
        OutputList.Add(directory, [Path.Combine(lab.Directory, "old", "layout"), Path.Combine(lab.Directory, "verify.json")]);

        CollectionAssert.AreEqual(
            new[] { "old/layout/index.json", "verify.json" }, Excluded(lab, "old/layout/index.json", "verify.json", "old/other.json"));
    }

    [TestMethod]
    [DataRow(true, "OUT/App.tar Images/layout/index.json")]
    [DataRow(false, "")]
    public void Where_case_is_ignored_an_output_is_one_however_it_is_spelled(bool ignoreCase, string expected)
    {
        using var lab = Lab().Add(ItemKind.Archive, "out/app.tar").Add(ItemKind.Layout, "images/layout")
            .Add(ItemKind.Report, "report", ("ImageInfoFile", "a"), ("DigestFile", "b")).Add(ItemKind.Debian, "debian");

        Assert.AreEqual(
            expected, string.Join(' ', Excluded(lab, ignoreCase, "OUT/App.tar", "Images/layout/index.json", "Images/logo.png")));
    }

    [TestMethod]
    [DataRow(".")]
    [DataRow("..")]
    [DataRow("./")]
    public void A_layout_that_holds_the_project_leaves_its_content_alone(string layout)
    {
        using var lab = Lab().Add(ItemKind.Layout, layout).Add(ItemKind.Report, "report", ("ImageInfoFile", "a"), ("DigestFile", "b"))
            .Add(ItemKind.Debian, "debian");

        Assert.IsEmpty(Excluded(lab, "appsettings.json", "wwwroot/index.html"));
    }
}
