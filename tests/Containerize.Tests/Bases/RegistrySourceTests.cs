using System.Net.Sockets;
using System.Net;
using Containerize.Bases;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class RegistrySourceTests
{
    private readonly MovedTime _time = new();

    [TestMethod]
    public async Task A_tag_is_looked_up_each_time_by_HEAD_and_everything_else_comes_from_the_cache()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Seed(lab, TestImage.Create());
        Assert.AreEqual(image, await OpenAsync(lab));
        lab.Registry.ClearRequests();

        Assert.AreEqual(image, await OpenAsync(lab));

        Assert.AreEqual("HEAD /v2/team/base/manifests/1.0", string.Join(", ", Asked(lab)));
    }

    [TestMethod]
    public async Task A_tag_that_moved_is_noticed_in_the_next_build()
    {
        await using var lab = await ClientLab.StartAsync();
        var first = Seed(lab, TestImage.Create());
        Assert.AreEqual(first, await OpenAsync(lab));

        var second = Seed(lab, TestImage.Create(TestLayer.Of(("etc/os-release", "ID=newer\n"))));

        Assert.AreNotEqual(first, second);
        Assert.AreEqual(second, await OpenAsync(lab));
    }

    [TestMethod]
    public async Task An_image_named_by_its_digest_and_cached_makes_no_connection_at_all()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Seed(lab, TestImage.Create());
        Assert.AreEqual(image, await OpenAsync(lab, reference: $"{lab.Registry.Authority}/team/base:1.0@{image}", prefetch: true));
        using var listener = await ReplaceAsync(lab);

        Assert.AreEqual(image, await OpenAsync(lab, reference: $"{lab.Registry.Authority}/team/base:1.0@{image}", prefetch: true));

        Assert.IsFalse(listener.Pending(), "Something connected.");
    }

    [TestMethod]
    public async Task An_answer_counts_as_long_as_the_project_says()
    {
        await using var lab = await ClientLab.StartAsync();
        var policy = new BaseTagPolicy { MaxAge = TimeSpan.FromHours(12) };
        var first = Seed(lab, TestImage.Create());
        Assert.AreEqual(first, await OpenAsync(lab, policy));
        var second = Seed(lab, TestImage.Create(TestLayer.Of(("etc/os-release", "ID=newer\n"))));
        lab.Registry.ClearRequests();

        _time.Now += TimeSpan.FromHours(11);
        Assert.AreEqual(first, await OpenAsync(lab, policy));
        Assert.IsEmpty(lab.Registry.Requests);

        _time.Now += TimeSpan.FromHours(2);
        Assert.AreEqual(second, await OpenAsync(lab, policy));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_tag_that_moves_between_two_platforms_or_projects_of_one_build_means_the_same_for_both(bool arePlatforms)
    {
        await using var lab = await ClientLab.StartAsync();
        var first = Seed(lab, TestImage.Create());
        var policy = new BaseTagPolicy { BuildStarted = _time.Now.AddSeconds(-1), IsOneOfSeveral = arePlatforms };
        Assert.AreEqual(first, await OpenAsync(lab, policy));
        var second = Seed(lab, TestImage.Create(TestLayer.Of(("etc/os-release", "ID=newer\n"))));

        Assert.AreEqual(first, await OpenAsync(lab, policy));

        _time.Now += TimeSpan.FromMinutes(1);
        Assert.AreEqual(second, await OpenAsync(lab, new BaseTagPolicy { BuildStarted = _time.Now }), "The next build asks again.");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_answer_from_the_future_is_no_answer_of_this_build(bool arePlatforms)
    {
        await using var lab = await ClientLab.StartAsync();
        _time.Now += TimeSpan.FromHours(3);
        Assert.AreEqual(Seed(lab, TestImage.Create()), await OpenAsync(lab));
        var second = Seed(lab, TestImage.Create(TestLayer.Of(("etc/os-release", "ID=newer\n"))));
        _time.Now -= TimeSpan.FromHours(2);

        var policy = new BaseTagPolicy { BuildStarted = _time.Now.AddSeconds(-1), IsOneOfSeveral = arePlatforms };

        Assert.AreEqual(second, await OpenAsync(lab, policy));
    }

    [TestMethod]
    public async Task Offline_no_one_is_asked_however_old_the_answer_is()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = Seed(lab, TestImage.Create());
        Assert.AreEqual(image, await OpenAsync(lab, prefetch: true));
        using var listener = await ReplaceAsync(lab);
        _time.Now += TimeSpan.FromDays(400);

        Assert.AreEqual(image, await OpenAsync(lab, new BaseTagPolicy { IsOffline = true }, prefetch: true));

        Assert.IsFalse(listener.Pending(), "Something connected.");
        Assert.DoesNotContain("CTZ", lab.Reporter.Text);
    }

    [TestMethod]
    public async Task Offline_what_is_missing_is_named()
    {
        await using var lab = await ClientLab.StartAsync();
        Seed(lab, TestImage.Create());
        var offline = new BaseTagPolicy { IsOffline = true };

        var unknown = await FailureAsync(lab, offline);
        await OpenAsync(lab);
        var layer = await FailureAsync(lab, offline, prefetch: true);

        Assert.AreEqual(DiagnosticCode.Offline, unknown.Code);
        StringAssert.Contains(unknown.Message, $"{lab.Registry.Authority}/team/base:1.0");
        Assert.AreEqual(DiagnosticCode.Offline, layer.Code);
        StringAssert.Contains(layer.Message, "download the blob sha256:");
    }

    [TestMethod]
    public async Task A_registry_that_is_down_is_a_warning_when_the_base_is_cached()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { MaxRetries = 1 };
        var image = Seed(lab, TestImage.Create());
        Assert.AreEqual(image, await OpenAsync(lab));
        await lab.Registry.StopAsync();

        Assert.AreEqual(image, await OpenAsync(lab));

        StringAssert.Contains(lab.Reporter.Text, "CTZ2009");
        StringAssert.Contains(lab.Reporter.Text, $"{lab.Registry.Authority}/team/base:1.0");
    }

    [TestMethod]
    [DataRow(429)]
    [DataRow(503)]
    [DataRow(501)]
    [DataRow(200, "text/html")]
    [DataRow(200, "TEXT/HTML; charset=utf-8")]
    [DataRow(302, DisplayName = "a redirect to where nothing may be sent")]
    public async Task A_registry_that_refuses_everyone_is_a_warning_when_the_base_is_cached(int status, string type = "text/plain")
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { MaxRetries = 1 };
        var image = Seed(lab, TestImage.Create());
        Assert.AreEqual(image, await OpenAsync(lab));
        lab.Registry.On(RequestKind.Manifest)
            .Do(fault => fault.Reply(status, "<html>", ("Content-Type", type), ("Location", "http://169.254.169.254/")));

        Assert.AreEqual(image, await OpenAsync(lab));

        StringAssert.Contains(lab.Reporter.Text, "CTZ2009");
    }

    [TestMethod]
    public async Task A_registry_that_is_down_is_an_error_when_nothing_is_cached()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { MaxRetries = 1 };
        await lab.Registry.StopAsync();
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, (await FailureAsync(lab)).Code);
    }

    [TestMethod]
    public async Task A_tag_that_was_deleted_is_an_error_though_it_is_remembered()
    {
        await using var lab = await ClientLab.StartAsync();
        Seed(lab, TestImage.Create());
        await OpenAsync(lab);
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(404));
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, (await FailureAsync(lab)).Code);
    }

    [TestMethod]
    public async Task A_refused_login_is_an_error_though_the_tag_is_remembered()
    {
        await using var lab = await ClientLab.StartAsync();
        Seed(lab, TestImage.Create());
        await OpenAsync(lab);
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(403));
        Assert.AreEqual(DiagnosticCode.RegistryDenied, (await FailureAsync(lab)).Code);
    }

    [TestMethod]
    public async Task What_a_remembered_index_names_and_is_gone_is_looked_up_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var policy = new BaseTagPolicy { MaxAge = TimeSpan.FromDays(7) };
        var other = TestImage.Create(new Platform { Os = "linux", Architecture = "arm64" }, docker: false, null);
        var old = lab.Registry.AddManifest("team/base", "1.0", TestImage.Index(TestImage.Create(), other), MediaTypes.OciIndex);
        lab.Registry.AddImage("team/base", null, TestImage.Create());
        Assert.IsNotNull(await OpenAsync(lab, policy));
        var newer =
            TestImage.Create(new Platform { Os = "linux", Architecture = "arm64" }, docker: false, null, TestLayer.Of(("newer", "")));
        lab.Registry.AddImage("team/base", null, newer);
        lab.Registry.AddManifest("team/base", "1.0", TestImage.Index(TestImage.Create(), newer), MediaTypes.OciIndex);

        // The registry never had, or no longer has, what the old index names for this platform.
        Assert.AreEqual(newer.Descriptor.Digest, await OpenAsync(lab, policy, platform: Sample.Arm64));
        Assert.AreNotEqual(old.Digest, newer.Descriptor.Digest);
    }

    [TestMethod]
    public async Task A_lock_file_is_written_once_and_decides_from_then_on()
    {
        await using var lab = await ClientLab.StartAsync();
        var policy = new BaseTagPolicy { LockFile = Path.Combine(lab.Home, "containerize.lock.json") };
        var first = Seed(lab, TestImage.Create());
        Assert.AreEqual(first, await OpenAsync(lab, policy, prefetch: true));
        var second = Seed(lab, TestImage.Create(TestLayer.Of(("etc/os-release", "ID=newer\n"))));
        lab.Registry.ClearRequests();

        Assert.AreEqual(first, await OpenAsync(lab, policy with { IsLocked = true }, prefetch: true));

        Assert.IsEmpty(lab.Registry.Requests, "What is locked and cached needs no network.");
        Assert.AreEqual(second, await OpenAsync(lab));
        Assert.AreEqual(
            $$"""
            {
              "version": 1,
              "baseImages": {
                "{{lab.Registry.Authority}}/team/base:1.0": "{{first}}"
              }
            }

            """,
            await File.ReadAllTextAsync(policy.LockFile));
    }

    [TestMethod]
    public async Task In_locked_mode_a_base_that_the_lock_file_lacks_is_an_error()
    {
        await using var lab = await ClientLab.StartAsync();
        Seed(lab, TestImage.Create());
        var policy = new BaseTagPolicy { LockFile = Path.Combine(lab.Home, "containerize.lock.json"), IsLocked = true };

        var failure = await FailureAsync(lab, policy);

        Assert.AreEqual(DiagnosticCode.LockedImageMissing, failure.Code);
        StringAssert.Contains(failure.Message, "does not exist");
        Assert.IsFalse(File.Exists(policy.LockFile));
        Assert.IsEmpty(lab.Registry.Requests);
    }

    private Task<ContainerizeException> FailureAsync(ClientLab lab, BaseTagPolicy? policy = null, bool prefetch = false) =>
        Assert.ThrowsExactlyAsync<ContainerizeException>(() => OpenAsync(lab, policy, prefetch: prefetch));

    /// <summary>Opens the base as a new build does, with a client of its own.</summary>
    private async Task<Digest> OpenAsync(
        ClientLab lab, BaseTagPolicy? policy = null, string? reference = null, bool prefetch = false, Platform? platform = null)
    {
        policy ??= new BaseTagPolicy();
        var client = lab.NewClient(options => options with { IsOffline = policy.IsOffline });
        var tags = new BaseTags(client, policy, new TagMemory(lab.Store), lab.Store, lab.Reporter, _time);
        var source = new RegistrySource(
            client, ImageReference.Parse(reference ?? $"{lab.Registry.Authority}/team/base:1.0"), tags, lab.Store, prefetch);
        return (await source.OpenAsync(platform ?? Sample.Amd64, CancellationToken.None)).Image.Manifest.Descriptor.Digest;
    }

    private static Digest Seed(ClientLab lab, TestImage image) => lab.Registry.AddImage("team/base", "1.0", image).Digest;

    private static IEnumerable<string> Asked(ClientLab lab) =>
        lab.Registry.Requests.Where(request => request.Kind != RequestKind.Ping).Select(request => $"{request.Method} {request.Path}");

    /// <summary>Stops the registry and listens in its place.</summary>
    private static async Task<TcpListener> ReplaceAsync(ClientLab lab)
    {
        await lab.Registry.StopAsync();
        var listener = new TcpListener(IPAddress.Loopback, new Uri($"http://{lab.Registry.Authority}").Port);
        listener.Start();
        return listener;
    }

    private sealed class MovedTime : TimeProvider
    {
        internal DateTimeOffset Now { get; set; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
