using Containerize.IntegrationTests.Tools;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>A build whose end MSBuild's client has dropped, as it comes to about one in thousands.</summary>
[TestClass]
internal sealed class ServerLogTests
{
    [TestMethod]
    [DataRow("<Message Importance='high' Text='made an image' />", 0, "made an image", DisplayName = "a success")]
    [DataRow("<Error Code='CTZ1' Text='made no image' />", 1, "error CTZ1: made no image", DisplayName = "a failure")]
    public async Task A_build_whose_client_fails_without_a_reason_is_known_by_its_log(string task, int exitCode, string said)
    {
        using var directory = new TemporaryDirectory();
        var project = directory["a.proj"];
        await File.WriteAllTextAsync(project, $"<Project><Target Name='Build'>{task}</Target></Project>");
        var log = new ServerLog(directory["a.log"]);
        var ended = await Dotnet.RunAsync(directory.FullName, log.Arguments(["msbuild", project]), host: BuildHost.OwnProcess);

        var known = log.Complete(ended with { ExitCode = 1, Output = "" });

        Assert.AreEqual(ended.ExitCode, known.ExitCode);
        Assert.AreEqual(exitCode, known.ExitCode);
        Assert.Contains(said, known.Output);
    }

    [TestMethod]
    [DataRow("publish", "app.cs", "-t:Containerize", DisplayName = "an app in one file")]
    [DataRow("new", "containerize", DisplayName = "no build")]
    public void A_command_that_takes_no_argument_of_MSBuild_gets_none(params string[] command)
    {
        using var directory = new TemporaryDirectory();

        CollectionAssert.AreEqual(command, new ServerLog(directory["a.log"]).Arguments(command).ToArray());
    }

    [TestMethod]
    public void A_failure_with_a_reason_stays_as_it_is()
    {
        using var directory = new TemporaryDirectory();
        var log = directory["a.log"];
        File.WriteAllText(log, "\nBuild succeeded.\n");
        var failed = new ProcessResult("dotnet build", 1, "a.csproj : error CTZ1: no image", "");

        Assert.AreEqual(failed, new ServerLog(log).Complete(failed));
    }
}
