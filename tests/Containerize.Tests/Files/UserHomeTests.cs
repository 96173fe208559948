using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class UserHomeTests
{
    [TestMethod]
    [DataRow(false, "/home/ada", null, "/home/ada")]
    [DataRow(false, "/home/ada", "/mnt/c/Users/ada", "/home/ada")]
    [DataRow(false, "", "/mnt/c/Users/ada", "/mnt/c/Users/ada")]
    [DataRow(true, "H:\\", "C:\\Users\\ada", "C:\\Users\\ada")]
    [DataRow(true, "H:\\", "", "H:\\")]
    [DataRow(true, null, null, null)]
    [DataRow(false, "", "", null)]
    public void The_home_is_where_engines_look_on_that_system(bool isWindows, string? home, string? profile, string? expected) =>
        Assert.AreEqual(expected, UserHome.Of(name => name == "HOME" ? home : name == "USERPROFILE" ? profile : null, isWindows));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_service_without_a_home_in_its_environment_has_that_of_its_account()
    {
        var home = Environment.GetEnvironmentVariable("HOME");
        try
        {
            Environment.SetEnvironmentVariable("HOME", null);
            Assert.AreEqual(AccountHome(), UserHome.Variable("HOME"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("HOME", home);
        }

        Assert.IsNull(UserHome.Variable("CONTAINERIZE_TEST_IS_NOT_SET"));
    }

    [TestMethod]
    [DataRow("NO_PROXY=;no_proxy=a", "a")]
    [DataRow("NO_PROXY=b;no_proxy=a", "b")]
    [DataRow("no_proxy=a", "a")]
    [DataRow("NO_PROXY=", null)]
    public void An_empty_variable_counts_as_not_set(string variables, string? expected)
    {
        var environment = variables.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.AreEqual(expected, UserHome.FirstNotEmpty(name => environment.GetValueOrDefault(name), "NO_PROXY", "no_proxy"));
        Assert.AreEqual(expected, Containerize.Http.NoProxyList.TextOf(name => environment.GetValueOrDefault(name)));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("HOME=/home/ada", "/home/ada/.cache/containerize")]
    [DataRow("HOME=/home/ada;DOTNET_CLI_HOME=/tmp/cli", "/home/ada/.cache/containerize")]
    [DataRow("HOME=/;DOTNET_CLI_HOME=/tmp/cli", "/tmp/cli/.cache/containerize")]
    [DataRow("DOTNET_CLI_HOME=/tmp/cli", "/tmp/cli/.cache/containerize")]
    [DataRow("DOTNET_CLI_HOME=relative", null)]
    [DataRow("HOME=/", "/.cache/containerize")]
    [DataRow("HOME=/;XDG_CACHE_HOME=/caches;DOTNET_CLI_HOME=/tmp/cli", "/caches/containerize")]
    [DataRow("HOME=/;CONTAINERIZE_CACHE_DIRECTORY=/mine;DOTNET_CLI_HOME=/tmp/cli", "/mine")]
    public void A_user_without_a_home_of_his_own_has_the_cache_where_the_SDK_has_its_files(string variables, string? expected)
    {
        var environment = variables.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

        Assert.AreEqual(expected, CacheLocation.Resolve(null, "/project", name => environment.GetValueOrDefault(name)));
    }

    private static string AccountHome() => File.ReadLines("/etc/passwd").Select(line => line.Split(':'))
        .First(fields => fields[2] == FileStatus.CurrentUser.ToString(System.Globalization.CultureInfo.InvariantCulture))[5];
}
