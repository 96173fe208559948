using Containerize.Images;

namespace Containerize.Tests.Images;

[TestClass]
internal sealed class HealthcheckTests
{
    [TestMethod]
    public void The_form_of_the_command_decides_about_the_shell()
    {
        CollectionAssert.AreEqual(
            new[] { "CMD-SHELL", "curl -f http://localhost/ || exit 1" },
            Healthcheck.Of(["curl -f http://localhost/ || exit 1"]).Test.ToList());
        CollectionAssert.AreEqual(new[] { "CMD", "/app/check" }, Healthcheck.Of(["/app/check"]).Test.ToList());
        CollectionAssert.AreEqual(new[] { "CMD", "/app/check", "two words" }, Healthcheck.Of(["/app/check", "two words"]).Test.ToList());
        CollectionAssert.AreEqual(new[] { "NONE" }, Healthcheck.Of(["NONE"]).Test.ToList());
    }
}
