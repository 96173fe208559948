using Containerize.Files;
using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Inputs;

/// <summary>Which published files are programs, on systems with and without execute bits.</summary>
[TestClass]
internal sealed class ProgramFileTests : IDisposable
{
    private const string Elf = "\u007fELF\u0002\u0001";
    private const UnixFileMode AllBits = (UnixFileMode)0b111_111_111;
    private const UnixFileMode NoBits = (UnixFileMode)0b110_110_110;
    private const UnixFileMode NuGet = (UnixFileMode)0b111_100_100;

    private static readonly Dictionary<string, string> s_files = new()
    {
        ["App"] = Elf,
        ["App.dll"] = "MZ\u0090",
        ["App.runtimeconfig.json"] = "{}",
        ["run"] = "#!/bin/sh",
        ["package/lib.dll"] = "MZ\u0090",
        ["package/lib.so"] = Elf,
        ["package/tool"] = "#!/usr/bin/env python3",
        ["package/data"] = "data",
        ["package/empty"] = "",
        ["runtime/System.dll"] = "MZ\u0090",
        ["runtime/libcoreclr.so"] = Elf,
        ["runtime/icudt.dat"] = "data",
    };

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(FileOriginKind.Package)]
    [DataRow(FileOriginKind.RuntimePack)]
    public void Of_packages_only_the_content_tells(FileOriginKind kind)
    {
        foreach (var mode in new[] { AllBits, NoBits, NuGet })
        {
            Write("elf", Elf, mode);
            Write("script", "#!/bin/sh", mode);
            Write("assembly.dll", "MZ", mode);
            Write("text", "text", mode);
            Write("empty", "", mode);
            Write("short", "#", mode);

            CollectionAssert.AreEqual(new[] { "elf", "script" }, Programs(_ => kind), $"{mode}");
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(FileOriginKind.App)]
    [DataRow(FileOriginKind.Project)]
    [DataRow(FileOriginKind.Unexpected)]
    public void An_execute_bit_that_the_project_gave_stays_where_the_content_does_not_tell(FileOriginKind kind)
    {
        Write("plain", "text", NoBits);
        Write("owner", "text", NoBits | UnixFileMode.UserExecute);
        Write("group", "text", NoBits | UnixFileMode.GroupExecute);
        Write("other", "", NoBits | UnixFileMode.OtherExecute);
        Write("assembly.dll", "MZ", NuGet);
        Write("elf", Elf, NoBits);

        CollectionAssert.AreEqual(new[] { "elf", "group", "other", "owner" }, Programs(_ => kind));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void An_execute_bit_that_all_files_have_tells_nothing()
    {
        Write("text", "text", AllBits);
        Write("elf", Elf, AllBits);

        CollectionAssert.AreEqual(new[] { "elf" }, Programs(_ => FileOriginKind.App));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task All_execute_bits_and_none_give_one_digest()
    {
        var digests = new HashSet<Digest>();
        foreach (var mode in new[] { AllBits, NoBits })
        {
            foreach (var (path, content) in s_files)
            {
                Write(path, content, mode);
            }

            digests.Add(await DigestAsync(OriginKindOf));
        }

        Assert.HasCount(1, digests);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Where_only_package_files_have_execute_bits_the_digest_is_the_same()
    {
        var digests = new HashSet<Digest>();
        foreach (var mode in new[] { NuGet, NoBits })
        {
            foreach (var (path, content) in s_files)
            {
                Write(path, content, path.Contains('/') ? mode : NoBits);
            }

            digests.Add(await DigestAsync(OriginKindOf));
        }

        Assert.HasCount(1, digests);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(Elf, 0b110_100_100, 0b111_101_101)]
    [DataRow("#!/bin/sh", 0b110_100_100, 0b111_101_101)]
    [DataRow("text", 0b111_100_100, 0b111_101_101)]
    [DataRow("text", 0b110_100_100, 0b110_100_100)]
    [DataRow("MZ", 0b111_101_101, 0b110_100_100)]
    public void Of_an_added_file_content_and_execute_bit_tell(string content, int mode, int expected)
    {
        Write("added/file", content, (UnixFileMode)mode);
        Write("app.csproj", "<Project />", NoBits);

        Assert.AreEqual((UnixFileMode)expected, Added().Single().Mode);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(true, true, "elf")]
    [DataRow(false, true, "elf text")]
    [DataRow(true, false, "elf more text")]
    public void An_execute_bit_of_an_added_file_says_nothing_where_added_files_and_those_of_the_project_all_have_it(
        bool isMarked, bool isProjectMarked, string programs)
    {
        Write("added/text", "text", AllBits);
        Write("added/elf", Elf, AllBits);
        Write("added/more", "text", isMarked ? AllBits : NoBits);
        Write("app.csproj", "<Project />", isProjectMarked ? AllBits : NoBits);

        var found = Added().Where(entry => entry.Mode == FileModes.Executable).Select(entry => entry.Path);
        Assert.AreEqual(programs, string.Join(' ', found.Order(StringComparer.Ordinal)));
    }

    [TestMethod]
    public void Execute_bits_of_one_file_system_say_nothing_of_those_of_another()
    {
        static FileStatus File(UnixFileMode mode, ulong? mount) => new(FileKind.File, mode, default, Owner: null, mount);
        var bits = new ExecuteBits();
        foreach (var file in new[] { File(AllBits, 1), File(NoBits, 1), File(AllBits, 2), File(AllBits, null) })
        {
            bits.See(file);
        }

        Assert.IsTrue(bits.IsIn(File(AllBits, 1)));
        Assert.IsFalse(bits.IsIn(File(NoBits, 1)));
        Assert.IsFalse(bits.IsIn(File(AllBits, 2)));
        Assert.IsFalse(bits.IsIn(File(AllBits, null)));
        bits.See(File(NoBits, null));
        Assert.IsTrue(bits.IsIn(File(AllBits, null)));
    }

    private IReadOnlyList<LayerEntry> Added() => LayerEntries.Of(
        [.. Directory.GetFiles(_folder["added"]).Select(file => new AddedFile(file, Path.GetFileName(file), null, null))],
        ExecuteBits.Of(_folder.FullName));

    private static FileOriginKind OriginKindOf(string path) =>
        path.StartsWith("package/", StringComparison.Ordinal) ? FileOriginKind.Package
        : path.StartsWith("runtime/", StringComparison.Ordinal) ? FileOriginKind.RuntimePack
        : FileOriginKind.App;

    private void Write(string path, string content, UnixFileMode mode)
    {
        var file = _folder.Write(path, content);
#pragma warning disable CA1416 // No test here runs on Windows.
        File.SetUnixFileMode(file, mode);
#pragma warning restore CA1416
    }

    private IReadOnlyList<PublishedFile> List(Func<string, FileOriginKind> kindOf) => PublishDirectory.List(
        _folder.FullName,
        Directory.GetFiles(_folder.FullName, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_folder.FullName, file))
            .ToDictionary(path => path, path => new FileOrigin(kindOf(path))),
        new HashSet<string>());

    private List<string> Programs(Func<string, FileOriginKind> kindOf) =>
        [.. List(kindOf).Where(file => file.IsExecutable).Select(file => file.RelativePath)];

    private async Task<Digest> DigestAsync(Func<string, FileOriginKind> kindOf)
    {
        using var store = new TemporaryDirectory();
        var entries = LayerEntries.Of(List(kindOf), new EntryRules("/app", DateTimeOffset.UnixEpoch));
        var layer = await LayerWriter.WriteAsync(entries, new BlobStore(store.FullName), new LayerOptions(), CancellationToken.None);
        return layer.Blob.Descriptor.Digest;
    }
}
