using System.Diagnostics;
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
        Store.WriteFile(Path.Combine("layers", "record"), "record"u8);
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

    [TestMethod]
    [DataRow("blobs")]
    [DataRow("layers")]
    public void A_directory_of_the_cache_that_is_a_link_is_not_trusted(string name)
    {
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
    [DataRow("blobs")]
    [DataRow("layers")]
    public async Task A_directory_of_the_cache_that_is_another_users_is_not_trusted(string name)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root can give a directory to another user.");
        }

        using var chown = Process.Start("chown", ["12345", Directory.CreateDirectory(Path.Combine(Store.Root, name)).FullName]);
        await chown.WaitForExitAsync();
        Assert.AreEqual(0, chown.ExitCode);

        StringAssert.Contains(CacheTrust.Objection(Store), $"{name}' belongs to another user");
    }
}
