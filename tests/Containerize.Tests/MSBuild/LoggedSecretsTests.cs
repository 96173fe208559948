using Containerize.MSBuild;
using Containerize.Testing;
using Microsoft.Build.Framework;
using Moq;

namespace Containerize.Tests.MSBuild;

[TestClass]
internal sealed class LoggedSecretsTests
{
    [TestMethod]
    [DataRow("DOTNET_CONTAINER_REGISTRY_PWORD", false, true, "diagnostic")]
    [DataRow("DOTNET_CONTAINER_PUSH_REGISTRY_PWORD", false, true, "diagnostic")]
    [DataRow("DOTNET_CONTAINER_PULL_REGISTRY_PWORD", true, false, "binary")]
    [DataRow("DOTNET_CONTAINER_REGISTRY_PWORD", true, true, "binary")]
    public void A_password_that_a_log_will_hold_is_a_warning(string variable, bool isBinary, bool isDiagnostic, string log)
    {
        var warning = Warn(isBinary, isDiagnostic, isAllLogged: false, variable)!;

        StringAssert.Contains(warning, variable);
        StringAssert.Contains(warning, log);
        Assert.DoesNotContain("secret", warning);
    }

    [TestMethod]
    [DataRow("SDK_CONTAINER_REGISTRY_PWORD")]
    [DataRow("CONTAINERIZE_REGISTRY_GHCR_IO_PASSWORD")]
    [DataRow("DOCKER_AUTH_CONFIG")]
    public void Other_passwords_are_logged_only_when_all_variables_are(string variable)
    {
        Assert.IsNull(Warn(isBinary: false, isDiagnostic: true, isAllLogged: false, variable));
        Assert.IsNull(Warn(isBinary: true, isDiagnostic: true, isAllLogged: false, variable));
        StringAssert.Contains(Warn(isBinary: false, isDiagnostic: true, isAllLogged: true, variable), variable);
        StringAssert.Contains(Warn(isBinary: true, isDiagnostic: false, isAllLogged: true, variable), variable);
    }

    [TestMethod]
    [DataRow("DOTNET_CONTAINER_REGISTRY_UNAME")]
    [DataRow("DOTNET_ROOT")]
    [DataRow("PASSWORD")]
    public void What_is_no_password_of_ours_is_none_of_our_business(string variable) =>
        Assert.IsNull(Warn(isBinary: true, isDiagnostic: true, isAllLogged: true, variable));

    [TestMethod]
    public void A_log_that_keeps_less_holds_no_password() =>
        Assert.IsNull(Warn(isBinary: false, isDiagnostic: false, isAllLogged: true, "DOTNET_CONTAINER_REGISTRY_PWORD"));

    [TestMethod]
    public void An_engine_that_cannot_tell_is_no_failure()
    {
        var reporter = new RecordingReporter();

        LoggedSecrets.Warn(
            Mock.Of<IBuildEngine>(), new Dictionary<string, string> { ["DOTNET_CONTAINER_REGISTRY_PWORD"] = "secret" }, reporter);

        Assert.IsEmpty(reporter.Warnings);
    }

    private static string? Warn(bool isBinary, bool isDiagnostic, bool isAllLogged, string variable)
    {
        var variables = new Dictionary<string, string> { [variable] = "secret" };
        if (isBinary)
        {
            variables["MSBUILDBINARYLOGGERENABLED"] = "1";
        }

        if (isAllLogged)
        {
            variables["MSBUILDLOGALLENVIRONMENTVARIABLES"] = "1";
        }

        var services = new Mock<EngineServices>();
        services.Setup(engine => engine.IsTaskInputLoggingEnabled).Returns(isDiagnostic || isBinary);
        var engine = new Mock<IBuildEngine10>();
        engine.Setup(build => build.EngineServices).Returns(services.Object);
        var reporter = new RecordingReporter();
        LoggedSecrets.Warn(engine.Object, variables, reporter);
        return reporter.Warnings.SingleOrDefault().Text;
    }
}
