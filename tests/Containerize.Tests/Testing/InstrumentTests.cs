using System.Net.Sockets;
using System.Net;
using Containerize.Testing;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class InstrumentTests
{
    [TestMethod]
    public void A_temporary_directory_is_gone_afterwards_even_if_locked()
    {
        string path;
        using (var directory = new TemporaryDirectory())
        {
            path = directory.FullName;
            var file = directory.Write("a/b/c.txt", "text");
            File.SetAttributes(file, FileAttributes.ReadOnly);
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateSymbolicLink(directory["a/up"], "/");
                File.SetUnixFileMode(directory["a/b"], UnixFileMode.UserRead);
            }
        }

        Assert.IsFalse(Directory.Exists(path));
        Assert.IsTrue(Directory.Exists("/"));
    }

    [TestMethod]
    public async Task A_process_gets_its_arguments_directory_and_variables_as_they_are()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("here.txt", "");
        var result = await ProcessRunner.RunAsync(
            "sh",
            ["-c", "ls; echo \"$1|$GIVEN|$HOME\"; echo bad >&2; exit 3", "sh", "a 'b' $c"],
            directory.FullName,
            new Dictionary<string,
            string?> { ["GIVEN"] = "x y", ["HOME"] = null });
        Assert.AreEqual("here.txt\na 'b' $c|x y|\n", result.Output);
        Assert.AreEqual("bad\n", result.Error);
        Assert.AreEqual(3, result.ExitCode);
        var failure = Assert.ThrowsExactly<ProcessFailedException>(result.EnsureSuccess);
        Assert.Contains("exit code 3", failure.Message);
        Assert.Contains("bad", failure.Message);
    }

    [TestMethod]
    public async Task A_process_that_takes_too_long_is_killed_and_its_output_told()
    {
        var failure = await Assert.ThrowsExactlyAsync<ProcessFailedException>(
            () => ProcessRunner.RunAsync("sh", ["-c", "echo begun; sleep 600"], timeout: TimeSpan.FromSeconds(2)));
        Assert.Contains("sleep 600", failure.Message);
        Assert.Contains("begun", failure.Message);
    }

    [TestMethod]
    public async Task A_program_that_does_not_exist_is_named()
    {
        var failure = await Assert.ThrowsExactlyAsync<ProcessFailedException>(() => ProcessRunner.RunAsync("no-such-program-here", []));
        Assert.Contains("no-such-program-here", failure.Message);
    }

    [TestMethod]
    public void A_free_port_can_be_listened_on()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePort.Find());
        listener.Start();
        Assert.IsTrue(listener.Server.IsBound);
    }

    [TestMethod]
    public void A_reporter_keeps_what_was_said()
    {
        var reporter = new RecordingReporter();
        reporter.Message("one");
        reporter.Detail("two");
        reporter.Warning(DiagnosticCode.UnexpectedFiles, "three");
        CollectionAssert.AreEqual(new[] { "one" }, reporter.Messages.ToArray());
        CollectionAssert.AreEqual(new[] { "two" }, reporter.Details.ToArray());
        Assert.AreEqual((DiagnosticCode.UnexpectedFiles, "three"), reporter.Warnings.Single());
        Assert.AreEqual("one\ntwo\nthree", reporter.AllText);
    }
}
