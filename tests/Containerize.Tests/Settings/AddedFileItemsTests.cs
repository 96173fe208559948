using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class AddedFileItemsTests
{
    private static AddedFileItems Items(ProjectSettings project) => new(project, new EntryRules("/app", DateTimeOffset.UnixEpoch));

    private static object Read(ProjectSettings project) => (Items(project).Files(withSecrets: false), Items(project).WritableDirectories());

    private static SettingsLab Lab(string include, params (string Name, string Value)[] metadata)
    {
        var lab = new SettingsLab().Add(ItemKind.File, include, metadata);
        lab.Write("a.txt", "a");
        lab.Write("tools/deep/tool", "tool");
        return lab;
    }

    [TestMethod]
    [DataRow("a.txt", "/etc/motd", "etc/motd")]
    [DataRow("a.txt", "/etc/", "etc/a.txt")]
    [DataRow("a.txt", "texts/", "app/texts/a.txt")]
    [DataRow("a.txt", @"\etc\x\", "etc/x/a.txt")]
    [DataRow("a.txt", "/etc/./x", "etc/x")]
    [DataRow("tools", "/opt/tools", "opt/tools/deep/tool")]
    [DataRow(@"tools\deep", "/opt/", "opt/tool")]
    public void A_file_goes_to_a_path_or_into_a_directory(string include, string target, string expected)
    {
        using var lab = Lab(include, ("TargetPath", target));

        Assert.AreEqual(expected, Items(lab.Project).Files(withSecrets: false).Single().Path);
    }

    [TestMethod]
    public void Files_of_a_glob_keep_their_directories_below_the_target()
    {
        using var lab = Lab("tools/deep/tool", ("TargetPath", "/opt/"), ("RecursiveDir", @"deep\"));

        Assert.AreEqual("opt/deep/tool", Items(lab.Project).Files(withSecrets: false).Single().Path);
    }

    [TestMethod]
    [DataRow("0640", 0b110_100_000)]
    [DataRow("755", 0b111_101_101)]
    [DataRow("0o4755", 0b100_111_101_101)]
    [DataRow("7777", 0b111_111_111_111)]
    public void Modes_are_octal(string mode, int expected)
    {
        using var lab = Lab("a.txt", ("TargetPath", "/etc/"), ("Mode", mode), ("Owner", "1654:1655"));

        var file = Items(lab.Project).Files(withSecrets: false).Single(file => file.Type == LayerEntryType.File);

        Assert.AreEqual(expected, (int?)file.Mode);
        Assert.AreEqual("1654:1655", file.Owner.ToString());
    }

    [TestMethod]
    [DataRow("a.txt", "/etc/app/", "", "etc/app")]
    [DataRow("a.txt", "/etc/app/a", "", "")]
    [DataRow("a.txt", "/", "", "")]
    [DataRow("a.txt", "conf/", "", "app/conf")]
    [DataRow("a.txt", "./", "", "app")]
    [DataRow("tools/deep/tool", "/opt/x/", "deep/", "opt/x opt/x/deep")]
    [DataRow("tools/deep/tool", "/", "deep/", "deep")]
    [DataRow("tools", "/opt/x", "", "opt/x opt/x/deep")]
    [DataRow("tools", "/opt/x/", "", "opt/x opt/x/deep")]
    [DataRow("tools", "/", "", "deep")]
    public void The_owner_is_that_of_the_directories_from_the_target_on(string include, string target, string below, string expected)
    {
        using var lab = Lab(include, ("TargetPath", target), ("RecursiveDir", below), ("Owner", "7:8"));
        using var without = Lab(include, ("TargetPath", target), ("RecursiveDir", below));

        var files = Items(lab.Project).Files(withSecrets: false);

        Assert.AreEqual(
            expected,
            string.Join(' ', files.Where(file => file.Type == LayerEntryType.Directory).Select(file => file.Path).Order()));
        Assert.IsTrue(files.All(file => file.Owner == new Owner(7, 8)));
        Assert.AreEqual(LayerEntryType.File, Items(without.Project).Files(withSecrets: false).Single().Type);
    }

    [TestMethod]
    [DataRow("", "", "", "TargetPath")]
    [DataRow("/etc/../x", "", "", "/etc/../x")]
    [DataRow("/", "", "", "TargetPath", true)]
    [DataRow("/etc/", "rw-r", "", "rw-r")]
    [DataRow("/etc/", "0888", "", "0888")]
    [DataRow("/etc/", "77777", "", "77777")]
    [DataRow("/etc/", "-644", "", "-644")]
    [DataRow("/etc/", "", "app:app", "app:app")]
    [DataRow("/etc/", "", "-1", "-1")]
    public void What_cannot_be_is_refused_with_the_item(string target, string mode, string owner, string named, bool isGood = false)
    {
        using var lab = Lab("a.txt", ("TargetPath", target), ("Mode", mode), ("Owner", owner));

        if (isGood)
        {
            Assert.AreEqual("a.txt", Items(lab.Project).Files(withSecrets: false).Single().Path, "The root is a directory like others.");
        }
        else
        {
            lab.RefusesValue(Read, "ContainerizeFile 'a.txt'", named);
        }
    }

    [TestMethod]
    public void A_file_that_does_not_exist_is_named_with_its_full_path()
    {
        using var lab = Lab("missing.txt", ("TargetPath", "/etc/"));

        lab.Refuses(DiagnosticCode.MissingFile, Read, "'missing.txt'", Path.Combine(lab.Directory, "missing.txt"));
    }

    [TestMethod]
    public void Files_that_let_secrets_in_are_kept_apart()
    {
        using var lab = Lab("a.txt", ("TargetPath", "/etc/"), ("IncludeSecrets", "True"));

        Assert.IsEmpty(Items(lab.Project).Files(withSecrets: false));
        Assert.HasCount(1, Items(lab.Project).Files(withSecrets: true));
    }

    [TestMethod]
    public void A_writable_directory_has_a_mode_and_belongs_to_the_user_of_the_image()
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.WritableDirectory, "/data/")
            .Add(ItemKind.WritableDirectory, "uploads", ("Mode", "1777"), ("Owner", "5"));

        CollectionAssert.AreEqual(
            new[] { "data 755 ", "app/uploads 1777 5:5" },
            Items(lab.Project).WritableDirectories()
                .Select(directory => $"{directory.Path} {Convert.ToString((int)directory.Mode, 8)} {directory.Owner}").ToList());
    }

    [TestMethod]
    [DataRow("/", "", "leads to '/'")]
    [DataRow("../data", "", "'../data'")]
    [DataRow("/data", "rwx", "'rwx'")]
    public void A_writable_directory_that_cannot_be_is_refused(string path, string mode, string named)
    {
        using var lab = new SettingsLab().Add(ItemKind.WritableDirectory, path, ("Mode", mode));

        lab.RefusesValue(Read, $"ContainerizeWritableDirectory '{path}'", named);
    }
}
