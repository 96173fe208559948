using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Builds that sign what they publish; others' programs judge the signatures.</summary>
[TestClass]
[Requires("openssl", "node", "npm")]
internal sealed class SigningTests : IDisposable
{
    private const string Repository = "team/app";
    private const string Password = "correct horse battery staple";
    private const string BouncyCastle = "BouncyCastle.Cryptography";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Index_manifests_and_bills_are_signed_without_a_change_of_the_image_and_only_once(bool hasReferrersApi)
    {
        await using var registry = await TestRegistry.StartAsync(new() { Referrers = hasReferrersApi });
        var key = await KeyPair.CreateAsync(_folder, "signer");
        var other = await KeyPair.CreateAsync(_folder, "other");
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <ContainerRepository>{Repository}</ContainerRepository>
              <ContainerizeSbom>spdx;cyclonedx</ContainerizeSbom>
            </PropertyGroup>
            """);
        string[] signing = ["-p:ContainerizeSign=true", $"-p:ContainerizeSigningKey={key.PrivateKey}"];

        await BuildAsync(project, hasReferrersApi ? [] : signing);
        var index = Digest.Parse(project.Digest);
        if (hasReferrersApi)
        {
            await BuildAsync(project, signing);
            Assert.AreEqual(index.ToString(), project.Digest);
        }
        else
        {
            // Another machine remembers nothing, and the same key gives the same signatures.
            Directory.Delete(Path.Combine(project.Directory, "obj", "Release", "net10.0", "containerize"), recursive: true);
            signing = [.. signing, $"-p:ContainerizeCacheDirectory={_folder["cache"]}"];
        }

        registry.ClearRequests();
        await BuildAsync(project, signing);
        Assert.IsEmpty(registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")).Select(request => request.Target));

        var document = OciJson.ReadIndex(
            RawDocument.Of(MediaTypes.OciIndex, registry.FindManifest(Repository, index.ToString())!.Content), "test");
        Digest[] manifests = [.. document.Manifests.Select(manifest => manifest.Digest)];
        Assert.HasCount(2, manifests);
        const string Signature = "https://sigstore.dev/cosign/sign/v1";
        await AssertSignedAsync(registry, index, key, other, Signature);
        foreach (var manifest in manifests)
        {
            await AssertSignedAsync(
                registry, manifest, key, other, "https://cyclonedx.org/bom", Signature, "https://spdx.dev/Document");
        }
    }

    [TestMethod]
    [Requires("docker-registry", "skopeo")]
    public async Task An_image_that_was_signed_is_a_base_that_is_trusted_and_one_signed_by_another_key_is_refused()
    {
        await using var registry = await RegistryServer.StartAsync();
        var key = await KeyPair.CreateAsync(_folder, "signer", password: Password);
        var other = await KeyPair.CreateAsync(_folder, "other");
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRegistry>{registry.Host}</ContainerRegistry>
              <ContainerRepository>{Repository}</ContainerRepository>
              <ContainerizeSign>true</ContainerizeSign>
              <ContainerizeSigningKey>env:RELEASE_KEY</ContainerizeSigningKey>
              <ContainerizeSigningKeyPasswordVariable>RELEASE_PASSWORD</ContainerizeSigningKeyPasswordVariable>
            </PropertyGroup>
            """);
        var built = await project.ContainerizeAsync(new Dictionary<string, string?>
        {
            ["RELEASE_KEY"] = await File.ReadAllTextAsync(key.PrivateKey),
            ["RELEASE_PASSWORD"] = Password,
        });
        Assert.AreEqual(0, built.ExitCode, built.Output);

        var trusted = await BuildOnAsync(registry, key.PublicKey);
        var refused = await BuildOnAsync(registry, other.PublicKey);

        Assert.AreEqual(0, trusted.ExitCode, trusted.Output);
        StringAssert.Contains(trusted.Output, "is signed by the key sha256:");
        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "CTZ7041");
        await AssertSimplySignedAsync(registry, Digest.Parse(project.Digest), key, other);
    }

    [TestMethod]
    [Requires("in-toto-verify")]
    public async Task A_key_and_its_password_reach_neither_logs_nor_files_and_what_is_not_signed_needs_no_cryptography()
    {
        var key = await KeyPair.CreateAsync(_folder, "signer", password: Password);
        var other = await KeyPair.CreateAsync(_folder, "other");
        using var project = await TestProject.ConsoleAsync(
            "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage><ContainerizeSbom>spdx</ContainerizeSbom></PropertyGroup>",
            host: BuildHost.OwnProcess);
        string[] signing = ["-p:ContainerizeSign=true", "-p:ContainerizeSigningKey=env:RELEASE_KEY"];

        var unsigned = await LogAsync(project, []);
        var signed = await LogAsync(project, signing, key);
        var again = await LogAsync(project, signing, key);

        var loading = $"Assembly loaded during TaskRun (Containerize.MSBuild.PublishImage): {BouncyCastle}";
        Assert.IsFalse(unsigned.Contains(loading, StringComparison.Ordinal));
        Assert.IsTrue(signed.Contains(loading, StringComparison.Ordinal));
        Assert.IsFalse(again.Contains(loading, StringComparison.Ordinal));
        var pem = await File.ReadAllLinesAsync(key.PrivateKey);
        string[] files = [.. Files(project.Directory), .. Files(_folder["cache"])];
        Assert.IsNotEmpty(files);
        foreach (var text in files.Select(WrittenText.Read).Append(unsigned + signed + again))
        {
            Assert.IsEmpty(pem[1..^1].Append(Password).Where(secret => text.Contains(secret, StringComparison.Ordinal)));
        }

        var image = await File.ReadAllBytesAsync(project.Archive.Replace(".tar", ".sigstore.json", StringComparison.Ordinal));
        var bill = project.Archive.Replace(".tar", ".spdx.json.sigstore.json", StringComparison.Ordinal);
        CollectionAssert.AreEqual(
            new[] { "accepted", "accepted", "SIGNATURE_ERROR", "SIGNATURE_ERROR" },
            (await SigstoreVerifier.VerifyAsync(
                _folder,
                (image, key.PublicKey),
                (await File.ReadAllBytesAsync(bill), key.PublicKey),
                (image, other.PublicKey),
                (SigstoreVerifier.Changed(image), key.PublicKey))).ToArray());
        Assert.AreEqual("https://spdx.dev/Document", await VerifyDsseAsync(bill, key));
        Assert.AreEqual("refused", await VerifyDsseAsync(bill, other));
    }

    private static string[] Files(string directory) => Directory.GetFiles(directory, "*", SearchOption.AllDirectories);

    private static async Task BuildAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    /// <summary>Builds, and reads all that MSBuild says.</summary>
    private async Task<string> LogAsync(TestProject project, string[] arguments, KeyPair? key = null)
    {
        var environment = key is null ? [] : new Dictionary<string, string?>
        {
            ["RELEASE_KEY"] = await File.ReadAllTextAsync(key.PrivateKey),
            ["COSIGN_PASSWORD"] = Password,
        };
        var result = await project.ContainerizeAsync(
            environment,
            [
                .. arguments, "-v:diag", $"-bl:{Path.Combine(project.Directory, $"{Guid.NewGuid():N}.binlog")}",
                $"-p:ContainerizeCacheDirectory={_folder["cache"]}",
            ]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return result.Output;
    }

    private async Task<ProcessResult> BuildOnAsync(RegistryServer registry, string key)
    {
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Host}/{Repository}:latest</ContainerBaseImage>
              <ContainerizeCacheDirectory>{_folder[$"cache-{Guid.NewGuid():N}"]}</ContainerizeCacheDirectory>
            </PropertyGroup>
            <ItemGroup>
              <ContainerizeBaseTrust Include="{registry.Host}/team" Key="{key}" />
            </ItemGroup>
            """);
        return await project.ContainerizeAsync();
    }

    private static async Task<string> VerifyDsseAsync(string bundle, KeyPair key)
    {
        var script = Path.Combine(Tools.Repository.Root, "tests", "Containerize.IntegrationTests", "Sigstore", "verify_dsse.py");
        return (await ProcessRunner.RunAsync("/usr/bin/python3", [script, bundle, key.PublicKey])).EnsureSuccess().Output.Trim();
    }

    /// <summary>The bundles that refer to a manifest state these things, and the library of Sigstore accepts them; so does OpenSSL the
    /// older form.</summary>
    private async Task AssertSignedAsync(TestRegistry registry, Digest subject, KeyPair key, KeyPair other, params string[] predicates)
    {
        using var client = new RegistryClient(new RegistryOptions(), new RecordingReporter());
        var listed = await client.ListReferrersAsync(registry.Repository(Repository), subject, default);
        var bundles = listed.Where(each => each.ArtifactType == "application/vnd.dev.sigstore.bundle.v0.3+json")
            .OrderBy(each => each.Annotations!["dev.sigstore.bundle.predicateType"], StringComparer.Ordinal).ToList();
        CollectionAssert.AreEqual(predicates, bundles.Select(each => each.Annotations!["dev.sigstore.bundle.predicateType"]).ToArray());
        foreach (var bundle in bundles.Select(each => Payload(registry, each.Digest.ToString()).Content))
        {
            var statement = JsonNode.Parse(Convert.FromBase64String(
                JsonNode.Parse(bundle)!["dsseEnvelope"]!["payload"]!.GetValue<string>()))!;
            Assert.AreEqual(subject.Hex, statement["subject"]![0]!["digest"]!["sha256"]!.GetValue<string>());
            Assert.AreEqual(
                "accepted, SIGNATURE_ERROR, SIGNATURE_ERROR",
                string.Join(", ", await SigstoreVerifier.VerifyAsync(
                    _folder, (bundle, key.PublicKey), (bundle, other.PublicKey), (SigstoreVerifier.Changed(bundle), key.PublicKey))));
        }

        var (payload, annotations) = Payload(registry, $"sha256-{subject.Hex}.sig");
        await AssertSimplySignedAsync(payload, annotations["dev.cosignproject.cosign/signature"], subject, registry.Authority, key, other);
    }

    private static (byte[] Content, IReadOnlyDictionary<string, string> Annotations) Payload(TestRegistry registry, string reference)
    {
        var manifest = OciJson.ReadManifest(
            RawDocument.Of(MediaTypes.OciManifest, registry.FindManifest(Repository, reference)!.Content), reference);
        var layer = manifest.Layers.Single();
        return (registry.FindBlob(Repository, layer.Digest)!.Value.ToArray(), layer.Annotations ?? new Dictionary<string, string>());
    }

    /// <summary>skopeo reads the older form as an image, and OpenSSL accepts the signature of its layer.</summary>
    private async Task AssertSimplySignedAsync(RegistryServer registry, Digest subject, KeyPair key, KeyPair other)
    {
        (await ProcessRunner.RunAsync(
            "skopeo",
            ["copy", "-q", "--src-tls-verify=false", $"docker://{registry.Host}/{Repository}:sha256-{subject.Hex}.sig",
                $"dir:{_folder["sig"]}"])).EnsureSuccess();
        var layer = JsonNode.Parse(await File.ReadAllTextAsync(_folder["sig/manifest.json"]))!["layers"]!.AsArray().Single()!;
        await AssertSimplySignedAsync(
            await File.ReadAllBytesAsync(_folder[$"sig/{layer["digest"]!.GetValue<string>()["sha256:".Length..]}"]),
            layer["annotations"]!["dev.cosignproject.cosign/signature"]!.GetValue<string>(),
            subject,
            registry.Host,
            key,
            other);
    }

    private async Task AssertSimplySignedAsync(
        byte[] payload, string signature, Digest subject, string host, KeyPair key, KeyPair other)
    {
        var critical = JsonNode.Parse(payload)!["critical"]!;
        Assert.AreEqual(subject.ToString(), critical["image"]!["docker-manifest-digest"]!.GetValue<string>());
        Assert.AreEqual($"{host}/{Repository}", critical["identity"]!["docker-reference"]!.GetValue<string>());
        var file = _folder.Write("signature", Convert.FromBase64String(signature));
        Assert.AreEqual("Verified OK", await VerifyAsync(payload, key));
        Assert.AreEqual("Verification failure", await VerifyAsync(payload, other));
        Assert.AreEqual("Verification failure", await VerifyAsync([.. payload, (byte)' '], key));

        async Task<string> VerifyAsync(byte[] content, KeyPair by) => (await ProcessRunner.RunAsync(
            "openssl", ["dgst", "-sha256", "-verify", by.PublicKey, "-signature", file, _folder.Write("payload", content)]))
            .Output.Trim().Split('\n')[0];
    }
}
