using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Builds that sign without a key, against doubles of Sigstore's services; Sigstore's own library judges the bundles.</summary>
[TestClass]
[Requires("node", "npm")]
internal sealed class KeylessTests : IDisposable
{
    private const string Repository = "team/app";
    private const string Identity = "https://github.example/team/app/.github/workflows/release.yml@refs/heads/main";
    private const string Issuer = "https://token.actions.example";
    private const string RequestToken = "request-token";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Index_manifests_and_bills_are_signed_for_the_identity_once_and_another_identity_is_refused()
    {
        await using var registry = await TestRegistry.StartAsync();
        await using var services = await StartServicesAsync();
        using var project = await ProjectAsync(registry, $"""
            <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
            <ContainerizeSbom>spdx</ContainerizeSbom>
            <ContainerizeSigningRekor>{Address}</ContainerizeSigningRekor>
            <ContainerizeSigningTimestamp>{Address}/api/v1/timestamp</ContainerizeSigningTimestamp>
            """);

        var log = await BuildAsync(project);
        var asked = Asked();
        registry.ClearRequests();
        log += await BuildAsync(project);

        StringAssert.Contains(log, $"is signed by {Identity} ({Issuer}).");
        CollectionAssert.AreEqual(
            new[] { "/token", "/api/v2/signingCert" }
                .Concat(Enumerable.Repeat(new[] { "/api/v1/log/entries", "/api/v1/timestamp" }, 5).SelectMany(each => each)).ToArray(),
            asked);
        CollectionAssert.AreEqual(new[] { "/token" }, Asked()[asked.Length..]);
        Assert.IsEmpty(registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")).Select(request => request.Target));
        AssertHidden(project, log);
        var index = Digest.Parse(project.Digest);
        var document = OciJson.ReadIndex(
            RawDocument.Of(MediaTypes.OciIndex, registry.FindManifest(Repository, index.ToString())!.Content), "test");
        var bundles = new List<byte[]>();
        foreach (var subject in document.Manifests.Select(manifest => manifest.Digest).Prepend(index))
        {
            bundles.AddRange(await BundlesAsync(registry, subject));
        }

        Assert.HasCount(5, bundles);
        Assert.AreEqual(
            "accepted, accepted, accepted, accepted, accepted, UNTRUSTED_SIGNER_ERROR, UNTRUSTED_SIGNER_ERROR, TLOG_BODY_ERROR",
            string.Join(", ", await SigstoreVerifier.VerifyKeylessAsync(
                _folder,
                _folder["services.root.json"],
                [
                    .. bundles.Select(bundle => (bundle, Identity, Issuer)),
                    (bundles[0], Identity.Replace("main", "other", StringComparison.Ordinal), Issuer),
                    (bundles[0], Identity, "https://other.example"),
                    (SigstoreVerifier.Changed(bundles[0]), Identity, Issuer),
                ])));
    }

    [TestMethod]
    public async Task A_time_stamp_is_enough_and_a_log_is_enough()
    {
        await using var registry = await TestRegistry.StartAsync();
        await using var services = await StartServicesAsync();
        using var project = await ProjectAsync(
            registry, $"<ContainerizeSigningTrustedRoot>{_folder["services.root.json"]}</ContainerizeSigningTrustedRoot>");

        await BuildAsync(
            project, "-p:ContainerizeSigningRekor=none", $"-p:ContainerizeSigningTimestamp={Address}/api/v1/timestamp");
        await BuildAsync(project, $"-p:ContainerizeSigningRekor={Address}");

        var bundles = await BundlesAsync(registry, Digest.Parse(project.Digest));
        Assert.HasCount(2, bundles);
        CollectionAssert.AreEqual(
            new[] { "accepted", "accepted" },
            (await SigstoreVerifier.VerifyKeylessAsync(
                _folder, _folder["services.root.json"], bundles.Select(bundle => (bundle, Identity, Issuer)))).ToArray());
    }

    [TestMethod]
    public async Task A_signed_image_is_a_base_for_its_signer_and_refused_for_others_and_with_a_changed_byte()
    {
        await using var registry = await TestRegistry.StartAsync();
        await using var services = await StartServicesAsync();
        using var signed = await ProjectAsync(registry, $"""
            <ContainerizeSigningRekor>{Address}</ContainerizeSigningRekor>
            <ContainerizeSigningTimestamp>{Address}/api/v1/timestamp</ContainerizeSigningTimestamp>
            """);
        await BuildAsync(signed);
        await CopyWithChangedBundlesAsync(registry, Digest.Parse(signed.Digest), "team/changed");
        var root = _folder["services.root.json"];
        using var app = await AppOnAsync(registry, Repository, root);
        using var changed = await AppOnAsync(registry, "team/changed", root);

        var built = await app.ContainerizeAsync("-p:ContainerizeProvenance=true");
        var locked = await app.RunAsync("build", "-t:ContainerizeLock");

        Assert.AreEqual(0, built.ExitCode, built.Output);
        StringAssert.Contains(built.Output, $"is signed by {Identity} ({Issuer}) (Sigstore bundle).");
        Assert.AreEqual(0, locked.ExitCode, locked.Output);
        StringAssert.Contains(
            await File.ReadAllTextAsync(Path.Combine(app.Directory, "containerize.lock.json")), $"{Identity} ({Issuer}) (Sigstore bundle)");
        var statement = Directory.GetFiles(app.Directory, "*.provenance.json", SearchOption.AllDirectories).Single();
        StringAssert.Contains(await File.ReadAllTextAsync(statement), $"{Identity} ({Issuer})");
        await RefusesAsync(app, "which CertificateIdentity does not name", $"-p:Signer={Identity}x");
        await RefusesAsync(app, "which Issuer or CertificateIdentity does not name", "-p:Issuer=https://other.example");
        await RefusesAsync(app, "by an authority of the trusted root (PartialChain)", $"-p:Root={OtherRoot(root)}");
        await RefusesAsync(changed, "the key of its certificate did not make it");
    }

    [TestMethod]
    [Requires("root", "unshare", "dpkg-deb", "apt-get")]
    public async Task Cosign_accepts_the_identity_by_log_or_time_stamp_and_refuses_another_and_a_changed_byte()
    {
        await using var registry = await TestRegistry.StartAsync();
        await using var services = await StartServicesAsync();
        var root = _folder["services.root.json"];
        using var project = await ProjectAsync(registry, $"""
            <ContainerizeSbom>spdx</ContainerizeSbom>
            <ContainerizeSigningTimestamp>{Address}/api/v1/timestamp</ContainerizeSigningTimestamp>
            """);
        string[] stampedOnly = ["--insecure-ignore-tlog=true", "--use-signed-timestamps"];

        await BuildAsync(project, "-p:ContainerizeSigningRekor=none");
        Assert.AreEqual("accepted", await CosignAsync(Repository, Identity, Issuer, root, stampedOnly));
        StringAssert.Contains(await CosignAsync(Repository, Identity, Issuer, root), "not enough verified log entries");
        await BuildAsync(project, $"-p:ContainerizeSigningRekor={Address}");
        await CopyWithChangedBundlesAsync(registry, Digest.Parse(project.Digest), "team/changed");

        Assert.AreEqual("accepted", await CosignAsync(Repository, Identity, Issuer, root));
        Assert.AreEqual("accepted", await CosignAsync(Repository, Identity, Issuer, root, "--type", "spdxjson"));
        StringAssert.Contains(await CosignAsync(Repository, $"{Identity}x", Issuer, root), "expected SAN value");
        StringAssert.Contains(await CosignAsync(Repository, Identity, "https://other.example", root), "expected issuer value");
        StringAssert.Contains(await CosignAsync(Repository, Identity, Issuer, OtherRoot(root)), "leaf certificate verification failed");
        StringAssert.Contains(await CosignAsync("team/changed", Identity, Issuer, root), "failed to verify");

        async Task<string> CosignAsync(string repository, string identity, string issuer, string trust, params string[] options)
        {
            var verdict = await DebianSuite.Forky.RunAsync(
                _folder,
                "cosign",
                [options.Contains("--type") ? "verify-attestation" : "verify", "--trusted-root", trust,
                    "--certificate-identity", identity, "--certificate-oidc-issuer", issuer, "--allow-http-registry", .. options,
                    $"{registry.Authority}/{repository}@{project.Digest}"]);
            return verdict.ExitCode == 0 ? "accepted" : verdict.Error;
        }
    }

    private string Address => File.ReadAllText(_folder["services.address"]);

    private string[] Asked() => File.ReadAllLines(_folder["services"]);

    private async Task<BackgroundProcess> StartServicesAsync()
    {
        await SigstoreVerifier.InstallAsync(_folder);
        return await BackgroundProcess.StartAsync(
            "node",
            [_folder["node/services.js"], _folder["services"]],
            () => Task.FromResult(File.Exists(_folder["services.address"])));
    }

    private Task<TestProject> AppOnAsync(TestRegistry registry, string repository, string root) => TestProject.ConsoleAsync($"""
        <PropertyGroup>
          <ContainerBaseImage>{registry.Authority}/{repository}:latest</ContainerBaseImage>
          <ContainerizeStartCheck>None</ContainerizeStartCheck>
          <ContainerizeCacheDirectory>{_folder[$"cache-of-{Path.GetFileName(repository)}"]}</ContainerizeCacheDirectory>
          <Signer>{Identity}</Signer>
          <Issuer>{Issuer}</Issuer>
          <Root>{root}</Root>
        </PropertyGroup>
        <ItemGroup>
          <ContainerizeBaseTrust Include="{registry.Authority}" CertificateIdentity="$(Signer)" Issuer="$(Issuer)" TrustedRoot="$(Root)" />
        </ItemGroup>
        """);

    private static async Task RefusesAsync(TestProject project, string why, params string[] arguments)
    {
        var refused = await project.RunAsync(["build", "-t:ContainerizeLock", .. arguments]);
        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "CTZ7041");
        StringAssert.Contains(refused.Output, why);
    }

    /// <summary>A trusted root with the same logs and another authority.</summary>
    private string OtherRoot(string root)
    {
        var json = JsonNode.Parse(File.ReadAllText(root))!;
        json["certificateAuthorities"] = json["timestampAuthorities"]!.DeepClone();
        return _folder.Write("other.root.json", json.ToJsonString());
    }

    /// <summary>Copies an image, and its bundles with one byte changed.</summary>
    private static async Task CopyWithChangedBundlesAsync(TestRegistry registry, Digest image, string repository)
    {
        var document = RawDocument.Of(
            MediaTypes.OciManifest, registry.FindManifest(Repository, image.ToString())!.Content);
        var manifest = OciJson.ReadManifest(document, "test");
        foreach (var blob in manifest.Layers.Append(manifest.Config))
        {
            registry.AddBlob(repository, blob.Digest, registry.FindBlob(Repository, blob.Digest)!.Value, blob.MediaType);
        }

        registry.AddManifest(repository, "latest", document.Content, MediaTypes.OciManifest);
        using var client = new RegistryClient(new RegistryOptions(), new RecordingReporter());
        var target = registry.Repository(repository);
        foreach (var bundle in await BundlesAsync(registry, image))
        {
            const string Type = "application/vnd.dev.sigstore.bundle.v0.3+json";
            var referrer = new Referrer(
                document.Descriptor, Type, new MemoryBlob(Type, SigstoreVerifier.Changed(bundle)), "sigstore.json");
            foreach (var blob in referrer.Blobs)
            {
                await client.PushBlobAsync(target, blob, default);
            }

            await client.PutManifestAsync(
                target, referrer.Manifest.Descriptor.Digest.ToString(), referrer.Manifest.Memory, MediaTypes.OciManifest, default);
        }
    }

    private Task<TestProject> ProjectAsync(TestRegistry registry, string properties) => TestProject.ConsoleAsync(
        $"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <ContainerRepository>{Repository}</ContainerRepository>
              <ContainerizeCacheDirectory>{_folder["cache"]}</ContainerizeCacheDirectory>
              <ContainerizeSign>true</ContainerizeSign>
              <ContainerizeSigningIdentity>github</ContainerizeSigningIdentity>
              <ContainerizeSigningFulcio>{Address}</ContainerizeSigningFulcio>
              {properties}
            </PropertyGroup>
            """,
        host: BuildHost.OwnProcess);

    private async Task<string> BuildAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(
            new Dictionary<string, string?>
            {
                ["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"{Address}/token?api-version=2",
                ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = RequestToken,
            },
            [.. arguments, "-v:diag", $"-bl:{Path.Combine(project.Directory, $"{Guid.NewGuid():N}.binlog")}"]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return result.Output;
    }

    /// <summary>Neither the token, nor the one that asks for it, is in a log, a file of the build or the cache.</summary>
    private void AssertHidden(TestProject project, string log)
    {
        var files = new[] { project.Directory, _folder["cache"] }
            .SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)).ToList();
        Assert.IsTrue(files.Exists(file => file.EndsWith(".binlog", StringComparison.Ordinal)));
        // How each token of these begins: {"alg":"HS256"}.
        Assert.IsEmpty(files.Select(WrittenText.Read).Append(log).SelectMany(text => new[] { RequestToken, "eyJhbGciOiJIUzI1NiJ9" }
            .Where(secret => text.Contains(secret, StringComparison.Ordinal))));
    }

    private static async Task<List<byte[]>> BundlesAsync(TestRegistry registry, Digest subject)
    {
        using var client = new RegistryClient(new RegistryOptions(), new RecordingReporter());
        var bundles = new List<byte[]>();
        foreach (var referrer in (await client.ListReferrersAsync(registry.Repository(Repository), subject, default))
            .Where(each => each.ArtifactType == "application/vnd.dev.sigstore.bundle.v0.3+json"))
        {
            var manifest = OciJson.ReadManifest(
                RawDocument.Of(MediaTypes.OciManifest, registry.FindManifest(Repository, referrer.Digest.ToString())!.Content), "test");
            bundles.Add(registry.FindBlob(Repository, manifest.Layers.Single().Digest)!.Value.ToArray());
        }

        return bundles;
    }
}
