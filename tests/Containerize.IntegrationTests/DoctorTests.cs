using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary><c>containerize doctor</c> with a real registry: what is planted is found, with its fix.</summary>
[TestClass]
[Requires("docker-registry", "skopeo")]
internal sealed class DoctorTests
{
    private const string Password = "hunter2-secret";

    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task A_registry_that_works_is_read_and_written_to()
    {
        await using var registry = await RegistryServer.StartAsync();
        TestImage.WriteLayout(_folder["layout"], ("app", TestImage.Create()));
        await registry.SeedAsync(_folder["layout"], "team/app:1");

        var (exitCode, findings) = await LookAsync(
            $"{registry.Host}/team/app:1", "--write", "scratch/a", "--write", "scratch/b");

        Assert.AreEqual(0, exitCode);
        foreach (var check in new[] { "API", "clock", "pull", "download", "push", "chunked upload", "mount", "tag overwrite" })
        {
            Assert.AreEqual("works", findings.First(finding => (string?)finding["check"] == check)["result"]!.ToString(), check);
        }
    }

    [TestMethod]
    public async Task A_password_that_is_refused_is_a_problem_with_its_source_and_without_the_password()
    {
        await using var registry = await RegistryServer.StartAsync(password: "right");
        _folder.Write("docker/config.json", $$"""
            {"auths": {"{{registry.Host}}": {"username": "ada", "password": "{{Password}}"} } }
            """);

        var problem = await ProblemAsync(registry.Host);

        Assert.AreEqual("login", (string?)problem["check"]);
        StringAssert.Contains((string?)problem["text"], "docker/config.json");
        StringAssert.Contains((string?)problem["fix"], "docker login");
    }

    [TestMethod]
    public async Task A_certificate_of_an_unknown_authority_is_a_problem()
    {
        using var certificates = TestCertificates.Create();
        await using var registry = await RegistryServer.StartAsync(certificates: certificates);
        Assert.AreEqual("certificate", (string?)(await ProblemAsync(registry.Host))["check"]);
    }

    [TestMethod]
    public async Task A_registry_in_maintenance_is_a_problem_for_what_pushes()
    {
        await using var registry = await RegistryServer.StartAsync(isReadOnly: true);

        var problem = await ProblemAsync(registry.Host, "--write", "scratch/a");

        Assert.AreEqual("push", (string?)problem["check"]);
        StringAssert.Contains((string?)problem["fix"], "read-only");
    }

    [TestMethod]
    public async Task A_registry_that_is_down_is_a_problem() =>
        Assert.AreEqual("connection", (string?)(await ProblemAsync($"127.0.0.1:{FreePort.Find()}"))["check"]);

    private async Task<JsonNode> ProblemAsync(params string[] arguments)
    {
        var (exitCode, findings) = await LookAsync(arguments);
        Assert.AreEqual(1, exitCode);
        return findings.First(finding => (string?)finding["result"] == "problem");
    }

    private async Task<(int ExitCode, IReadOnlyList<JsonNode> Findings)> LookAsync(params string[] arguments)
    {
        var result = await InstalledTool.RunAsync(
            ["doctor", .. arguments, "--json"],
            environment: new Dictionary<string, string?>
            {
                ["DOCKER_CONFIG"] = _folder["docker"],
                ["HOME"] = _folder.FullName,
                ["CONTAINERIZE_CACHE_DIRECTORY"] = _folder["cache"],
            });
        Assert.DoesNotContain(Password, result.Output + result.Error);
        Assert.AreEqual("", result.Error);
        return (result.ExitCode, [.. JsonNode.Parse(result.Output)!["findings"]!.AsArray().Select(finding => finding!)]);
    }
}
