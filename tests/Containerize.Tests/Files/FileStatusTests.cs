using Containerize.Files;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class FileStatusTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void What_this_user_made_is_his_alone_unless_all_may_write()
    {
        var path = _folder.Write("file", "text");
        Assert.IsFalse(FileStatus.Of(path, followLinks: false).IsOthers || FileStatus.Of(path, followLinks: false).IsOpenToOthers);

#pragma warning disable CA1416 // The condition above says so.
        File.SetUnixFileMode(path, FileModes.Data | UnixFileMode.OtherWrite);
#pragma warning restore CA1416
        Assert.IsTrue(FileStatus.Of(path, followLinks: false).IsOpenToOthers);
        Assert.IsFalse(FileStatus.Of(path, followLinks: false).IsOthers);
    }

    [TestMethod]
    public async Task What_is_another_users_is_told_apart()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Inconclusive("Only root can give a file to another user.");
        }

        var path = _folder.Write("file", "text");
        (await ProcessRunner.RunAsync("chown", ["12345", path])).EnsureSuccess();

        Assert.IsTrue(FileStatus.Of(path, followLinks: false).IsOthers);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow(SpecialFile.Pipe, "Special")]
    [DataRow(SpecialFile.Socket, "Special")]
    [DataRow(SpecialFile.Device, "Link")]
    [DataRow(SpecialFile.Directory, "Directory")]
    public async Task A_name_says_what_it_stands_for(string kind, string expected)
    {
        await SpecialFile.PutAsync(kind, _folder["name"]);

        Assert.AreEqual(Enum.Parse<FileKind>(expected), FileStatus.Of(_folder["name"], followLinks: false).Kind);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void The_null_device_is_told_from_others()
    {
        Assert.AreEqual(FileKind.Null, FileStatus.Of("/dev/null", followLinks: true).Kind);
        Assert.AreEqual(FileKind.Special, FileStatus.Of("/dev/zero", followLinks: true).Kind);
    }

    [TestMethod]
    public void A_name_that_stands_for_nothing_has_no_status()
    {
        File.CreateSymbolicLink(_folder["broken"], _folder["missing"]);

        Assert.IsNull(FileStatus.TryOf(_folder["missing"], followLinks: false));
        Assert.IsNull(FileStatus.TryOf(_folder["broken"], followLinks: true));
        Assert.AreEqual(FileKind.Link, FileStatus.TryOf(_folder["broken"], followLinks: false)!.Value.Kind);
        Assert.ThrowsExactly<FileNotFoundException>(() => FileStatus.Of(_folder["missing"], followLinks: true));
    }

    [TestMethod]
    [DataRow("nothing.txt", false)]
    [DataRow("bad\ufffdname", true)]
    public void A_name_that_the_runtime_could_not_decode_is_said_to_be_no_utf_8(string name, bool expected)
    {
        using var directory = new TemporaryDirectory();

        var failure = Assert.ThrowsExactly<FileNotFoundException>(() => FileStatus.Of(directory[name], followLinks: false));

        Assert.AreEqual(expected, failure.Message.Contains("UTF-8", StringComparison.Ordinal), failure.Message);
    }

    [TestMethod]
    [DataRow(2, true, DisplayName = "ENOENT")]
    [DataRow(20, true, DisplayName = "ENOTDIR")]
    [DataRow(13, true, DisplayName = "EACCES")]
    [DataRow(1, false, DisplayName = "EPERM: a sandbox refuses the call")]
    [DataRow(38, false, DisplayName = "ENOSYS")]
    [DataRow(5, false, DisplayName = "EIO")]
    [DataRow(116, false, DisplayName = "ESTALE")]
    public void A_call_that_failed_does_not_say_that_nothing_is_there(int error, bool isAbsence) =>
        Assert.AreEqual(isAbsence, FileStatus.IsAbsence(error));
}
