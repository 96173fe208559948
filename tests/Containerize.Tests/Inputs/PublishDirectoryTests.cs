using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Testing;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class PublishDirectoryTests
{
    private static readonly Dictionary<string, FileOrigin> s_none = [];

    private static IReadOnlyList<PublishedFile> List(
        TemporaryDirectory directory, Dictionary<string, FileOrigin>? origins = null, params string[] excluded) =>
        PublishDirectory.List(directory.FullName, origins ?? s_none, excluded.Select(path => directory[path]).ToHashSet());

    [TestMethod]
    public void Files_are_listed_in_ordinal_order_with_their_origin_by_full_relative_path()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("b/lib.dll", "one");
        directory.Write("lib.dll", "two");
        directory.Write("B.txt", "three");
        var package = new FileOrigin(FileOriginKind.Package, "Lib", "1.0");

        var files = List(directory, new() { ["b/lib.dll"] = package });

        CollectionAssert.AreEqual(new[] { "B.txt", "b/lib.dll", "lib.dll" }, files.Select(file => file.RelativePath).ToList());
        Assert.AreEqual(package, files[1].Origin);
        Assert.AreEqual(FileOrigin.Unexpected, files[2].Origin, "A file of the same name elsewhere is another file.");
        Assert.AreEqual(3, files[1].Size);
    }

    [TestMethod]
    public void An_empty_or_missing_directory_is_an_error()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["only/directories"]);

        var empty = Assert.ThrowsExactly<ContainerizeException>(() => List(directory));
        var missing =
            Assert.ThrowsExactly<ContainerizeException>(() => PublishDirectory.List(directory["nowhere"], s_none, new HashSet<string>()));

        Assert.AreEqual(DiagnosticCode.PublishDirectoryEmpty, empty.Code);
        Assert.AreEqual(DiagnosticCode.PublishDirectoryEmpty, missing.Code);
    }

    [TestMethod]
    public void Empty_directories_stay()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "");
        Directory.CreateDirectory(directory["uploads/incoming"]);

        var files = List(directory);

        Assert.AreEqual(LayerEntryType.Directory, files.Single(file => file.RelativePath == "uploads/incoming").Type);
        Assert.IsFalse(files.Any(file => file.RelativePath == "uploads"), "Parents are made when the layer is written.");
    }

    [TestMethod]
    public void Own_outputs_are_left_out()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "");
        directory.Write("image.tar", "");
        directory.Write("layout/index.json", "");

        var files = List(directory, null, "image.tar", "layout");

        CollectionAssert.AreEqual(new[] { "app.dll" }, files.Select(file => file.RelativePath).ToList());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_something_published_stays_a_link_relative_to_itself()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("native/lib.so.1", "library");
        File.CreateSymbolicLink(directory["native/lib.so"], directory["native/lib.so.1"]);
        Directory.CreateSymbolicLink(directory["current"], "native");

        var files = List(directory);

        Assert.AreEqual("lib.so.1", files.Single(file => file.RelativePath == "native/lib.so").LinkTarget);
        Assert.AreEqual("native", files.Single(file => file.RelativePath == "current").LinkTarget);
        Assert.HasCount(3, files);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_out_of_the_directory_brings_the_content_along()
    {
        using var outside = new TemporaryDirectory();
        using var directory = new TemporaryDirectory();
        outside.Write("packages/lib.dll", "12345");
        File.CreateSymbolicLink(directory["lib.dll"], outside["packages/lib.dll"]);
        Directory.CreateSymbolicLink(directory["all"], outside["packages"]);

        var files = List(directory);

        CollectionAssert.AreEqual(new[] { "all/lib.dll", "lib.dll" }, files.Select(file => file.RelativePath).ToList());
        Assert.IsTrue(files.All(file => file is { Type: LayerEntryType.File, Size: 5 }), "The size is the content's, not the link's.");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_nothing_stays_because_the_image_may_have_its_target()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "");
        File.CreateSymbolicLink(directory["data"], "/mnt/of/the/image");

        Assert.AreEqual("/mnt/of/the/image", List(directory).Single(file => file.RelativePath == "data").LinkTarget);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Links_in_a_circle_end()
    {
        using var outside = new TemporaryDirectory();
        using var directory = new TemporaryDirectory();
        outside.Write("file", "");
        Directory.CreateSymbolicLink(outside["again"], outside.FullName);
        Directory.CreateSymbolicLink(directory["out"], outside.FullName);

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => List(directory));

        Assert.AreEqual(DiagnosticCode.UnreadableFile, failure.Code);
    }

    [TestMethod]
    public void A_pipe_is_refused_because_it_has_no_end()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Inconclusive("Only Linux tells a pipe from a file here.");
        }

        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "app");
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", directory["queue"]))
        {
            mkfifo.WaitForExit();
        }

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => List(directory));

        Assert.AreEqual(DiagnosticCode.UnreadableFile, failure.Code);
        StringAssert.Contains(failure.Message, "queue");
    }

    [TestMethod]
    public void Files_carry_the_stamp_that_they_had_when_they_were_listed()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("app.dll", "app");

        Assert.AreEqual(FileStamp.Of(file), List(directory)[0].Stamp);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    [DataRow("self", ".", ".")]
    [DataRow("deep/up", "..", "..")]
    [DataRow("deep/up", "../", "..")]
    [DataRow("data", @"missing\name", @"missing\name")]
    [DataRow("odd", @"back\slash.txt", @"back\slash.txt")]
    public void Links_to_the_directory_itself_and_odd_names_stay_links(string link, string target, string expected)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "app");
        directory.Write(@"back\slash.txt", "text");
        directory.Write("deep/file.txt", "text");
        File.CreateSymbolicLink(directory[link], target);

        Assert.AreEqual(expected, List(directory).Single(file => file.RelativePath == link).LinkTarget);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    [DataRow("link", "current/../file.txt")]
    [DataRow("deep/link", "../current/../file.txt")]
    [DataRow("deep/link", ".././current/.././file.txt")]
    public void A_link_that_goes_back_through_another_leads_where_it_led(string link, string target)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("file.txt", "not this one");
        directory.Write("versions/file.txt", "this one");
        directory.Write("versions/2/app.dll", "app");
        directory.Write("deep/app.dll", "app");
        Directory.CreateSymbolicLink(directory["current"], "versions/2");
        File.CreateSymbolicLink(directory[link], target);

        Assert.AreEqual(target, List(directory).Single(file => file.RelativePath == link).LinkTarget);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("images/")]
    public void What_a_killed_build_left_of_an_output_is_not_in_the_image(string place)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "app");
        directory.Write("images/logo.png", "logo");
        directory.Write(place + AbandonedFiles.NewName(), "half an archive");
        directory.Write(place + ".app.tar.0123456789abcdef0123456789abcdef.tmp", "half an archive");
        directory.Write("cache.tmp", "of the project");
        directory.Write(".cache.tmp", "of the project");

        CollectionAssert.AreEqual(
            new[] { ".cache.tmp", "app.dll", "cache.tmp", "images/logo.png" }, List(directory).Select(file => file.RelativePath).ToList());
    }

    [TestMethod]
    public void A_directory_with_nothing_but_outputs_is_not_in_the_image()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("app.dll", "app");
        directory.Write("out/layout/index.json", "{}");
        Directory.CreateDirectory(directory["empty"]);

        CollectionAssert.AreEqual(
            new[] { "app.dll", "empty" }, List(directory, null, "out/layout").Select(file => file.RelativePath).ToList());
    }
}
