using Containerize.Files;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class FileFailureTests
{
    [TestMethod]
    public void A_full_disk_has_its_own_code_and_the_message_names_the_place()
    {
        var full = FileFailure.Explain(
            new IOException("full", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28), "The archive 'a.tar'");

        Assert.AreEqual(DiagnosticCode.DiskFull, full.Code);
        Assert.StartsWith("The archive 'a.tar' could not be written: the disk is full", full.Message);
    }

    [TestMethod]
    public void Other_failures_say_what_the_system_said()
    {
        Exception[] failures = [new IOException("Input/output error", 5), new UnauthorizedAccessException("Denied")];
        foreach (var failure in failures)
        {
            var explained = FileFailure.Explain(failure, "x");

            Assert.AreEqual(DiagnosticCode.CannotWrite, explained.Code);
            Assert.Contains(failure.Message, explained.Message);
        }
    }
}
