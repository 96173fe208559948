using Containerize.Images;

namespace Containerize.Tests.Images;

[TestClass]
internal sealed class HealthcheckTests
{
    [TestMethod]
    [DataRow("30s", 30_000)]
    [DataRow("1m30s", 90_000)]
    [DataRow("1.5h", 5_400_000)]
    [DataRow("500ms", 500)]
    [DataRow("00:00:30", 30_000)]
    public void Times_are_read_as_Docker_and_as_DotNet_write_them(string text, int milliseconds)
    {
        Assert.IsTrue(Healthcheck.TryParseTime(text, out var time));
        Assert.AreEqual(milliseconds, time.TotalMilliseconds);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("30")]
    [DataRow("s")]
    [DataRow("-5s")]
    [DataRow("0s")]
    [DataRow("1d")]
    [DataRow("00:00:00")]
    [DataRow("999999999h999999999h999999999h")]
    public void What_is_no_time_is_refused(string text) => Assert.IsFalse(Healthcheck.TryParseTime(text, out _));

    [TestMethod]
    public void The_form_of_the_command_decides_about_the_shell()
    {
        CollectionAssert.AreEqual(new[] { "CMD-SHELL", "curl -f http://localhost/ || exit 1" }, Healthcheck.Of(["curl -f http://localhost/ || exit 1"]).Test.ToList());
        CollectionAssert.AreEqual(new[] { "CMD", "/app/check" }, Healthcheck.Of(["/app/check"]).Test.ToList());
        CollectionAssert.AreEqual(new[] { "CMD", "/app/check", "two words" }, Healthcheck.Of(["/app/check", "two words"]).Test.ToList());
        CollectionAssert.AreEqual(new[] { "NONE" }, Healthcheck.Of(["NONE"]).Test.ToList());
    }
}
