using Containerize.Storage;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class StoreFailureTests
{
    [TestMethod]
    public void A_full_disk_is_told_from_other_failures()
    {
        var noSpace = OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28;
        var failure = StoreFailure.Explain(new IOException("No space left on device", noSpace), "/the/store");
        Assert.AreEqual(DiagnosticCode.DiskFull, failure.Code);
        Assert.Contains("/the/store", failure.Message);
        Assert.AreEqual(DiagnosticCode.CannotWrite, StoreFailure.Explain(new IOException("Input/output error", 5), "/the/store").Code);
        Assert.AreEqual(DiagnosticCode.CannotWrite, StoreFailure.Explain(new UnauthorizedAccessException("Denied"), "/the/store").Code);
    }
}
