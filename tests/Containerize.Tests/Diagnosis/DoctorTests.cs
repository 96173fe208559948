using Containerize.Diagnosis;
using Containerize.Oci;
using Containerize.Registry.Protocol;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Diagnosis;

/// <summary>Planted faults: each is found, and its fix is said.</summary>
[TestClass]
internal sealed class DoctorTests
{
    private const string Password = "hunter2-secret";

    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task A_registry_and_a_machine_without_faults_have_no_problem_and_nothing_is_written()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true, Auth = new BearerAuth("ada", Password) });
        registry.AddImage("team/app", "1", TestImage.Create());
        LogIn(registry, Password);

        var findings = await LookAsync(registry, image: "team/app:1");

        Assert.IsEmpty(findings.Where(finding => finding.Kind == FindingKind.Problem));
        foreach (var check in new[] { "certificate", "clock", "API", "login", "pull", "download", "referrers" })
        {
            Assert.IsTrue(findings.Any(finding => finding.Check == check && finding.Kind == FindingKind.Works), check);
        }

        Assert.IsTrue(registry.Requests.All(request => request.Method is "GET" or "HEAD"));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_wrong_password_is_found_and_never_shown(bool asksForTokens)
    {
        await using var registry = await TestRegistry.StartAsync(
            new() { Auth = asksForTokens ? new BearerAuth("ada", "right") : new BasicAuth("ada", "right") });
        LogIn(registry, Password);

        var findings = await LookAsync(registry);

        Assert.AreEqual("login", Problem(findings, "docker login").Check);
        StringAssert.Contains(Problem(findings, "docker login").Text, "_USER");
    }

    [TestMethod]
    public async Task A_certificate_that_has_expired_is_found()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true, HasExpiredCertificate = true });
        Assert.AreEqual("certificate", Problem(await LookAsync(registry), "have it renewed").Check);
    }

    [TestMethod]
    public async Task A_certificate_of_an_unknown_authority_is_found()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true });
        Assert.AreEqual("certificate", Problem(await LookAsync(registry, trusts: false), "certs.d").Check);
    }

    [TestMethod]
    public async Task A_certificate_for_another_name_is_found()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true, CertificateNames = ["other.example"] });
        Assert.AreEqual("certificate", Problem(await LookAsync(registry), "made out to").Check);
    }

    [TestMethod]
    public async Task A_name_that_leads_nowhere_is_found() =>
        Assert.AreEqual("name", Problem(await LookAsync("registry.invalid"), "Check how it is written").Check);

    [TestMethod]
    public async Task A_port_where_nothing_listens_is_found() =>
        Assert.AreEqual("connection", Problem(await LookAsync($"127.0.0.1:{FreePort.Find()}"), "Check that the registry runs").Check);

    [TestMethod]
    public async Task A_server_that_is_no_registry_is_found()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.On(RequestKind.Ping).Do(fault => fault.Reply(404, "not here"));
        Assert.AreEqual("API", Problem(await LookAsync(registry), "Check host and port").Check);
    }

    [TestMethod]
    public async Task A_registry_without_the_referrers_API_is_found()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Referrers = false });
        registry.AddImage("team/app", "1", TestImage.Create());

        var found = (await LookAsync(registry, image: "team/app:1")).Single(finding => finding.Check == "referrers");

        Assert.AreEqual(FindingKind.Note, found.Kind);
        StringAssert.Contains(found.Fix, "tags");
    }

    [TestMethod]
    public async Task A_clock_that_is_wrong_is_found()
    {
        await using var registry = await TestRegistry.StartAsync();

        var problem = Problem(await LookAsync(registry, ahead: TimeSpan.FromMinutes(10)), "timedatectl");

        Assert.AreEqual("clock", problem.Check);
        StringAssert.Contains(problem.Text, "10 minutes ahead");
    }

    [TestMethod]
    public async Task A_helper_that_is_not_installed_is_found()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = new BasicAuth("ada", Password) });
        _folder.Write("docker/config.json", $$"""{"credHelpers": {"{{registry.Authority}}": "nowhere"} }""");
        _environment["DOCKER_CONFIG"] = _folder["docker"];

        var problem = Problem(await LookAsync(registry), "Install what is missing");

        Assert.AreEqual("login", problem.Check);
        StringAssert.Contains(problem.Text, "docker-credential-nowhere");
    }

    [TestMethod]
    public async Task A_directory_that_is_no_cache_is_found()
    {
        _folder.Write("cache/thesis.txt", "precious");
        Assert.AreEqual("cache", Problem(await LookAsync((string?)null), "CONTAINERIZE_CACHE_DIRECTORY").Check);
        Assert.HasCount(1, Directory.GetFileSystemEntries(_folder["cache"]));
    }

    [TestMethod]
    public async Task Plain_HTTP_is_found()
    {
        await using var registry = await TestRegistry.StartAsync();

        var found = (await LookAsync(registry)).Single(finding => finding.Check == "encryption");

        Assert.AreEqual(FindingKind.Note, found.Kind);
        StringAssert.Contains(found.Fix, "certificate");
    }

    [TestMethod]
    public async Task A_limit_that_is_used_up_is_found()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.On(RequestKind.Manifest).Do(
            fault => fault.Error(429, "TOOMANYREQUESTS", "rate limit reached").SetHeader("RateLimit-Remaining", "0;w=21600"));
        Assert.AreEqual("rate limit", Problem(await LookAsync(registry, image: "team/app:1"), "mirror").Check);
    }

    [TestMethod]
    public async Task What_is_left_of_a_limit_is_said()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("team/app", "1", TestImage.Create());
        registry.On(RequestKind.Manifest).Do(
            fault => fault.SetHeader("RateLimit-Limit", "100;w=21600").SetHeader("RateLimit-Remaining", "76;w=21600"));

        var found = (await LookAsync(registry, image: "team/app:1")).Single(finding => finding.Check == "rate limit");

        StringAssert.Contains(found.Text, "100 pulls; 76 are left");
    }

    [TestMethod]
    public async Task A_blob_that_cannot_be_fetched_is_found()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.AddImage("team/app", "1", TestImage.Create());
        registry.On(RequestKind.Blob).Do(fault => fault.Reply(403, "denied"));
        Assert.AreEqual("download", Problem(await LookAsync(registry, image: "team/app:1"), "firewall").Check);
    }

    [TestMethod]
    public async Task A_registry_that_cannot_be_written_to_is_found()
    {
        await using var registry = await TestRegistry.StartAsync();
        registry.On(RequestKind.Upload).Do(fault => fault.Error(405, "UNSUPPORTED", "The registry is in read-only mode."));
        Assert.AreEqual("push", Problem(await LookAsync(registry, writable: ["scratch/a"]), "read-only").Check);
    }

    [TestMethod]
    public async Task Writing_is_tried_in_every_way_and_leaves_nothing()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = new BearerAuth("ada", Password) });
        LogIn(registry, Password);

        var findings = await LookAsync(registry, writable: ["scratch/a", "scratch/b"]);

        Assert.IsEmpty(findings.Where(finding => finding.Kind == FindingKind.Problem));
        foreach (var check in new[] { "push", "chunked upload", "mount", "push manifest", "tag overwrite", "clean-up" })
        {
            Assert.AreEqual(FindingKind.Works, findings.Single(finding => finding.Check == check).Kind, check);
        }

        Assert.IsEmpty(registry.Tags("scratch/a"));
        Assert.IsNotEmpty(registry.Uploads);
        Assert.IsTrue(registry.Uploads.All(upload => registry.FindBlob(upload.Repository, upload.Digest) is null));
    }

    [TestMethod]
    public async Task What_a_registry_does_not_remove_is_named()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Deletes = false, Mounts = false, ImmutableTags = true });

        var findings = await LookAsync(registry, writable: ["scratch/a", "scratch/b"]);

        StringAssert.Contains(findings.Single(finding => finding.Check == "clean-up").Fix, "Remove the tag containerize-doctor-");
        Assert.AreEqual(FindingKind.Note, findings.Single(finding => finding.Check == "mount").Kind);
        Assert.AreEqual(FindingKind.Note, findings.Single(finding => finding.Check == "tag overwrite").Kind);
    }

    [TestMethod]
    public async Task Passwords_of_proxies_and_the_name_of_the_user_are_not_shown()
    {
        _environment["HTTPS_PROXY"] = $"http://ada:{Password}@proxy.example:3128";
        await using var registry = await TestRegistry.StartAsync();

        var findings = await LookAsync(registry);

        Assert.IsTrue(findings.Any(finding => finding.Text == "HTTPS_PROXY is http://proxy.example:3128."));
        Assert.IsTrue(findings.Any(finding => finding.Check == "cache" && finding.Text.Contains("~/cache", StringComparison.Ordinal)));
    }

    private static Finding Problem(IReadOnlyList<Finding> findings, string fix)
    {
        var all = string.Join('\n', findings);
        Assert.DoesNotContain(Password, all);
        var found = findings.FirstOrDefault(finding => finding.Kind == FindingKind.Problem
            && finding.Fix!.Contains(fix, StringComparison.Ordinal));
        Assert.IsNotNull(found, all);
        return found;
    }

    private void LogIn(TestRegistry registry, string password)
    {
        var variable = $"CONTAINERIZE_REGISTRY_{registry.Authority.Replace('.', '_').Replace(':', '_')}";
        (_environment[variable + "_USER"], _environment[variable + "_PASSWORD"]) = ("ada", password);
    }

    private async Task<IReadOnlyList<Finding>> LookAsync(
        TestRegistry registry, bool trusts = true, TimeSpan ahead = default, string? image = null, params string[] writable)
    {
        var certificates = registry.Certificates is { } made && trusts
            ? new[] { _folder.Write("authority.pem", made.AuthorityPem) }
            : [];
        var findings = await LookAsync(registry.Authority, certificates, ahead, image, writable);
        Assert.DoesNotContain(Password, string.Join('\n', findings));
        return findings;
    }

    private Task<IReadOnlyList<Finding>> LookAsync(
        string? registry,
        IReadOnlyList<string>? certificates = null,
        TimeSpan ahead = default,
        string? image = null,
        params string[] writable)
    {
        _environment["HOME"] = _folder.FullName;
        return new Doctor
        {
            Options = new RegistryOptions
            {
                Environment = name => _environment.GetValueOrDefault(name),
                CertificateFiles = certificates ?? [],
                SystemConfigDirectory = _folder["etc"],
                SystemRuntimeDirectory = _folder["run"],
                SystemDataDirectory = _folder["share"],
                TimeProvider = new ShiftedTime(ahead),
            },
            Registry = registry,
            Image = image is null ? null : ImageReference.Parse($"{registry}/{image}"),
            Writable = [.. writable.Select(name => new RepositoryReference(registry!, name))],
            CacheDirectory = _folder["cache"],
            AptDirectory = _folder["apt"],
        }.RunAsync(CancellationToken.None);
    }

    private sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
