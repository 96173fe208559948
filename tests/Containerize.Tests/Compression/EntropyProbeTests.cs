using Containerize.Compression;

namespace Containerize.Tests.Compression;

[TestClass]
internal sealed class EntropyProbeTests
{
    [TestMethod]
    public void Random_bytes_are_detected()
    {
        for (var length = 8192; length < 8192 + 500; length++)
        {
            Assert.IsTrue(EntropyProbe.IsIncompressible(SampleData.Make("random", length)), $"{length} bytes");
        }
    }

    [TestMethod]
    [DataRow("zeros")]
    [DataRow("text")]
    [DataRow("records")]
    [DataRow("assembly")]
    public void Other_bytes_are_worth_a_search(string kind) =>
        Assert.IsFalse(EntropyProbe.IsIncompressible(SampleData.Make(kind, 32_768)));

    [TestMethod]
    public void A_few_bytes_are_never_judged() => Assert.IsFalse(EntropyProbe.IsIncompressible(SampleData.Make("random", 8191)));
}
