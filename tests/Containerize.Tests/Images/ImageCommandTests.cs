using Containerize.Images;
using Containerize.Testing;

namespace Containerize.Tests.Images;

/// <summary>The .NET SDK's rules for entrypoint and command.</summary>
[TestClass]
internal sealed class ImageCommandTests
{
    private static readonly string[] s_app = ["dotnet", "/app/hello.dll"];

    private static (string Entrypoint, string Command) Resolve(ImageCommand command, params string[] baseEntrypoint)
    {
        var (entrypoint, arguments) = command.Resolve(baseEntrypoint, new RecordingReporter());
        return (string.Join(' ', entrypoint), string.Join(' ', arguments));
    }

    private static void Contradicts(ImageCommand command)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => command.Resolve([], new RecordingReporter()));
        Assert.AreEqual(DiagnosticCode.InvalidEntrypoint, failure.Code);
    }

    [TestMethod]
    public void The_app_is_the_entrypoint_by_default() =>
        Assert.AreEqual(
            ("dotnet /app/hello.dll --a", "--b"), Resolve(new() { AppCommand = s_app, AppCommandArgs = ["--a"], DefaultArgs = ["--b"] }));

    [TestMethod]
    public void With_an_entrypoint_the_app_is_its_default_arguments() =>
        Assert.AreEqual(
            ("tini --", "dotnet /app/hello.dll --b"),
            Resolve(new() { Entrypoint = ["tini"], EntrypointArgs = ["--"], AppCommand = s_app, DefaultArgs = ["--b"] }));

    [TestMethod]
    public void Entrypoint_arguments_alone_are_the_apps_as_in_older_projects() =>
        Assert.AreEqual(("dotnet /app/hello.dll", "--old"), Resolve(new() { EntrypointArgs = ["--old"], AppCommand = s_app }));

    [TestMethod]
    public void The_bases_entrypoint_is_kept_when_the_app_is_default_arguments() =>
        Assert.AreEqual(
            ("/entry.sh", "dotnet /app/hello.dll"),
            Resolve(new() { AppCommand = s_app, Instruction = AppCommandInstruction.DefaultArgs }, "/entry.sh"));

    [TestMethod]
    [DataRow("dotnet")]
    [DataRow("/usr/bin/dotnet")]
    public void A_base_that_starts_dotnet_is_not_kept(string entrypoint) =>
        Assert.AreEqual(
            ("", "dotnet /app/hello.dll"),
            Resolve(new() { AppCommand = s_app, Instruction = AppCommandInstruction.DefaultArgs }, entrypoint));

    [TestMethod]
    public void With_None_entrypoint_and_arguments_stand_for_themselves() =>
        Assert.AreEqual(
            ("sh -c", "ls"),
            Resolve(
                new() { Entrypoint = ["sh"], EntrypointArgs = ["-c"], DefaultArgs = ["ls"], Instruction = AppCommandInstruction.None }));

    [TestMethod]
    public void Replacing_the_bases_entrypoint_is_told()
    {
        var reporter = new RecordingReporter();

        new ImageCommand { AppCommand = s_app }.Resolve(["/entry.sh"], reporter);

        StringAssert.Contains(string.Join('\n', reporter.Messages), "/entry.sh");
    }

    [TestMethod]
    public void Entrypoint_arguments_need_an_entrypoint() =>
        Contradicts(new() { EntrypointArgs = ["x"], DefaultArgs = ["y"], AppCommand = s_app });

    [TestMethod]
    public void App_arguments_need_an_app() => Contradicts(new() { AppCommandArgs = ["x"] });

    [TestMethod]
    public void None_with_an_app_command_contradicts_itself() =>
        Contradicts(new() { AppCommand = s_app, Instruction = AppCommandInstruction.None });

    [TestMethod]
    public void Two_entrypoints_contradict_each_other() =>
        Contradicts(new() { Entrypoint = ["tini"], AppCommand = s_app, Instruction = AppCommandInstruction.Entrypoint });
}
