using System.Diagnostics;
using Containerize.Files;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class DirectoryOwnerTests
{
    [TestMethod]
    public void A_directory_of_ours_is_not_another_users()
    {
        using var folder = new TemporaryDirectory();
        Assert.IsFalse(DirectoryOwner.IsOther(new BlobStore(folder["store"]).Root));
    }

    [TestMethod]
    public async Task A_directory_that_another_user_made_first_is_told_apart()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root can give a directory to another user.");
        }

        using var folder = new TemporaryDirectory();
        var store = new BlobStore(folder["store"]);
        using (var chown = Process.Start("chown", ["12345", store.Root]))
        {
            await chown.WaitForExitAsync();
            Assert.AreEqual(0, chown.ExitCode);
        }

        Assert.IsTrue(DirectoryOwner.IsOther(store.Root));
    }
}
