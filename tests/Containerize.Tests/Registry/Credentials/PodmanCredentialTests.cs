using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Registry.Credentials;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Credentials;

/// <summary>What <c>podman login</c> leaves is found where Podman looks for it.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
internal sealed class PodmanCredentialTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly Dictionary<string, string> _environment = [];
    private readonly ListReporter _reporter = new();

    private RegistryOptions Options => new()
    {
        Environment = name => _environment.GetValueOrDefault(name),
        SystemConfigDirectory = _home["etc"],
        SystemRuntimeDirectory = _home["run"],
        SystemDataDirectory = _home["share"],
    };

    private static string OwnFile => $"run/containers/{FileStatus.CurrentUser.ToString(CultureInfo.InvariantCulture)}/auth.json";

    public PodmanCredentialTests()
    {
        _environment["HOME"] = _home.FullName;
        _environment["PATH"] = _home["bin"];
    }

    public void Dispose() => _home.Dispose();

    [TestMethod]
    [DataRow(null, "shared")]
    [DataRow("", "shared")]
    [DataRow("session", "session")]
    [DataRow("absent", "config")]
    public async Task The_file_is_that_of_the_session_or_without_one_the_users_own(string? session, string expected)
    {
        _home.Write(OwnFile, Auths("shared"));
        _home.Write("session/containers/auth.json", Auths("session"));
        _home.Write(".config/containers/auth.json", Auths("config"));
        if (session is not null)
        {
            _environment["XDG_RUNTIME_DIR"] = session.Length == 0 ? "" : _home[session];
        }

        Assert.AreEqual(expected, (await FindAsync("r.example"))?.User);
    }

    [TestMethod]
    public async Task What_has_no_credentials_has_none_of_the_machine_either()
    {
        _home.Write(OwnFile, Auths("shared"));

        Assert.IsNull(await CredentialStore.Empty(_reporter).FindAsync("r.example", "app", isWrite: false, CancellationToken.None));
    }

    [TestMethod]
    [DataRow("", "file")]
    [DataRow("credential-helpers = []", "file")]
    [DataRow("""credential-helpers = ["containers-auth.json"]""", "file")]
    [DataRow("""credential-helpers = ["containers-auth.json", "one"]""", "file")]
    [DataRow("""credential-helpers = ["one", "containers-auth.json"]""", "one")]
    [DataRow("""credential-helpers = ["none", "containers-auth.json", "one"]""", "file")]
    [DataRow("""credential-helpers = ["none", "absent", "one"]""", "one")]
    [DataRow("""credential-helpers = ["none"]""", null)]
    public async Task Helpers_and_the_file_are_asked_in_the_order_of_the_configuration(string configuration, string? expected)
    {
        _home.Write("etc/containers/registries.conf", configuration);
        _home.Write(".config/containers/auth.json", Auths("file"));
        Helper("one", """echo '{"Username":"one","Secret":"s"}'""");
        Helper("none", "echo 'credentials not found in native keychain'; exit 1");

        Assert.AreEqual(expected, (await FindAsync("r.example"))?.User);
    }

    [TestMethod]
    public void The_last_file_that_names_helpers_decides()
    {
        _home.Write("etc/containers/registries.conf", """credential-helpers = ["one"]""");
        _home.Write("etc/containers/registries.conf.d/10.conf", """credential-helpers = ["two", "three"]""");
        _home.Write("etc/containers/registries.conf.d/20.conf", """short-name-mode = "enforcing" """);

        CollectionAssert.AreEqual(new[] { "two", "three" }, MachineConfiguration.Read(Options, _reporter).CredentialHelpers.ToArray());
    }

    [TestMethod]
    [DataRow(".config/containers/auth.json", """{"credHelpers":{"docker.io":"one"}}""", "docker.io")]
    [DataRow(".docker/config.json", """{"credHelpers":{"docker.io":"one"}}""", "https://index.docker.io/v1/")]
    [DataRow("etc/containers/registries.conf", """credential-helpers = ["one"]""", "docker.io")]
    public async Task A_helper_is_asked_for_docker_hub_by_the_name_of_the_tool_that_names_it(string file, string content, string key)
    {
        _home.Write(file, content);
        Helper("one", $$$"""if [ "$(cat)" = "{{{key}}}" ]; then echo '{"Username":"ada","Secret":"s"}'; else exit 7; fi""");

        Assert.AreEqual("ada", (await FindAsync("docker.io"))?.User);
        Assert.DoesNotContain("CTZ3005", _reporter.Text);
    }

    [TestMethod]
    public async Task A_helper_of_podman_may_have_what_docker_gave_it()
    {
        _home.Write(".config/containers/auth.json", """{"credHelpers":{"docker.io":"one"}}""");
        Helper("one", """
            if [ "$(cat)" = "docker.io" ]; then echo 'credentials not found in native keychain'; exit 1; fi
            echo '{"Username":"ada","Secret":"s"}'
            """);

        Assert.AreEqual("ada", (await FindAsync("docker.io"))?.User);
    }

    [TestMethod]
    public async Task A_client_asks_the_helpers_of_the_configuration()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.Environment["PATH"] = _home["bin"];
        lab.WriteFile("etc/containers/registries.conf", """credential-helpers = ["one"]""");
        Helper("one", """echo '{"Username":"ada","Secret":"secret"}'""");
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));

        Assert.AreEqual(blob.Size, await lab.Client.FindBlobSizeAsync(lab.Repository, blob.Digest, CancellationToken.None));
    }

    private Task<Credential?> FindAsync(string registry) =>
        new CredentialStore(Options, _reporter, MachineConfiguration.Read(Options, _reporter).CredentialHelpers)
            .FindAsync(registry, "team/app", isWrite: false, CancellationToken.None);

    private void Helper(string name, string script)
    {
        var file = $"bin/docker-credential-{name}";
        _home.Write(file, $"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_home[file], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string Auths(string user) =>
        $$$$"""{"auths":{"r.example":{"auth":"{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":password"))}}}}"}}}""";
}
