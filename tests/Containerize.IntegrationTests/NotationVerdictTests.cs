using System.Text;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.SupplyChain.Signers;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>Notation judges what a build signed through a plugin, and builds judge what Notation signed.</summary>
[TestClass]
[Requires("root", "unshare", "dpkg-deb", "apt-get", "docker-registry", "openssl", "skopeo", "node")]
internal sealed class NotationVerdictTests : IDisposable
{
    private static RegistryServer? s_registry;

    private readonly TemporaryDirectory _folder = new();
    private readonly EvidenceClient _client = new(Registry);

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

    private static string Host => Registry.Host;

    [ClassInitialize]
    public static async Task StartRegistryAsync(TestContext _) => s_registry = await RegistryServer.StartAsync();

    [ClassCleanup]
    public static async Task StopRegistryAsync()
    {
        if (s_registry is not null)
        {
            await s_registry.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task A_signature_of_a_plugin_is_accepted_for_its_root_and_refused_for_another_and_with_a_changed_byte()
    {
        var (chain, other) = (await SigningChain.CreateAsync(_folder, "team"), await SigningChain.CreateAsync(_folder, "other"));
        await TrustAsync("team", chain.Root);
        await TrustAsync("other", other.Root);
        var program = SigstoreVerifier.WriteProgram(_folder, "notation-test", "notation-plugin.js");
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
              <ContainerRegistry>{Host}</ContainerRegistry>
              <ContainerRepository>team/app</ContainerRepository>
              <ContainerizeCacheDirectory>{_folder["cache"]}</ContainerizeCacheDirectory>
              <ContainerizeSign>true</ContainerizeSign>
              <ContainerizeSigner>{program}</ContainerizeSigner>
              <ContainerizeSignerKeyId>release</ContainerizeSignerKeyId>
              <ContainerizeSignerOptions>key={chain.Key};chain={chain.Certificate},{chain.Root}</ContainerizeSignerOptions>
            </PropertyGroup>
            """);
        var built = await project.ContainerizeAsync(
            new Dictionary<string, string?> { ["PLUGIN_LOG"] = _folder["plugin.log"], ["PLUGIN_TOKEN"] = "none" });
        Assert.AreEqual(0, built.ExitCode, built.Output);
        await using var target = await RegistryServer.StartAsync();
        (await BuiltTool.RunAsync(_folder.FullName, "copy", $"{Host}/team/app:latest", $"{target.Host}/prod/app:1")).EnsureSuccess();
        var index = await _client.ReadAsync("team/app", "latest");
        var subjects = OciJson.ReadIndex(index, "team/app").Manifests.Prepend(index.Descriptor).ToList();
        Assert.HasCount(3, subjects);

        foreach (var subject in subjects)
        {
            Accepts(await VerifyAsync($"{Host}/team/app@{subject.Digest}", "team"));
            Refuses(await VerifyAsync($"{Host}/team/app@{subject.Digest}", "other"));
            Accepts(await VerifyAsync($"{target.Host}/prod/app@{subject.Digest}", "team"));
        }

        // Another image with this signature, as it is and with the digest exchanged.
        var (exchanged, changed) = (await _client.SeedAsync("exchanged/app", 1), await _client.SeedAsync("changed/app", 2));
        var envelope = await _client.PayloadAsync("team/app", index.Descriptor.Digest, NotarySignature.ArtifactType);
        await _client.PushAsync("team/app", index.Descriptor.Digest, NotarySignature.ArtifactType, "exchanged/app", exchanged);
        await _client.PushAsync("changed/app", [NotarySignature.Refer(changed, Retarget(envelope, changed), [], [])]);
        Refuses(await VerifyAsync($"{Host}/exchanged/app@{exchanged.Digest}", "team"));
        Refuses(await VerifyAsync($"{Host}/changed/app@{changed.Digest}", "team"));
    }

    [TestMethod]
    public async Task An_image_that_Notation_signed_is_a_base_for_its_root_and_refused_for_another_and_if_it_is_changed()
    {
        var (chain, other) = (await SigningChain.CreateAsync(_folder, "team"), await SigningChain.CreateAsync(_folder, "other"));
        // A certificate that is its own root, with an RSA key, is what Notation makes for trials.
        (await NotationAsync("cert", "generate-test", "trial.example")).EnsureSuccess();
        var chained = _folder.Write(
            "chain.crt", await File.ReadAllTextAsync(chain.Certificate) + await File.ReadAllTextAsync(chain.Root));
        var keys = _folder[".config/notation/signingkeys.json"];
        var known = JsonNode.Parse(await File.ReadAllTextAsync(keys))!;
        known["keys"]!.AsArray().Add(new JsonObject { ["name"] = "team", ["keyPath"] = chain.Key, ["certPath"] = chained });
        await File.WriteAllTextAsync(keys, known.ToJsonString());
        Store("trial", _folder[".config/notation/localkeys/trial.example.crt"]);
        Store("team", chain.Root);
        Store("other", other.Root);
        using var app = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{Host}/$(Base):1</ContainerBaseImage>
              <ContainerizeCacheDirectory>{_folder["cache"]}</ContainerizeCacheDirectory>
            </PropertyGroup>
            <ItemGroup>
              <ContainerizeBaseTrust Include="{Host}" Notation="$(Store)" />
            </ItemGroup>
            """);

        var content = 10;
        foreach (var (key, name) in new[] { ("trial.example", "trial"), ("team", "team") })
        {
            foreach (var format in new[] { "jws", "cose" })
            {
                var repository = $"{name}/{format}";
                var image = await _client.SeedAsync(repository, content++);
                (await NotationAsync(
                    "sign", "--signature-format", format, "--key", key, "--insecure-registry", $"{Host}/{repository}@{image.Digest}"))
                    .EnsureSuccess();

                Accepts(await LockAsync(repository, name));
            }
        }

        foreach (var format in new[] { "jws", "cose" })
        {
            RefusesBase(await LockAsync($"team/{format}", "other"), "none of its certificates is in the trust store");
            var signed = (await _client.ReadAsync($"team/{format}", "1")).Descriptor;
            var another = await _client.SeedAsync($"exchanged/{format}", content++);
            await _client.PushAsync($"team/{format}", signed.Digest, NotarySignature.ArtifactType, $"exchanged/{format}", another);
            RefusesBase(await LockAsync($"exchanged/{format}", "team"), "another image");
        }

        Task<ProcessResult> LockAsync(string repository, string store) =>
            app.RunAsync("build", "-t:ContainerizeLock", $"-p:Base={repository}", $"-p:Store={_folder[$"stores/{store}"]}");
    }

    private static void Accepts(ProcessResult verdict) =>
        Assert.AreEqual(0, verdict.ExitCode, $"{verdict.Command}\n{verdict.Output}{verdict.Error}");

    private static void Refuses(ProcessResult verdict)
    {
        Assert.AreNotEqual(0, verdict.ExitCode, verdict.Command);
        StringAssert.Contains(verdict.Error, "signature verification failed", verdict.Command);
    }

    private static void RefusesBase(ProcessResult verdict, string why)
    {
        Assert.AreNotEqual(0, verdict.ExitCode, verdict.Output);
        StringAssert.Contains(verdict.Output, "CTZ7041");
        StringAssert.Contains(verdict.Output, why);
    }

    private Task<ProcessResult> NotationAsync(params string[] arguments) => DebianSuite.Forky.RunAsync(_folder, "notation", arguments);

    /// <summary>What Notation says of an image when it trusts one of its stores.</summary>
    private async Task<ProcessResult> VerifyAsync(string image, string store)
    {
        _folder.Write(".config/notation/trustpolicy.json", $$"""
            {
              "version": "1.0",
              "trustPolicies": [{
                "name": "all", "registryScopes": ["*"], "signatureVerification": { "level": "strict" },
                "trustStores": ["ca:{{store}}"], "trustedIdentities": ["*"]
              }]
            }
            """);
        return await NotationAsync("verify", "--insecure-registry", image);
    }

    private async Task TrustAsync(string store, string certificate) =>
        (await NotationAsync("cert", "add", "--type", "ca", "--store", store, certificate)).EnsureSuccess();

    private void Store(string name, string certificate) =>
        _folder.Write($"stores/{name}/x509/ca/{name}/root.crt", File.ReadAllBytes(certificate));

    /// <summary>An envelope whose payload names another image, and whose signature is as it was.</summary>
    private static byte[] Retarget(byte[] envelope, Descriptor subject)
    {
        var json = JsonNode.Parse(envelope)!;
        json["payload"] = Convert.ToBase64String(NotarySignature.Payload(subject)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}
