using System.Formats.Tar;
using System.Text;
using Containerize.Debian.Packaging;
using Containerize.Debian.Rootfs;
using Containerize.Testing.Debian;
using Containerize.Tests.Layers;

namespace Containerize.Tests.Debian.Rootfs;

/// <summary>From .deb files to a layer.</summary>
[TestClass]
internal sealed class PackageLayerTests : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    // A tar with ./usr/hello, compressed by xz itself.
    private const string XzTar =
        "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AHRdABcLvBx9AZXAHUo+eRXDKKLIzhfZ13qPdpOpT1pgDIc8UW9JiNpLv8lv/SdkFoBcGCZYeFhEcG9euzhRyo3Jo6h" +
        "oz7KQCfs9I+PG5rPgVdxXHLPNbao/v1Fv6qbMWMVGRBXCcofko3ExR3RIc4ZTxPeVXLwAAG5LFk9NTqqtAAGQAYBQAAClc7ZiscRn+wIAAAAABFla";

    private readonly PackageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [TestMethod]
    [DataRow("")]
    [DataRow("gz")]
    [DataRow("zst")]
    public async Task A_package_becomes_a_layer_with_its_owners_and_modes(string compression)
    {
        var package = _fixture.Add(new TestPackage("tool")
            .File("usr/bin/tool", "#!/bin/sh\n", Executable | UnixFileMode.SetUser, user: 0, group: 42).Link("usr/bin/t", "tool")
            .HardLink("usr/bin/tool2", "./usr/bin/tool"), compression);

        var entries = await _fixture.EntriesAsync(new AddedRoot(), package);

        var tool = entries["usr/bin/tool"];
        Assert.AreEqual(Executable | UnixFileMode.SetUser, tool.Mode);
        Assert.AreEqual(42, tool.Gid);
        Assert.AreEqual("#!/bin/sh\n", Encoding.UTF8.GetString(LayerFixture.Content(tool)));
        Assert.AreEqual("tool", entries["usr/bin/t"].LinkName);
        Assert.AreEqual(TarEntryType.HardLink, entries["usr/bin/tool2"].EntryType);
        Assert.AreEqual("usr/bin/tool", entries["usr/bin/tool2"].LinkName);
        Assert.Contains("/usr/bin/tool (tool)", _fixture.Reporter.Messages.Single());
    }

    [TestMethod]
    public async Task Packages_that_are_compressed_with_xz_are_read()
    {
        var parts = new TestPackage("x").ToBytes("");
        var control = parts[(8 + 60 + 4 + 60)..];
        var size = int.Parse(Encoding.ASCII.GetString(parts, 8 + 60 + 4 + 48, 10), System.Globalization.CultureInfo.InvariantCulture);
        var package = _fixture.Add(
            "x",
            "1.0",
            TestPackage.Ar(
                ("debian-binary", "2.0\n"u8.ToArray()),
                ("control.tar", control[..size]),
                ("data.tar.xz", Convert.FromBase64String(XzTar))));

        var entries = await _fixture.EntriesAsync(new AddedRoot(), package);

        Assert.AreEqual("hello\n", Encoding.UTF8.GetString(LayerFixture.Content(entries["usr/hello"])));
    }

    [TestMethod]
    [DataRow(TarEntryFormat.Pax)]
    [DataRow(TarEntryFormat.Gnu)]
    public async Task Long_names_are_kept(TarEntryFormat format)
    {
        var path = $"usr/share/{new string('a', 120)}/{new string('b', 200)}";
        var package = _fixture.Add(new TestPackage("long", format: format).File(path, "x").Link("usr/share/l", new string('c', 150)));

        var entries = await _fixture.EntriesAsync(new AddedRoot(), package);

        Assert.IsTrue(entries.ContainsKey(path));
        Assert.AreEqual(new string('c', 150), entries["usr/share/l"].LinkName);
    }

    [TestMethod]
    public async Task On_a_merged_base_nothing_takes_the_place_of_its_links()
    {
        var package = _fixture.Add(new TestPackage("lib").File("lib/x86_64-linux-gnu/libx.so.1.0", "x")
            .HardLink("bin/x", "./lib/x86_64-linux-gnu/libx.so.1.0").File("lib32/y", "y").Directory("var/run/x"));
        var root = new AddedRoot
        {
            BaseLinks = new SortedDictionary<string,
            string> { ["lib"] = "usr/lib", ["bin"] = "/usr/bin", ["var/run"] = "/run" },
        };

        var entries = await _fixture.EntriesAsync(root, package);

        Assert.IsTrue(entries.ContainsKey("usr/lib/x86_64-linux-gnu/libx.so.1.0"));
        Assert.AreEqual("usr/lib/x86_64-linux-gnu/libx.so.1.0", entries["usr/bin/x"].LinkName);
        Assert.IsFalse(entries.ContainsKey("lib"));
        Assert.IsFalse(entries.ContainsKey("var/run"));
        Assert.AreEqual(TarEntryType.Directory, entries["run/x"].EntryType);
        Assert.AreEqual("usr/lib32", entries["lib32"].LinkName);
        Assert.IsTrue(entries.ContainsKey("usr/lib32/y"));
    }

    [TestMethod]
    public async Task On_a_base_as_of_old_paths_stay()
    {
        var entries = await _fixture.EntriesAsync(new AddedRoot(), _fixture.Add(new TestPackage("lib").File("lib/libx.so", "x")));

        Assert.IsTrue(entries.ContainsKey("lib/libx.so"));
    }

    [TestMethod]
    public async Task Scanners_find_what_is_installed()
    {
        var test = new TestPackage("libx", "1:2.0-1").File("usr/lib/x", "x");

        var entries = await _fixture.EntriesAsync(new AddedRoot(), _fixture.Add(test));

        Assert.AreEqual(test.Stanza, Encoding.UTF8.GetString(LayerFixture.Content(entries["var/lib/dpkg/status.d/libx"])));
        Assert.EndsWith("  usr/lib/x\n", Encoding.UTF8.GetString(LayerFixture.Content(entries["var/lib/dpkg/status.d/libx.md5sums"])));
    }

    [TestMethod]
    public async Task The_same_packages_give_the_same_bytes()
    {
        var a = _fixture.Add(new TestPackage("a").File("usr/a", "a"));
        var b = _fixture.Add(new TestPackage("b").File("usr/b", new string('b', 100_000)));

        var first = await _fixture.WriteAsync(new NewRoot(), a, b);
        File.Delete(LayerFixture.PathOf(first));
        var second = await _fixture.WriteAsync(new NewRoot(), a, b);

        Assert.AreEqual(first.Blob.Descriptor, second.Blob.Descriptor);
        Assert.AreEqual(first.DiffId, second.DiffId);
        Assert.IsTrue(LayerFixture.Entries(second).TrueForAll(entry => entry.ModificationTime == DateTimeOffset.UnixEpoch.AddSeconds(1)));
    }

    [TestMethod]
    public async Task A_root_from_nothing_has_what_NET_needs()
    {
        var certificates = _fixture.Add(new TestPackage("ca-certificates").File("usr/share/ca-certificates/b.crt", "B")
            .File("usr/share/ca-certificates/a/a.crt", "A\n").File("usr/share/zoneinfo/Etc/UTC", "tz").Directory("var/lock")
            .Directory("lib64"));

        var entries = await _fixture.EntriesAsync(new NewRoot(), certificates);

        Assert.AreEqual("A\nB\n", Encoding.UTF8.GetString(LayerFixture.Content(entries["etc/ssl/certs/ca-certificates.crt"])));
        Assert.AreEqual("/etc/ssl/certs", entries["usr/lib/ssl/certs"].LinkName);
        Assert.AreEqual("usr/lib", entries["lib"].LinkName);
        Assert.AreEqual("/run", entries["var/run"].LinkName);
        Assert.AreEqual((UnixFileMode)0b111_111_111 | UnixFileMode.StickyBit, entries["tmp"].Mode);
        Assert.AreEqual(1654, entries["home/app"].Uid);
        Assert.Contains("app:x:1654:1654:", Encoding.UTF8.GetString(LayerFixture.Content(entries["etc/passwd"])));
        Assert.AreEqual("/usr/share/zoneinfo/Etc/UTC", entries["etc/localtime"].LinkName);
        Assert.IsFalse(entries.Values.Any(entry => entry.Name.StartsWith("lib/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_file_that_another_package_replaces_is_that_packages()
    {
        var old = _fixture.Add(new TestPackage("a-old").File("usr/x", "old").File("usr/y", "y"));
        var young = _fixture.Add(new TestPackage("b-new", fields: "Replaces: a-old (<< 2.0), other").File("usr/x", "new"));

        var entries = await _fixture.EntriesAsync(new AddedRoot(), old, young);

        Assert.AreEqual("new", Encoding.UTF8.GetString(LayerFixture.Content(entries["usr/x"])));
        Assert.IsTrue(entries.ContainsKey("usr/y"));
    }

    [TestMethod]
    public async Task Scripts_that_matter_are_named_and_others_are_not()
    {
        var editor = _fixture.Add(new TestPackage("editor")
            .Control(
                "postinst",
                "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n  update-alternatives --install /usr/bin/editor editor /usr/bin/ed " +
                "10 \\\n    --slave /a b c\n  adduser --system --group ed\nfi\n"));
        var service = _fixture.Add(new TestPackage("service")
            .Control(
                "postinst",
                "#!/bin/sh\nset -e\n# chown is not called\nif [ -x /usr/bin/deb-systemd-helper ]; then\n  deb-systemd-helper enable x || " +
                "true\nfi\nldconfig\nexit 0\n"));
        var odd = _fixture.Add(new TestPackage("odd").Control("postinst", "#!/bin/sh\nfrobnicate --all\n"));

        var cases = _fixture.Add(new TestPackage("cases")
            .Control(
                "postinst",
                "#!/bin/sh\ncase \"$1\" in\n  configure)\n    for prog in a b; do\n      update-alternatives --install /usr/bin/$prog " +
                "$prog /usr/bin/$prog-6 10\n    done\n    ;;\n  abort-upgrade|abort-remove|abort-deconfigure)\n    ;;\n  *) exit 1 " +
                ";;\nesac\n"));

        await _fixture.WriteAsync(new AddedRoot(), editor, service, odd, cases);

        var (code, text) = _fixture.Reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.ScriptsNotRun, code);
        Assert.Contains("editor (the alternative 'editor' (/usr/bin/editor); users or groups)", text);
        Assert.Contains("odd (what its script does with frobnicate)", text);
        Assert.DoesNotContain("service", text);
        Assert.Contains("cases (alternatives)", text);
    }

    [TestMethod]
    [DataRow(TarEntryType.CharacterDevice, "./dev/null", null, DiagnosticCode.PackageDevice)]
    [DataRow(TarEntryType.BlockDevice, "./dev/sda", null, DiagnosticCode.PackageDevice)]
    [DataRow(TarEntryType.Fifo, "./run/pipe", null, DiagnosticCode.PackageDevice)]
    [DataRow(TarEntryType.RegularFile, "./../etc/passwd", null, DiagnosticCode.PackagePath)]
    [DataRow(TarEntryType.RegularFile, "./usr/../../etc/passwd", null, DiagnosticCode.PackagePath)]
    [DataRow(TarEntryType.RegularFile, "/etc/passwd", null, DiagnosticCode.PackagePath)]
    [DataRow(TarEntryType.RegularFile, "./etc/.wh.passwd", null, DiagnosticCode.PackagePath)]
    [DataRow(TarEntryType.HardLink, "./usr/x", "./etc/shadow", DiagnosticCode.PackageHardLink)]
    [DataRow(TarEntryType.HardLink, "./usr/x", "/etc/shadow", DiagnosticCode.PackagePath)]
    public async Task What_does_not_belong_into_an_image_is_refused(TarEntryType type, string name, string? target, DiagnosticCode code)
    {
        var package = _fixture.Add(new TestPackage("bad").Raw(type, name, target: target));

        Assert.AreEqual(code, await FailureAsync(package));
        Assert.IsEmpty(Directory.GetFiles(_fixture.Store.Root, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task Links_in_a_circle_are_refused()
    {
        var package = _fixture.Add(new TestPackage("circle").Raw(TarEntryType.SymbolicLink, "./a", target: "b")
            .Raw(TarEntryType.SymbolicLink, "./b", target: "a").Raw(TarEntryType.RegularFile, "./a/x"));

        Assert.AreEqual(DiagnosticCode.PackagePath, await FailureAsync(package));
    }

    [TestMethod]
    public async Task The_same_file_in_two_packages_is_refused()
    {
        var code = await FailureAsync(
            _fixture.Add(new TestPackage("a").File("usr/x", "a")), _fixture.Add(new TestPackage("b").File("usr/x", "b")));

        Assert.AreEqual(DiagnosticCode.PackagePathClash, code);
    }

    [TestMethod]
    public async Task A_file_in_the_place_of_a_directory_is_refused_either_way()
    {
        var directory = _fixture.Add(new TestPackage("a").File("usr/x/y", "a"));
        var file = _fixture.Add(new TestPackage("b").File("usr/x", "b"));

        Assert.AreEqual(DiagnosticCode.PackageFileOverDirectory, await FailureAsync(directory, file));
        Assert.AreEqual(DiagnosticCode.PackageFileOverDirectory, await FailureAsync(file, directory));
    }

    [TestMethod]
    public async Task A_package_that_is_none_is_refused()
    {
        Assert.AreEqual(DiagnosticCode.InvalidPackage, await FailureAsync(_fixture.Add("none", "1", "no archive"u8.ToArray())));
        Assert.AreEqual(DiagnosticCode.InvalidPackage, await FailureAsync(_fixture.Add("empty", "1", TestPackage.Ar())));
        Assert.AreEqual(
            DiagnosticCode.InvalidPackage,
            await FailureAsync(_fixture.Add("old", "1", TestPackage.Ar(("debian-binary", "0.9\n"u8.ToArray())))));
        Assert.AreEqual(
            DiagnosticCode.InvalidPackage,
            await FailureAsync(
                _fixture.Add("odd", "1", TestPackage.Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar.br", [1, 2])))));
        Assert.AreEqual(
            DiagnosticCode.InvalidPackage, await FailureAsync(_fixture.Add("short", "1", new TestPackage("short").ToBytes()[..200])));
    }

    [TestMethod]
    public async Task Damaged_compression_is_explained_wherever_it_shows()
    {
        var bytes = new TestPackage("damaged").File("usr/x", string.Concat(Enumerable.Range(0, 50_000))).ToBytes();
        Array.Clear(bytes, bytes.Length - 40_000, 30_000);

        Assert.AreEqual(DiagnosticCode.InvalidPackage, await FailureAsync(_fixture.Add("damaged", "1", bytes)));
    }

    [TestMethod]
    public async Task What_unpacks_to_too_much_is_stopped()
    {
        var capped = new CappedStream(new MemoryStream(new byte[1000]), 999, _fixture.Add("bomb", "1", []));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => capped.CopyToAsync(Stream.Null));

        Assert.AreEqual(DiagnosticCode.PackageTooLarge, failure.Code);
    }

    [TestMethod]
    public async Task What_a_package_says_of_itself_and_its_certificates_have_limits()
    {
        var talkative = _fixture.Add(new TestPackage("talkative").Control("postinst", new string('#', 17 * 1024 * 1024)));
        var certificate =
            _fixture.Add(new TestPackage("certificate").File("usr/share/ca-certificates/large.crt", new string('A', (1024 * 1024) + 1)));

        Assert.AreEqual(DiagnosticCode.PackageTooLarge, await FailureAsync(talkative));
        Assert.AreEqual(DiagnosticCode.PackageTooLarge, await FailureAsync(certificate));
    }

    private async Task<DiagnosticCode> FailureAsync(params DebFile[] packages) =>
        (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _fixture.WriteAsync(new AddedRoot(), packages))).Code;
}
