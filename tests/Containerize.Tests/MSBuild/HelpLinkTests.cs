using Containerize.MSBuild;
using Microsoft.Build.Framework;
using Moq;

namespace Containerize.Tests.MSBuild;

[TestClass]
internal sealed class HelpLinkTests
{
    private const string Page = "https://git.example.com/docs/Diagnostics.md";

    private readonly List<BuildErrorEventArgs> _errors = [];
    private readonly List<BuildWarningEventArgs> _warnings = [];

    [TestMethod]
    public void A_failure_links_to_the_heading_of_its_code()
    {
        Run(_ => throw new ContainerizeException(DiagnosticCode.InvalidReference, "That is no reference."));

        Assert.AreEqual("CTZ2001", _errors.Single().Code);
        Assert.AreEqual(Page + "#ctz2001", _errors.Single().HelpLink);
    }

    [TestMethod]
    public void A_failure_of_the_file_system_and_a_bug_have_links_too()
    {
        Run(_ => throw new IOException("The disk is gone."));
        Run(_ => throw new UnauthorizedAccessException("The file is not yours."));
        Run(_ => throw new InvalidOperationException("This cannot happen."));

        string[] links = [Page + "#ctz4002", Page + "#ctz4002", Page + "#ctz1000"];
        CollectionAssert.AreEqual(links, _errors.ConvertAll(error => error.HelpLink));
    }

    [TestMethod]
    public void A_full_disk_has_its_own_code_and_is_named_with_its_place()
    {
        var number = OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28;

        Run(_ => throw new IOException("No space left on device : '/disk/cache/blobs/a'", number));

        Assert.AreEqual("CTZ4001", _errors.Single().Code);
        Assert.AreEqual(Page + "#ctz4001", _errors.Single().HelpLink);
        StringAssert.Contains(_errors.Single().Message, "The disk is full");
        StringAssert.Contains(_errors.Single().Message, "/disk/cache/blobs/a");
    }

    [TestMethod]
    public void A_warning_links_to_the_heading_of_its_code()
    {
        Run(reporter => reporter.Warning(DiagnosticCode.SecretsLeftOut, "A key was left out."));

        Assert.AreEqual("CTZ1030", _warnings.Single().Code);
        Assert.AreEqual(Page + "#ctz1030", _warnings.Single().HelpLink);
        Assert.IsEmpty(_errors);
    }

    private void Run(Action<IReporter> work)
    {
        var engine = new Mock<IBuildEngine>();
        engine.Setup(log => log.LogErrorEvent(It.IsAny<BuildErrorEventArgs>())).Callback<BuildErrorEventArgs>(_errors.Add);
        engine.Setup(log => log.LogWarningEvent(It.IsAny<BuildWarningEventArgs>())).Callback<BuildWarningEventArgs>(_warnings.Add);
        using var task = new WorkTask(work) { BuildEngine = engine.Object, DiagnosticsPage = Page };

        var succeeded = task.Execute();

        Assert.AreEqual(_errors.Count == 0, succeeded);
    }

    private sealed class WorkTask(Action<IReporter> work) : ContainerizeTask
    {
        private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
        {
            work(reporter);
            return Task.CompletedTask;
        }
    }
}
