using System.Formats.Tar;
using System.Text;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;

namespace Containerize.Tests.Layers.Windows;

/// <summary>What a layer for Windows looks like: tree, names, extended headers.</summary>
[TestClass]
internal sealed class WindowsLayerTests : IDisposable
{
    private static readonly LayerOptions s_windows = new() { IsWindows = true };

    private readonly LayerFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private static LayerEntry File(string path) => LayerFixture.Generated(path, "x"u8.ToArray());

    private async Task<List<PaxTarEntry>> WriteAsync(params LayerEntry[] entries) =>
        [.. LayerFixture.Entries(await _fixture.WriteAsync(s_windows, entries)).Cast<PaxTarEntry>()];

    private async Task<string> RefuseAsync(DiagnosticCode code, params LayerEntry[] entries)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _fixture.WriteAsync(s_windows, entries));
        Assert.AreEqual(code, failure.Code, failure.Message);
        _fixture.AssertStoreIsEmpty();
        return failure.Message;
    }

    [TestMethod]
    public async Task Everything_lies_in_Files_beside_an_empty_Hives()
    {
        var entries =
            await WriteAsync(File("app/hello.dll"), File("app/wwwroot/index.html"), LayerFixture.DirectoryAt("data", owner: 1654));

        CollectionAssert.AreEqual(
            new[]
            {
                "Files",
                "Files/app",
                "Files/app/hello.dll",
                "Files/app/wwwroot",
                "Files/app/wwwroot/index.html",
                "Files/data",
                "Hives",
            },
            entries.Select(entry => entry.Name).ToList());
        Assert.AreEqual("x", Encoding.UTF8.GetString(LayerFixture.Content(entries[2])));
        Assert.IsTrue(
            entries.All(entry => entry is { Uid: 0, Gid: 0 } && Convert.ToString((int)entry.Mode, 8) == "755"),
            "Modes and owners mean nothing on Windows, so they are the same everywhere.");
        Assert.IsTrue(entries.All(entry => entry.ModificationTime == LayerOptions.DefaultModificationTime));
    }

    [TestMethod]
    public async Task Every_entry_belongs_to_the_users_and_has_no_access_list()
    {
        var entries = await WriteAsync(File("app/hello.exe"));

        foreach (var entry in entries)
        {
            var descriptor = Convert.FromBase64String(entry.ExtendedAttributes["MSWINDOWS.rawsd"]);
            Assert.AreEqual(0x8000, BitConverter.ToUInt16(descriptor, 2), "Self-relative, and no list is present.");
            Assert.AreEqual("S-1-5-32-545", Sid(descriptor, BitConverter.ToInt32(descriptor, 4)), "BUILTIN\\Users");
            Assert.AreEqual("S-1-5-32-545", Sid(descriptor, BitConverter.ToInt32(descriptor, 8)));
        }
    }

    [TestMethod]
    public async Task A_descriptor_of_its_own_is_written()
    {
        var entries = await WriteAsync(LayerFixture.DirectoryAt("Users") with { SecurityDescriptor = "AQ==" });

        Assert.AreEqual("AQ==", entries.Single(entry => entry.Name == "Files/Users").ExtendedAttributes["MSWINDOWS.rawsd"]);
    }

    [TestMethod]
    public async Task The_bytes_are_the_same_in_whatever_order_and_process_they_are_written()
    {
        var layer = await _fixture.WriteAsync(s_windows, File("app/a.dll"), File("app/b.dll"));
        var again = await _fixture.WriteAsync(s_windows, File("app/b.dll"), File("app/a.dll"));

        Assert.AreEqual(layer.Blob.Descriptor.Digest, again.Blob.Descriptor.Digest);
        // Another digest here means other layers for everybody: LayerContent.FormatVersion has to change, too.
        Assert.AreEqual("sha256:5a70461f593a525cbe405e41b117a796105865cf77942026625a26f0a396c3f9", layer.DiffId.ToString());
        var tar = LayerFixture.Decompress(layer);
        var names = Enumerable.Range(0, tar.Length / 512)
            .Where(block => tar[(block * 512) + 156] == 'x' && tar.AsSpan((block * 512) + 257, 5).SequenceEqual("ustar"u8))
            .Select(block => Encoding.ASCII.GetString(tar, block * 512, 100).TrimEnd('\0')).ToList();
        CollectionAssert.AreEqual(Enumerable.Repeat("PaxHeaders/entry", 5).ToList(), names);
    }

    [TestMethod]
    public async Task The_digest_that_is_computed_alone_is_that_of_the_layer()
    {
        var content = await EntriesContent.ReadAsync([File("app/a.dll")], s_windows, FileHashes.Load(null), CancellationToken.None);

        Assert.AreEqual(
            (await _fixture.WriteAsync(s_windows, File("app/a.dll"))).DiffId,
            (await LayerWriter.HashAsync(content, s_windows, CancellationToken.None)).DiffId);
        Assert.AreNotEqual(
            (
                await EntriesContent.ReadAsync(
                    [File("app/a.dll")], new LayerOptions(), FileHashes.Load(null), CancellationToken.None)).Content.Hash,
            content.Content.Hash);
    }

    [TestMethod]
    public async Task Long_and_foreign_names_survive()
    {
        var (deep, foreign, limit) = (
            $"app/{string.Join('/', Enumerable.Repeat("directory", 30))}/file.txt", "app/ü/日本語 🙂.txt",
            $"app/{new string('a', 90)}");

        var entries = await WriteAsync(File(deep), File(foreign), File(limit));

        CollectionAssert.IsSubsetOf(new[] { deep, foreign, limit }.Select(path => "Files/" + path)
            .ToList(), entries.Select(entry => entry.Name).ToList());
    }

    [TestMethod]
    [DataRow(80)]
    [DataRow(87)]
    [DataRow(88)]
    [DataRow(89)]
    [DataRow(90)]
    [DataRow(980)]
    [DataRow(990)]
    public async Task The_length_of_a_record_counts_its_own_digits(int length)
    {
        var path = $"ü{new string('b', length)}";

        Assert.IsTrue((await WriteAsync(File(path))).Exists(entry => entry.Name == $"Files/{path}"));
    }

    [TestMethod]
    public async Task A_size_beyond_the_octal_field_stands_in_the_extended_header()
    {
        const long Size = 9L * 1024 * 1024 * 1024;
        var written = new MemoryStream();
        var entry =
            new LayerEntry { Path = "huge", Type = LayerEntryType.File, Mode = LayerFixture.FileMode, Stream = Stream.Null, Size = Size };

        // The stream ends at once, and the writer notices; the headers are there by then.
        await Assert.ThrowsExactlyAsync<EndOfStreamException>(
            () => WindowsEntries.WriteAsync(written, entry, LayerOptions.DefaultModificationTime, CancellationToken.None));

        StringAssert.Contains(Encoding.ASCII.GetString(written.ToArray()), $"\n19 size={Size}\n");
        Assert.AreEqual("77777777777", Encoding.ASCII.GetString(written.ToArray(), 1024 + 124, 11));
    }

    [TestMethod]
    [DataRow("app/a:b")]
    [DataRow("app/what?")]
    [DataRow("app/a\\b")]
    [DataRow("app/\u0007")]
    [DataRow("app/dot.")]
    [DataRow("app/space ")]
    [DataRow("dir./a")]
    [DataRow("app/con")]
    [DataRow("app/Aux.txt")]
    [DataRow("LPT1/a")]
    [DataRow("app/nul.tar.gz")]
    public async Task A_name_that_Windows_cannot_create_is_refused(string path) =>
        Assert.Contains("cannot be in an image for Windows", await RefuseAsync(DiagnosticCode.InvalidPath, File(path)));

    [TestMethod]
    [DataRow("app/.hidden")]
    [DataRow("app/console")]
    [DataRow("app/com10")]
    [DataRow("app/a b+c,d;e=f[1]{2}~'!@#$%^&()")]
    public async Task A_name_that_only_looks_odd_is_taken(string path) =>
        Assert.IsTrue((await WriteAsync(File(path))).Exists(entry => entry.Name == $"Files/{path}"));

    [TestMethod]
    [DataRow("")]
    [DataRow("/app")]
    [DataRow("app/")]
    [DataRow("a/../b")]
    [DataRow(".")]
    public async Task A_path_that_is_none_anywhere_is_refused(string path) => await RefuseAsync(DiagnosticCode.InvalidPath, File(path));

    [TestMethod]
    [DataRow("app/Readme.md", "app/README.md")]
    [DataRow("app/Data/x", "app/data/y")]
    [DataRow("app/data", "app/Data/y")]
    public async Task Paths_that_differ_in_case_only_are_refused_and_both_named(string first, string second)
    {
        var message = await RefuseAsync(DiagnosticCode.DuplicatePath, File(first), File(second));

        Assert.Contains(first[..8], message);
        Assert.Contains(second[..8], message);
    }

    [TestMethod]
    public void They_are_refused_in_different_layers_too_but_only_for_Windows()
    {
        LayerEntry[] entries = [File("app/Lib.dll"), File("app/lib.dll")];

        Assert.AreEqual(
            DiagnosticCode.DuplicatePath,
            Assert.ThrowsExactly<ContainerizeException>(() => LayerEntries.CheckConflicts(entries, isWindows: true)).Code);
        LayerEntries.CheckConflicts(entries, isWindows: false);
    }

    [TestMethod]
    public async Task A_link_is_refused() =>
        Assert.Contains("is a link", await RefuseAsync(DiagnosticCode.InvalidPath, File("app/a"), LayerFixture.Link("app/b", "a")));

    private static string Sid(byte[] descriptor, int offset)
    {
        var parts = Enumerable.Range(0, descriptor[offset + 1]).Select(part => BitConverter.ToUInt32(descriptor, offset + 8 + (part * 4)));
        return $"S-{descriptor[offset]}-{descriptor[offset + 7]}-{string.Join('-', parts)}";
    }
}
