using Containerize.Files;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class WriteFailureTests
{
    [TestMethod]
    public void A_full_disk_has_its_own_code()
    {
        var full = WriteFailure.Explain(new IOException("full", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28), "The archive 'a.tar'");
        Assert.AreEqual(DiagnosticCode.DiskFull, full.Code);
        Assert.StartsWith("The archive 'a.tar' could not be written: the disk is full", full.Message);
        Assert.AreEqual(DiagnosticCode.CannotWrite, WriteFailure.Explain(new IOException("other"), "x").Code);
        Assert.AreEqual(DiagnosticCode.CannotWrite, WriteFailure.Explain(new UnauthorizedAccessException("denied"), "x").Code);
    }
}
