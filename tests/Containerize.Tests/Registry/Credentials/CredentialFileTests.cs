using System.Diagnostics;
using System.Text;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;
using Containerize.Testing;

namespace Containerize.Tests.Registry.Credentials;

/// <summary>Credential files are read as Docker reads them, and what cannot be read is said.</summary>
[TestClass]
internal sealed class CredentialFileTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly Dictionary<string, string> _environment = [];
    private readonly ListReporter _reporter = new();
    private RegistryOptions _options = new();

    [TestInitialize]
    public void Prepare()
    {
        _environment["HOME"] = _home.FullName;
        _environment["PATH"] = _home["bin"];
        _options = new RegistryOptions
        {
            Environment = name => _environment.GetValueOrDefault(name),
            SystemRuntimeDirectory = _home["system-run"],
            SystemDataDirectory = _home["share"],
        };
    }

    public void Dispose() => _home.Dispose();

    [TestMethod]
    [DataRow("https://r.example/team")]
    [DataRow("https://r.example/team/")]
    [DataRow("https://r.example/v2/team")]
    [DataRow("http://r.example/v1/team/app/")]
    [DataRow("r.example/team/")]
    [DataRow("R.Example/team")]
    [DataRow("https://r.example/some/other/path")]
    [DataRow("r.example/other")]
    [DataRow("https://R.EXAMPLE")]
    [DataRow("https://r.example/v2/_catalog")]
    public async Task A_key_of_docker_may_have_a_path(string key)
    {
        _home.Write(".docker/config.json", Auths((key, "ada")));

        Assert.AreEqual("ada", (await FindAsync("r.example"))?.User);
        Assert.IsNull(await FindAsync("r.example.org"));
        Assert.IsNull(await FindAsync("r.example:5000"));
    }

    [TestMethod]
    [DataRow("team/app", "app")]
    [DataRow("team/app/sub", "app")]
    [DataRow("team/other", "team")]
    [DataRow("else/app", "host")]
    [DataRow("teamwork/app", "host")]
    public async Task The_longest_path_goes_first_whatever_the_form(string repository, string expected)
    {
        _home.Write(
            ".docker/config.json",
            Auths(("https://r.example/v1/", "host"), ("https://r.example/team", "team"), ("R.example/team/app/", "app")));

        Assert.AreEqual(expected, (await FindAsync("r.example", repository))?.User);
    }

    [TestMethod]
    public async Task A_path_of_another_repository_counts_in_dockers_files_only()
    {
        _home.Write(".config/containers/auth.json", Auths(("r.example/other", "podman")));
        Assert.IsNull(await FindAsync("r.example", "team/app"));
        Assert.AreEqual("podman", (await FindAsync("r.example", "other/app"))?.User);

        _environment["DOCKER_AUTH_CONFIG"] = Auths(("r.example/other", "docker"));
        Assert.AreEqual("docker", (await FindAsync("r.example", "team/app"))?.User);
    }

    [TestMethod]
    [DataRow("""{"Auths":{"r.example":{"auth":"YWRhOnB3"}}}""")]
    [DataRow("""{"AUTHS":{"r.example":{"AUTH":"YWRhOnB3"}}}""")]
    [DataRow("""{"auths":{"r.example":{"Username":"ada","PASSWORD":"pw"}}}""")]
    [DataRow("""{"auths":{"r.example":{"Auth":"YWRhOnB3"}},"CredsStore":""}""")]
    public async Task Members_may_be_written_in_another_case(string content)
    {
        _home.Write(".docker/config.json", content);

        var found = await FindAsync("r.example");

        Assert.AreEqual("ada", found?.User);
        Assert.AreEqual("pw", found?.Password);
    }

    [TestMethod]
    [DataRow("""{"auths":{"r.example":{"IdentityToken":"id"}}}""", "id", null)]
    [DataRow("""{"auths":{"r.example":{"RegistryToken":"direct"}}}""", null, "direct")]
    public async Task Tokens_may_be_written_in_another_case(string content, string? identity, string? registry)
    {
        _home.Write(".docker/config.json", content);

        var found = await FindAsync("r.example");

        Assert.AreEqual(identity, found?.IdentityToken);
        Assert.AreEqual(registry, found?.RegistryToken);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("""{"credsstore":"one"}""")]
    [DataRow("""{"CredHelpers":{"r.example":"one"}}""")]
    [DataRow("""{"credHelpers":{"R.Example":"one"}}""")]
    [DataRow("""{"credHelpers":{"https://r.example/":"one"}}""")]
    public async Task Helpers_may_be_named_in_another_case(string content)
    {
        _home.Write(".docker/config.json", content);
        Helper("one", """echo '{"username":"ada","SECRET":"s"}'""");

        Assert.AreEqual("ada", (await FindAsync("r.example"))?.User);
    }

    [TestMethod]
    [DataRow(".docker/config.json")]
    [DataRow(".config/containers/auth.json")]
    public async Task A_directory_in_place_of_a_file_is_said(string path)
    {
        Directory.CreateDirectory(_home[path]);

        Assert.IsNull(await FindAsync("r.example"));

        AssertIsSaid(path);
    }

    [TestMethod]
    [DataRow("REGISTRY_AUTH_FILE")]
    [DataRow("DOCKER_CONFIG")]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_file_that_a_variable_names_and_that_cannot_be_read_is_said(string variable)
    {
        // A link in a circle can be read by no user, not even by root.
        Directory.CreateDirectory(_home["named"]);
        File.CreateSymbolicLink(_home["named/config.json"], "config.json");
        _environment[variable] = variable == "DOCKER_CONFIG" ? _home["named"] : _home["named/config.json"];

        Assert.IsNull(await FindAsync("r.example"));

        AssertIsSaid("config.json");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_link_in_a_circle_in_place_of_a_file_is_said_and_the_next_file_counts()
    {
        Directory.CreateDirectory(_home[".docker"]);
        File.CreateSymbolicLink(_home[".docker/config.json"], "config.json");
        _home.Write(".config/containers/auth.json", Auths(("r.example", "ada")));

        Assert.AreEqual("ada", (await FindAsync("r.example"))?.User);

        AssertIsSaid(".docker/config.json");
    }

    [TestMethod]
    public async Task A_file_in_place_of_its_directory_is_as_if_there_were_none()
    {
        _home.Write(".docker", "");

        Assert.IsNull(await FindAsync("r.example"));

        Assert.DoesNotContain("CTZ3005", _reporter.Text);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("""{"credHelpers":{"r.example":"slow"},"credsStore":"slower"}""", "")]
    [DataRow("""{"credHelpers":{"r.example":"slow"}}""", """{"credHelpers":{"r.example":"slow"},"credsStore":"slower"}""")]
    [DataRow("""{"credsStore":"slow"}""", """{"credsStore":"slower"}""")]
    public async Task Helpers_that_never_answer_share_one_time_limit(string docker, string podman)
    {
        var limit = TimeSpan.FromSeconds(2);
        _options = _options with { HelperTimeLimit = limit };
        _home.Write(".docker/config.json", docker);
        _home.Write(".config/containers/auth.json", podman);
        Helper("slow", $"echo x >> {_home["asked"]}; exec sleep 600");
        Helper("slower", $"echo x >> {_home["asked"]}; exec sleep 600");
        var store = new CredentialStore(_options, _reporter);
        var started = Stopwatch.StartNew();

        Assert.IsNull(await store.FindAsync("r.example", "team/app", isWrite: false, CancellationToken.None));
        Assert.IsNull(await store.FindAsync("r.example", "team/app", isWrite: true, CancellationToken.None));
        Assert.IsNull(await store.FindAsync("r.example", "team/base", isWrite: false, CancellationToken.None));

        Assert.IsLessThan(2 * limit, started.Elapsed);
        StringAssert.Contains(_reporter.Text, "did not answer");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_helper_is_asked_once_for_all_repositories_of_a_registry()
    {
        _home.Write(".docker/config.json", """{"credsStore":"one"}""");
        Helper("one", $$"""echo x >> {{_home["asked"]}}; echo '{"Username":"ada","Secret":"s"}'""");
        var store = new CredentialStore(_options, _reporter);

        await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(number => store.FindAsync("r.example", $"team/app{number}", isWrite: number % 2 == 0, CancellationToken.None)));

        Assert.HasCount(1, await File.ReadAllLinesAsync(_home["asked"]));
    }

    private Task<Credential?> FindAsync(string registry, string repository = "team/app") =>
        new CredentialStore(_options, _reporter).FindAsync(registry, repository, isWrite: false, CancellationToken.None);

    private void AssertIsSaid(string path)
    {
        StringAssert.Contains(_reporter.Text, "CTZ3005");
        StringAssert.Contains(_reporter.Text, path);
    }

    private void Helper(string name, string script)
    {
        _home.Write($"bin/docker-credential-{name}", $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                _home[$"bin/docker-credential-{name}"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string Auths(params (string Key, string User)[] entries)
    {
        var auths = entries.Select(
            entry => $"\"{entry.Key}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(entry.User + ":password"))}\"}}");
        return $"{{\"auths\":{{{string.Join(',', auths)}}}}}";
    }
}
