using Containerize.Files;
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
    [DataRow("PreserveNewest", "Always", "/b")]
    [DataRow("Always", "PreserveNewest", "/a")]
    [DataRow("Always", "IfDifferent", "/b")]
    [DataRow("IfDifferent", "Always", "/a")]
    [DataRow("Always", "Always", "/b")]
    [DataRow("", "PreserveNewest", "/b")]
    public void Of_several_files_of_one_path_the_one_that_is_copied_last_is_the_source(string first, string second, string expected)
    {
        Item[] published =
        [
            new("/a", ("RelativePath", "appsettings.json"), ("CopyToPublishDirectory", first)),
            new("/b", ("RelativePath", "appsettings.json"), ("CopyToPublishDirectory", second)),
        ];

        Assert.AreEqual(Path.GetFullPath(expected), PublishedFileItems.Sources(s_publish, published)["appsettings.json"]);
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

    [TestMethod]
    [DataRow(true, "data/A.json", 1)]
    [DataRow(false, "data/a.json data/A.json", 2)]
    public void Where_case_is_ignored_names_are_found_in_any_and_are_spelled_as_in_the_items(bool ignoreCase, string keys, int sources)
    {
        var names = new FileNameCase(ignoreCase);
        Item[] published = [new("/src/A.json", ("RelativePath", "data/A.json"), ("NuGetPackageId", "Some"))];
        Item[] twice = [new("/old/a.json", ("RelativePath", "data/a.json")), .. published];

        var origins = PublishedFileItems.Origins(s_publish, published, [s_publish + "data/a.json"], [], names: names);
        var found = PublishedFileItems.Sources(s_publish, twice, names);

        Assert.AreEqual(keys, string.Join(' ', origins.Keys));
        Assert.AreEqual("Some", origins["data/A.json"].Package);
        Assert.HasCount(sources, found);
        Assert.AreEqual(Path.GetFullPath("/src/A.json"), found["data/A.json"]);
        Assert.AreEqual(ignoreCase, found.ContainsKey("DATA/a.JSON"));
    }

    [TestMethod]
    [DataRow(true, 1)]
    [DataRow(false, 0)]
    public void What_was_written_to_the_directory_belongs_there_however_its_own_name_is_spelled(bool ignoreCase, int count)
    {
        var written = Path.Combine(Path.GetTempPath(), "PUBLISH", "made.txt");

        Assert.HasCount(count, PublishedFileItems.Origins(s_publish, [], [written], [], names: new FileNameCase(ignoreCase)));
    }

    [TestMethod]
    public void Assets_of_an_app_for_the_browser_come_from_what_they_were_made_of()
    {
        const string Pack = "Microsoft.NETCore.App.Runtime.Mono.browser-wasm";
        Item[] references =
        [
            new("/nuget/pack/System.Private.CoreLib.dll", ("NuGetPackageId", Pack)),
            new("/nuget/pack/dotnet.native.wasm", ("NuGetPackageId", Pack)),
            new("/nuget/x/Fancy.Controls.dll", ("NuGetPackageId", "Fancy"), ("NuGetPackageVersion", "1.2.3")),
            new("/nuget/y/Microsoft.AspNetCore.Components.WebAssembly.dll", ("NuGetPackageId", "Blazor")),
            new("/src/lib/bin/lib.dll", ("ReferenceSourceTarget", "ProjectReference")),
        ];
        Item[] published =
        [
            Asset("/obj/System.Private.CoreLib.wasm", "System.Private.CoreLib.hf5.wasm", "runtime"),
            Compressed("/obj/1.br", "System.Private.CoreLib.hf5.wasm.br", "/obj/System.Private.CoreLib.wasm"),
            Asset("/bin/dotnet.native.rw4.wasm", "dotnet.native.rw4.wasm", "native", "/nuget/pack/dotnet.native.wasm"),
            Asset("/obj/Fancy.Controls.wasm", "Fancy.Controls.a.wasm", "runtime"),
            Compressed("/obj/2.gz", "Fancy.Controls.a.wasm.gz", "/obj/Fancy.Controls.wasm"),
            Asset("/bin/blazor.webassembly.w3.js", "blazor.webassembly.w3.js", "boot", "/nuget/y/blazor.webassembly.js"),
            Asset("/obj/lib.wasm", "lib.b.wasm", "runtime"),
            Asset("/obj/app.wasm", "app.c.wasm", "runtime"),
            Asset("/obj/System.Private.CoreLib.js", "dotnet.d.js", "manifest"),
            Compressed("/obj/3.gz", "app.c.wasm.gz", "/obj/app.wasm"),
        ];

        var origins = PublishedFileItems.Origins(s_publish, published, [], [Pack], references);

        Assert.AreEqual(
            "RuntimePack RuntimePack RuntimePack Package:Fancy 1.2.3 Package:Fancy 1.2.3 Package:Blazor Project App App App",
            string.Join(' ', published.Select(item => origins[item["RelativePath"]])
                .Select(origin => origin.Kind == FileOriginKind.Package ? $"Package:{origin.Package}" : $"{origin.Kind}")));

        static Item Asset(string identity, string name, string trait, string original = "") => new(
            identity,
            ("RelativePath", $"wwwroot/_framework/{name}"),
            ("AssetTraitName", "WasmResource"),
            ("AssetTraitValue", trait),
            ("OriginalItemSpec", original));

        static Item Compressed(string identity, string name, string plain) => new(
            identity, ("RelativePath", $"wwwroot/_framework/{name}"), ("AssetTraitName", "Content-Encoding"), ("RelatedAsset", plain));
    }
}
