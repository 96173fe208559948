using Containerize.Files;
using Containerize.Testing;

namespace Containerize.Tests.Files;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class ProgramFinderTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private string Write(string name, UnixFileMode mode)
    {
        var path = _folder.Write(name, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("directory")]
    [DataRow("dangling link")]
    [DataRow("nothing")]
    public void What_cannot_be_executed_hides_no_program_in_a_later_directory(string first)
    {
        Directory.CreateDirectory(_folder["first"]);
        switch (first)
        {
            case "file":
                Write("first/tool", UnixFileMode.UserRead | UnixFileMode.UserWrite);
                break;
            case "directory":
                Directory.CreateDirectory(_folder["first/tool"]);
                break;
            case "dangling link":
                File.CreateSymbolicLink(_folder["first/tool"], _folder["gone"]);
                break;
            default:
                break;
        }

        Assert.IsNull(ProgramFinder.Find("tool", _folder["first"]));
        var second = Write("second/tool", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.AreEqual(second, ProgramFinder.Find("tool", $"{_folder["first"]}:{_folder["second"]}"));
    }

    [TestMethod]
    [DataRow(UnixFileMode.UserExecute)]
    [DataRow(UnixFileMode.GroupExecute | UnixFileMode.GroupRead)]
    [DataRow(UnixFileMode.OtherExecute | UnixFileMode.UserRead)]
    public void A_link_to_what_may_be_executed_is_a_program(UnixFileMode mode)
    {
        Directory.CreateDirectory(_folder["bin"]);
        File.CreateSymbolicLink(_folder["bin/tool"], Write("lib/tool-1.0", mode));

        Assert.AreEqual(_folder["bin/tool"], ProgramFinder.Find("tool", _folder["bin"]));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow(".:bin")]
    public void The_current_directory_is_not_searched(string? path) => Assert.IsNull(ProgramFinder.Find("tool", path));
}
