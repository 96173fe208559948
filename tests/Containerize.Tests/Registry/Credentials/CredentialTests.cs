using System.Text;
using System.Text.Json;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;

namespace Containerize.Tests.Registry.Credentials;

[TestClass]
internal sealed class CredentialTests
{
    private readonly Dictionary<string, string> _environment = [];
    private readonly ListReporter _reporter = new();
    private readonly string _home = Directory.CreateTempSubdirectory("containerize-test-").FullName;
    private RegistryOptions _options = new();

    [TestInitialize]
    public void Prepare()
    {
        _environment["HOME"] = _home;
        _environment["PATH"] = Path.Combine(_home, "bin");
        _options = new RegistryOptions
        {
            Environment = name => _environment.GetValueOrDefault(name),
            SystemRuntimeDirectory = Path.Combine(_home, "system-run"),
            SystemDataDirectory = Path.Combine(_home, "share"),
        };
    }

    [TestCleanup]
    public void CleanUp() => Directory.Delete(_home, recursive: true);

    [TestMethod]
    public async Task Without_any_source_it_is_anonymous()
    {
        Assert.IsNull(await FindAsync("registry.example"));
        StringAssert.Contains(_reporter.Text, "anonymous");
    }

    [TestMethod]
    public async Task Own_variables_are_bound_to_their_host()
    {
        _environment["CONTAINERIZE_REGISTRY_REGISTRY_EXAMPLE_5000_USER"] = "ada";
        _environment["CONTAINERIZE_REGISTRY_REGISTRY_EXAMPLE_5000_PASSWORD"] = "pw";
        Assert.AreEqual("ada", (await FindAsync("registry.example:5000"))!.User);
        Assert.IsNull(await FindAsync("other.example"));
    }

    [TestMethod]
    public async Task Of_two_hosts_whose_variables_have_the_same_name_one_can_be_meant()
    {
        _environment["CONTAINERIZE_REGISTRY_MY_REGISTRY_EXAMPLE_USER"] = "ada";
        _environment["CONTAINERIZE_REGISTRY_MY_REGISTRY_EXAMPLE_PASSWORD"] = "pw";
        _environment["CONTAINERIZE_REGISTRY_MY_REGISTRY_EXAMPLE_HOST"] = "my.registry.example";
        Assert.AreEqual("ada", (await FindAsync("my.registry.example"))!.User);
        Assert.IsNull(await FindAsync("my-registry.example"));
    }

    [TestMethod]
    public async Task The_sdks_push_variables_go_to_the_destination_only()
    {
        _options = _options with { PushRegistries = ["push.example"], PullRegistry = "pull.example" };
        SetSdk("DOTNET_CONTAINER_PUSH_REGISTRY", "pusher");
        Assert.AreEqual("pusher", (await FindAsync("push.example", isWrite: true))!.User);
        Assert.AreEqual("pusher", (await FindAsync("push.example"))!.User);
        Assert.IsNull(await FindAsync("pull.example"));
        Assert.IsNull(await FindAsync("other.example", isWrite: true));
    }

    [TestMethod]
    public async Task The_sdks_pull_variables_go_to_the_bases_registry_only()
    {
        _options = _options with { PushRegistries = ["push.example"], PullRegistry = "pull.example" };
        SetSdk("DOTNET_CONTAINER_PULL_REGISTRY", "puller");
        Assert.AreEqual("puller", (await FindAsync("pull.example"))!.User);
        Assert.IsNull(await FindAsync("push.example", isWrite: true));
        Assert.IsNull(await FindAsync("other.example"));
    }

    [TestMethod]
    [DataRow("DOTNET_CONTAINER_REGISTRY", "push.example", null)]
    [DataRow("DOTNET_CONTAINER_REGISTRY", "pull.example", "general")]
    [DataRow("DOTNET_CONTAINER_REGISTRY", "", "general", DisplayName = "no destination")]
    [DataRow("SDK_CONTAINER_REGISTRY", "push.example", null)]
    [DataRow("SDK_CONTAINER_REGISTRY", "push.example;pull.example", "general")]
    public async Task The_sdks_general_variables_are_the_destinations_and_the_bases_only_if_it_is_one(
        string prefix, string destinations, string? user)
    {
        _options = _options with
        {
            PushRegistries = destinations.Split(';', StringSplitOptions.RemoveEmptyEntries),
            PullRegistry = "pull.example",
        };
        SetSdk(prefix, "general");
        Assert.AreEqual(user, (await FindAsync("pull.example"))?.User);
        foreach (var destination in _options.PushRegistries)
        {
            Assert.AreEqual("general", (await FindAsync(destination, isWrite: true))!.User);
        }

        Assert.IsNull(await FindAsync("other.example"));
    }

    [TestMethod]
    public async Task A_login_for_the_base_counts_though_general_variables_are_set_for_a_destination()
    {
        _options = _options with { PushRegistries = ["push.example"], PullRegistry = "pull.example" };
        SetSdk("DOTNET_CONTAINER_REGISTRY", "general");
        Write(".docker/config.json", Auths("pull.example", "ada"));
        Assert.AreEqual("ada", (await FindAsync("pull.example"))!.User);
    }

    [TestMethod]
    public async Task One_registry_for_both_keeps_pull_and_push_apart()
    {
        _options = _options with { PushRegistries = ["r.example"], PullRegistry = "r.example" };
        SetSdk("DOTNET_CONTAINER_PUSH_REGISTRY", "pusher");
        SetSdk("DOTNET_CONTAINER_PULL_REGISTRY", "puller");
        Assert.AreEqual("puller", (await FindAsync("r.example"))!.User);
        Assert.AreEqual("pusher", (await FindAsync("r.example", isWrite: true))!.User);
    }

    [TestMethod]
    public async Task The_first_source_wins_and_is_named_without_its_value()
    {
        Write("auth-file.json", Auths("r.example", "from-auth-file"));
        _environment["DOCKER_AUTH_CONFIG"] = Auths("r.example", "from-variable");
        Write("docker/config.json", Auths("r.example", "from-docker"));
        Write("run/containers/auth.json", Auths("r.example", "from-runtime"));
        Write(".config/containers/auth.json", Auths("r.example", "from-config"));
        _environment["REGISTRY_AUTH_FILE"] = Path.Combine(_home, "auth-file.json");
        _environment["DOCKER_CONFIG"] = Path.Combine(_home, "docker");
        _environment["XDG_RUNTIME_DIR"] = Path.Combine(_home, "run");
        _environment["CONTAINERIZE_REGISTRY_R_EXAMPLE_USER"] = "from-own";
        _environment["CONTAINERIZE_REGISTRY_R_EXAMPLE_PASSWORD"] = "top-secret";
        SetSdk("DOTNET_CONTAINER_PULL_REGISTRY", "from-sdk");
        _options = _options with { PullRegistry = "r.example" };

        var order = new List<string>();
        foreach (
            var removed in new[]
            {
                "CONTAINERIZE_REGISTRY_R_EXAMPLE_USER",
                "DOTNET_CONTAINER_PULL_REGISTRY_UNAME",
                "REGISTRY_AUTH_FILE",
                "DOCKER_AUTH_CONFIG",
                "DOCKER_CONFIG",
                "XDG_RUNTIME_DIR",
                "HOME",
            })
        {
            order.Add((await FindAsync("r.example"))!.User);
            _environment.Remove(removed);
        }

        CollectionAssert.AreEqual(
            new[] { "from-own", "from-sdk", "from-auth-file", "from-variable", "from-docker", "from-runtime", "from-config" }, order);
        Assert.IsNull(await FindAsync("r.example"));
        Assert.IsFalse(_reporter.Text.Contains("top-secret", StringComparison.Ordinal));
        StringAssert.Contains(_reporter.Text, "CONTAINERIZE_REGISTRY_R_EXAMPLE_USER");
        StringAssert.Contains(_reporter.Text, "auth-file.json");
    }

    [TestMethod]
    public async Task Dockers_file_lies_in_the_home_directory()
    {
        Write(".docker/config.json", Auths("r.example", "ada"));
        Assert.AreEqual("ada", (await FindAsync("r.example"))!.User);
    }

    [TestMethod]
    public async Task Keys_of_repositories_go_before_the_host_the_longest_first()
    {
        Write(
            ".docker/config.json",
            $$$$"""{"auths":{"r.example":{"auth":"{{{{Base64("host:x")}}}}"},"r.example/team":{"auth":"{{{{Base64("team:x")}}}}"}""" +
                $$$$""","r.example/team/app":{"auth":"{{{{Base64("app:x")}}}}"}}}""");
        Assert.AreEqual("app", (await FindAsync("r.example", "team/app"))!.User);
        Assert.AreEqual("team", (await FindAsync("r.example", "team/other"))!.User);
        Assert.AreEqual("host", (await FindAsync("r.example", "teamwork/app"))!.User);
    }

    [TestMethod]
    [DataRow("https://r.example")]
    [DataRow("https://r.example/v1/")]
    [DataRow("https://r.example/v2/")]
    [DataRow("r.example/")]
    public async Task Keys_may_be_shaped_like_URLs(string key)
    {
        Write(".docker/config.json", Auths(key, "ada"));
        Assert.AreEqual("ada", (await FindAsync("r.example"))!.User);
        Assert.IsNull(await FindAsync("r.example.org"));
    }

    [TestMethod]
    [DataRow("docker.io")]
    [DataRow("index.docker.io")]
    [DataRow("registry-1.docker.io")]
    [DataRow("https://index.docker.io/v1/")]
    public async Task Docker_hub_has_several_names(string key)
    {
        Write(".docker/config.json", Auths(key, "ada"));
        Assert.AreEqual("ada", (await FindAsync("docker.io", "library/debian"))!.User);
    }

    [TestMethod]
    public async Task A_password_may_hold_colons_and_other_letters_and_end_in_NULs()
    {
        Write(".docker/config.json", $$$$"""{"auths":{"r.example":{"auth":"{{{{Base64("ada:pä:ss\0\0")}}}}"}}}""");
        var credential = await FindAsync("r.example");
        Assert.AreEqual("pä:ss", credential!.Password);
    }

    [TestMethod]
    public async Task An_identity_token_stands_beside_the_user_or_is_the_password_of_one()
    {
        Write(
            ".docker/config.json",
            $$$$"""{"auths":{"a.example":{"auth":"{{{{Base64("<token>:id-1")}}}}"},"b.example":""" +
                $$$$"""{"auth":"{{{{Base64("ada:")}}}}","identitytoken":"id-2"}}}""");
        Assert.AreEqual("id-1", (await FindAsync("a.example"))!.IdentityToken);
        Assert.AreEqual("id-2", (await FindAsync("b.example"))!.IdentityToken);
    }

    [TestMethod]
    public async Task A_registry_token_is_sent_as_it_is()
    {
        Write(".docker/config.json", """{"auths":{"r.example":{"registrytoken":"direct"}}}""");
        Assert.AreEqual("direct", (await FindAsync("r.example"))!.RegistryToken);
    }

    [TestMethod]
    public async Task An_empty_entry_is_a_marker_not_a_credential()
    {
        Write(".docker/config.json", """{"auths":{"r.example":{}}}""");
        Write(".config/containers/auth.json", Auths("r.example", "ada"));
        Assert.AreEqual("ada", (await FindAsync("r.example"))!.User);
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("""{"auths":[]}""")]
    [DataRow("""{"auths":{"r.example":{"auth":"not base64!"}}}""")]
    public async Task A_damaged_file_is_a_warning_and_never_quoted(string content)
    {
        Write(".docker/config.json", content);
        Write(".config/containers/auth.json", Auths("r.example", "ada"));
        Assert.AreEqual("ada", (await FindAsync("r.example"))!.User);
        StringAssert.Contains(_reporter.Text, "CTZ3005");
        Assert.IsFalse(_reporter.Text.Contains("not base64!", StringComparison.Ordinal));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_hosts_helper_is_asked_before_the_store_and_the_store_before_the_entry()
    {
        Write(
            ".docker/config.json",
            $$$$"""{"auths":{"c.example":{"auth":"{{{{Base64("entry:x")}}}}"},"b.example":{"auth":"{{{{Base64("entry:x")}}}}"}}""" +
                $$$$""","credHelpers":{"a.example":"one"},"credsStore":"two"}""");
        Helper("one", """echo '{"ServerURL":"x","Username":"from-helper","Secret":"s"}'""");
        Helper(
            "two",
            """read host; if [ "$host" = "c.example" ]; then echo "credentials not found in native keychain"; exit 1; fi; """ +
                """echo '{"Username":"from-store","Secret":"s"}'""");
        Assert.AreEqual("from-helper", (await FindAsync("a.example"))!.User);
        Assert.AreEqual("from-store", (await FindAsync("b.example"))!.User);
        Assert.AreEqual("entry", (await FindAsync("c.example"))!.User);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_helper_is_asked_for_docker_hub_by_its_old_name()
    {
        Write(".docker/config.json", """{"credsStore":"one"}""");
        Helper("one", """echo "{\"Username\":\"$(cat)\",\"Secret\":\"s\"}" """);
        Assert.AreEqual("https://index.docker.io/v1/", (await FindAsync("docker.io", "library/debian"))!.User);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_failing_store_is_a_warning_that_does_not_repeat_what_it_printed()
    {
        Write(".docker/config.json", """{"credsStore":"one"}""");
        Helper("one", "echo 'leaked-secret'; echo 'leaked-too' >&2; exit 3");
        Assert.IsNull(await FindAsync("r.example"));
        StringAssert.Contains(_reporter.Text, "exit code 3");
        Assert.IsFalse(_reporter.Text.Contains("leaked", StringComparison.Ordinal));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("echo not-json")]
    [DataRow("echo '[]'")]
    [DataRow("""echo '{"Username":"a","Username":"b","Secret":"s"}'""")]
    public async Task A_helper_that_answers_nonsense_is_a_warning(string script)
    {
        Write(".docker/config.json", """{"credsStore":"one"}""");
        Helper("one", script);
        Assert.IsNull(await FindAsync("r.example"));
        StringAssert.Contains(_reporter.Text, "CTZ3005");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("_json_key", "{\n  \"type\": \"service_account\"\n}\n")]
    [DataRow("ada", "two\r\nlines")]
    [DataRow("two\nlines", "secret")]
    public async Task A_helpers_secret_may_have_any_characters(string user, string secret)
    {
        Write(".docker/config.json", """{"credsStore":"one"}""");
        var reply = JsonSerializer.Serialize(new Dictionary<string, string> { ["Username"] = user, ["Secret"] = secret });
        Helper("one", $"cat > /dev/null; cat '{Write("reply.json", reply)}'");

        var found = await FindAsync("r.example");

        Assert.AreEqual((user, secret), (found!.User, found.Password));
        Assert.DoesNotContain("CTZ", _reporter.Text);
    }

    [TestMethod]
    [DataRow("../one")]
    [DataRow("one; touch x")]
    [DataRow("one two")]
    [DataRow("$(one)")]
    public async Task A_helpers_name_is_checked(string name)
    {
        Write(".docker/config.json", $$$$"""{"credsStore":"{{{{name}}}}"}""");
        Assert.IsNull(await FindAsync("r.example"));
        StringAssert.Contains(_reporter.Text, "not allowed");
    }

    [TestMethod]
    public async Task A_missing_helper_is_a_warning()
    {
        Write(".docker/config.json", """{"credsStore":"absent"}""");
        Assert.IsNull(await FindAsync("r.example"));
        StringAssert.Contains(_reporter.Text, "docker-credential-absent");
    }

    [TestMethod]
    public async Task A_helper_that_never_answers_is_given_up()
    {
        _options = _options with { HelperTimeLimit = TimeSpan.FromMilliseconds(200) };
        Write(".docker/config.json", """{"credsStore":"slow"}""");
        Helper("slow", "exec sleep 600");
        Assert.IsNull(await FindAsync("r.example"));
        StringAssert.Contains(_reporter.Text, "did not answer");
    }

    [TestMethod]
    public void A_credential_prints_only_its_source() => Assert.AreEqual("here", Credential.Of("here", "ada", "secret").ToString());

    private Task<Credential?> FindAsync(string registry, string repository = "team/app", bool isWrite = false) =>
        new CredentialStore(_options, _reporter).FindAsync(registry, repository, isWrite, CancellationToken.None);

    private void SetSdk(string prefix, string user)
    {
        _environment[prefix + "_UNAME"] = user;
        _environment[prefix + "_PWORD"] = "pw";
    }

    private string Write(string path, string content)
    {
        var full = Path.Combine(_home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    private void Helper(string name, string script)
    {
        var path = Write($"bin/docker-credential-{name}", $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string Auths(string key, string user) =>
        $$$$"""{"auths":{"{{{{key}}}}":{"auth":"{{{{Base64(user + ":password")}}}}"}}}""";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
