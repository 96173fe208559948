using System.Text;
using Containerize.Files;

namespace Containerize.Tests.Files;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class ProgramRunTests
{
    [TestMethod]
    public async Task A_program_reads_prints_and_ends()
    {
        var reply = await RunAsync("cat; echo ' out'; echo err >&2; exit 3", "input");

        Assert.AreEqual(3, reply.ExitCode);
        Assert.AreEqual("input out\n", reply.Output);
        Assert.AreEqual("err\n", reply.Error);
        Assert.AreEqual("input out", reply.Words);
    }

    [TestMethod]
    public async Task What_a_program_prints_can_go_elsewhere()
    {
        using var output = new MemoryStream();

        var reply = await ProgramRun.RunAsync("/bin/sh", ["-c", "printf abc"], input: null, output, CancellationToken.None);

        Assert.AreEqual("abc", Encoding.UTF8.GetString(output.ToArray()));
        Assert.AreEqual("", reply.Output);
    }

    [TestMethod]
    [DataRow("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done")]
    [DataRow("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done >&2")]
    public async Task A_program_that_prints_without_end_is_killed(string script)
    {
        var failure = await Assert.ThrowsExactlyAsync<ProgramException>(() => RunAsync(script));

        Assert.Contains("printed more than", failure.Message);
    }

    [TestMethod]
    public async Task A_program_that_stops_reading_and_claims_success_has_failed() =>
        await Assert.ThrowsAsync<IOException>(() => RunAsync("exec <&-; sleep 0.2; exit 0", new string('x', 4 * 1024 * 1024)));

    [TestMethod]
    public async Task A_program_that_is_not_one_cannot_be_started()
    {
        var failure = await Assert.ThrowsExactlyAsync<ProgramException>(
            () => ProgramRun.RunAsync("/does/not/exist", [], input: null, output: null, CancellationToken.None));

        Assert.StartsWith("cannot be started", failure.Message);
    }

    [TestMethod]
    public async Task A_program_that_is_waited_for_no_longer_is_killed_with_what_it_started()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => ProgramRun.RunAsync("/bin/sh", ["-c", "sleep 600 & wait"], input: null, output: null, limit.Token));
    }

    private static Task<ProgramReply> RunAsync(string script, string input = "") => ProgramRun.RunAsync(
        "/bin/sh", ["-c", script], async (stream, token) =>
            await stream.WriteAsync(Encoding.UTF8.GetBytes(input), token), output: null, CancellationToken.None);
}
