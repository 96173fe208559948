using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class CacheTrustTests : IDisposable
{
    private const UnixFileMode GroupMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    private readonly TemporaryDirectory _folder = new();

    private BlobStore Store => new(_folder["store"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_cache_that_the_store_made_is_trusted()
    {
        new Record(Store, RecordKind.Layer, "key").Write("text");
        Store.CreateWriter().Dispose();

        Assert.IsNull(CacheTrust.Objection(Store));
    }

    [TestMethod]
    public void A_cache_that_a_group_can_write_is_trusted_and_one_that_all_can_write_is_not()
    {
#pragma warning disable CA1416 // The condition above says so.
        File.SetUnixFileMode(Store.Root, GroupMode);
        Assert.IsNull(CacheTrust.Objection(Store));

        File.SetUnixFileMode(Store.Root, GroupMode | UnixFileMode.OtherWrite | UnixFileMode.StickyBit);
        Assert.AreEqual("every user can write there", CacheTrust.Objection(Store));
#pragma warning restore CA1416
    }

    public static IEnumerable<object[]> Directories => CacheFiles.Directories.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Directories))]
    public void A_directory_of_the_cache_that_all_can_write_is_not_trusted(string name)
    {
#pragma warning disable CA1416 // The condition above says so.
        var directory = Store.CreateDirectory(name);
        Assert.IsNull(CacheTrust.Objection(Store));

        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.OtherWrite);
        Assert.AreEqual($"every user can write in '{directory}'", CacheTrust.Objection(Store));
#pragma warning restore CA1416
    }

    [TestMethod]
    [DynamicData(nameof(Directories))]
    public void A_directory_of_the_cache_that_is_a_link_is_not_trusted(string name)
    {
        Directory.Delete(Store.CreateDirectory(name));
        Directory.CreateSymbolicLink(Path.Combine(Store.Root, name), Directory.CreateDirectory(_folder["elsewhere"]).FullName);

        StringAssert.Contains(CacheTrust.Objection(Store), $"{name}' is a link");
    }

    [TestMethod]
    public void A_link_to_a_cache_is_as_good_as_the_cache()
    {
        Directory.CreateSymbolicLink(_folder["link"], Store.Root);

        Assert.IsNull(CacheTrust.Objection(new BlobStore(_folder["link"])));
    }

    [TestMethod]
    [DynamicData(nameof(Directories))]
    public async Task A_directory_of_the_cache_that_is_another_users_is_not_trusted(string name)
    {
        await GiveAwayAsync(Store.CreateDirectory(name));

        StringAssert.Contains(CacheTrust.Objection(Store), $"{name}' belongs to another user");
    }

    [TestMethod]
    public async Task A_cache_that_is_another_users_is_not_trusted()
    {
        await GiveAwayAsync(Store.Root);

        Assert.AreEqual("it belongs to another user", CacheTrust.Objection(Store));
    }

    public static IEnumerable<object[]> Kinds => RecordKind.InCache.Select(kind => new object[] { kind.Name });

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public async Task A_record_that_another_user_could_have_written_counts_as_none(string kind)
    {
        var record = new Record(Store, RecordKind.InCache.Single(known => known.Name == kind), "key");
        record.Write("text");
        Assert.AreEqual("text", record.Read());

#pragma warning disable CA1416 // The condition above says so.
        File.SetUnixFileMode(record.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        Assert.IsNull(record.Read());
        File.SetUnixFileMode(record.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        Assert.AreEqual("text", record.Read());

        await GiveAwayAsync(record.Path);
        Assert.IsNull(record.Read());
    }

    [TestMethod]
    public async Task A_store_that_is_filled_while_every_mode_is_allowed_is_the_users_alone()
    {
        // umask is a property of the process.
        var child = Path.Combine(AppContext.BaseDirectory, "Containerize.Testing.Child.dll");
        (await ProcessRunner.RunAsync("sh", ["-c", $"umask 0; exec dotnet exec '{child}' '{_folder["open"]}' once"])).EnsureSuccess();

        var entries = new DirectoryInfo(_folder["open"]).GetFileSystemInfos("*", SearchOption.AllDirectories);
        foreach (var directory in CacheFiles.Directories)
        {
            Assert.IsTrue(Directory.Exists(_folder[Path.Combine("open", directory)]), directory);
        }

        foreach (var entry in entries.Append(new DirectoryInfo(_folder["open"])))
        {
            Assert.AreEqual(UnixFileMode.None, entry.UnixFileMode & (UnixFileMode)0b111_111, entry.FullName);
        }
    }

    private static async Task GiveAwayAsync(string path)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root can give a file to another user.");
        }

        (await ProcessRunner.RunAsync("chown", ["12345", path])).EnsureSuccess();
    }
}
