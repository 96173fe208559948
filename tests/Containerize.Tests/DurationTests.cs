namespace Containerize.Tests;

[TestClass]
internal sealed class DurationTests
{
    [TestMethod]
    [DataRow("30s", 30_000)]
    [DataRow("1m30s", 90_000)]
    [DataRow("1m 30s", 90_000)]
    [DataRow("1.5h", 5_400_000)]
    [DataRow("500ms", 500)]
    [DataRow("2 D", 172_800_000)]
    [DataRow("00:00:30", 30_000)]
    [DataRow("1.06:00:00", 108_000_000)]
    [DataRow("0", 0)]
    [DataRow(" 0.0 ", 0)]
    public void Times_are_read_as_Docker_and_as_DotNet_write_them(string text, int milliseconds)
    {
        Assert.IsTrue(Duration.TryParse(text, out var time));

        Assert.AreEqual(milliseconds, time.TotalMilliseconds);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("30")]
    [DataRow("s")]
    [DataRow("-5s")]
    [DataRow("-1:00")]
    [DataRow("1w")]
    [DataRow("5s5")]
    [DataRow("soon")]
    [DataRow("36501d")]
    [DataRow("36501.00:00:00")]
    [DataRow("999999999h999999999h999999999h")]
    public void What_is_no_time_is_refused(string text) => Assert.IsFalse(Duration.TryParse(text, out _));

    [TestMethod]
    [DataRow("60", 60)]
    [DataRow("0.5", 0.5)]
    [DataRow("12h", 0.5)]
    [DataRow("0", 0)]
    public void A_number_alone_counts_the_unit_of_its_property(string text, double days) =>
        Assert.AreEqual(TimeSpan.FromDays(days), Duration.Parse("ContainerizeCacheMaxAge", text, TimeSpan.FromDays(1)));

    [TestMethod]
    [DataRow("sixty")]
    [DataRow("40000")]
    [DataRow("1,5")]
    public void An_error_names_the_property(string text)
    {
        var failure =
            Assert.ThrowsExactly<ContainerizeException>(() => Duration.Parse("ContainerizeCacheMaxAge", text, TimeSpan.FromDays(1)));

        Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
        Assert.Contains($"ContainerizeCacheMaxAge '{text}'", failure.Message);
    }
}
