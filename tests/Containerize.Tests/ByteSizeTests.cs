namespace Containerize.Tests;

[TestClass]
internal sealed class ByteSizeTests
{
    [TestMethod]
    [DataRow("0", 0)]
    [DataRow("1000", 1000)]
    [DataRow("12 B", 12)]
    [DataRow("500 KB", 500_000)]
    [DataRow("20MB", 20_000_000)]
    [DataRow("1.5 MB", 1_500_000)]
    [DataRow("1 kib", 1024)]
    [DataRow(" 2 MiB ", 2 * 1024 * 1024)]
    [DataRow("3GB", 3_000_000_000)]
    [DataRow("1GiB", 1024 * 1024 * 1024)]
    public void A_size_is_a_number_and_a_unit(string text, long bytes) => Assert.AreEqual(bytes, ByteSize.Parse("Budget", text));

    [TestMethod]
    [DataRow("")]
    [DataRow("MB")]
    [DataRow("-1")]
    [DataRow("1 TB")]
    [DataRow("1..5 MB")]
    [DataRow("ten MB")]
    [DataRow("9999999999999 GB")]
    [DataRow("9223372036854775808")]
    [DataRow("99999999999999999999999999999999")]
    public void Anything_else_is_an_error_that_names_the_property(string text)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ByteSize.Parse("ContainerizeUploadBudget", text));
        Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
        StringAssert.Contains(failure.Message, "ContainerizeUploadBudget");
    }

    [TestMethod]
    [DataRow(0, "0 B")]
    [DataRow(999, "999 B")]
    [DataRow(1000, "1 KB")]
    [DataRow(999_949, "999.9 KB")]
    [DataRow(999_950, "1 MB")]
    [DataRow(1_550_000, "1.6 MB")]
    [DataRow(2_250_000_000, "2.25 GB")]
    public void A_size_is_written_with_the_unit_that_suits_it(long bytes, string text) => Assert.AreEqual(text, ByteSize.Format(bytes));
}
