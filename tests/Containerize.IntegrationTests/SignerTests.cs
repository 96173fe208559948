using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests;

/// <summary>Builds whose images a program signs; others' programs judge the signatures.</summary>
[TestClass]
[Requires("openssl", "node", "npm")]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class SignerTests : IDisposable
{
    private const string Repository = "team/app";
    private const string Token = "token-that-must-not-be-seen";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_plugin_of_Notation_signs_index_and_manifests_once_and_a_JOSE_library_accepts_them()
    {
        await using var registry = await TestRegistry.StartAsync();
        var chain = await SigningChain.CreateAsync(_folder, "team");
        var program = SigstoreVerifier.WriteProgram(_folder, "notation-test", "notation-plugin.js");
        using var project = await ProjectAsync(registry, $"""
            <ContainerizeSigner>{program}</ContainerizeSigner>
            <ContainerizeSignerKeyId>release</ContainerizeSignerKeyId>
            <ContainerizeSignerOptions>key={chain.Key};chain={chain.Certificate},{chain.Root}</ContainerizeSignerOptions>
            <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
            """);

        var log = await BuildAsync(project);
        registry.ClearRequests();
        log += await BuildAsync(project);

        Assert.IsEmpty(registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")).Select(request => request.Target));
        CollectionAssert.AreEqual(
            new[] { "get-plugin-metadata", "describe-key", "generate-signature", "generate-signature", "generate-signature" },
            await File.ReadAllLinesAsync(_folder["plugin.log"]));
        var texts = Directory.GetFiles(project.Directory, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories)).Select(WrittenText.Read).Append(log);
        Assert.IsEmpty(texts.Where(text => text.Contains(Token, StringComparison.Ordinal)));
        var index = Digest.Parse(project.Digest);
        var document = OciJson.ReadIndex(
            RawDocument.Of(MediaTypes.OciIndex, registry.FindManifest(Repository, index.ToString())!.Content), "test");
        foreach (var subject in document.Manifests.Select(manifest => manifest.Digest).Prepend(index))
        {
            var envelope = _folder.Write(
                $"{subject.Hex}.jws", await PayloadAsync(registry, subject, "application/vnd.cncf.notary.signature"));
            var (signed, other) = (subject.ToString(), Digest.Of("other"u8).ToString());
            CollectionAssert.AreEqual(
                new[] { "accepted", "another image", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
                (await SigstoreVerifier.VerifyNotaryAsync(
                    _folder, (envelope, signed), (envelope, other), (Changed(envelope), signed))).ToArray());
            (await ProcessRunner.RunAsync(
                "openssl", ["verify", "-CAfile", $"{envelope}.root.pem", $"{envelope}.leaf.pem"])).EnsureSuccess();
        }
    }

    [TestMethod]
    public async Task A_bundle_of_sign_oci_artifact_is_pushed_and_one_by_another_key_is_not()
    {
        await using var registry = await TestRegistry.StartAsync();
        var key = await KeyPair.CreateAsync(_folder, "signer");
        var other = await KeyPair.CreateAsync(_folder, "other");
        SigstoreVerifier.WriteProgram(_folder, "signer", "sign-oci-artifact.js");
        using var project = await ProjectAsync(registry, $"""
            <ContainerizeSigner>{_folder["signer"]}</ContainerizeSigner>
            <ContainerizeSignerOptions>{key.PrivateKey}</ContainerizeSignerOptions>
            """);

        var refused = await project.ContainerizeAsync($"-p:ContainerizeSignerPublicKey={other.PublicKey}");
        Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
        StringAssert.Contains(refused.Output, "CTZ7053");
        Assert.IsNull(registry.FindManifest(Repository, "latest"));
        await BuildAsync(project, $"-p:ContainerizeSignerPublicKey={key.PublicKey}");

        var subject = Digest.Parse(project.Digest);
        var bundle = await PayloadAsync(registry, subject, "application/vnd.dev.sigstore.bundle.v0.3+json");
        CollectionAssert.AreEqual(
            new[] { "accepted", "SIGNATURE_ERROR" },
            (await SigstoreVerifier.VerifyAsync(_folder, (bundle, key.PublicKey), (bundle, other.PublicKey))).ToArray());
    }

    [TestMethod]
    public async Task An_image_that_a_plugin_of_Notation_signed_is_a_base_for_its_trust_store_and_refused_for_another()
    {
        await using var registry = await TestRegistry.StartAsync();
        var chain = await SigningChain.CreateAsync(_folder, "team");
        var program = SigstoreVerifier.WriteProgram(_folder, "notation-test", "notation-plugin.js");
        using var signed = await ProjectAsync(registry, $"""
            <ContainerizeSigner>{program}</ContainerizeSigner>
            <ContainerizeSignerKeyId>release</ContainerizeSignerKeyId>
            <ContainerizeSignerOptions>key={chain.Key};chain={chain.Certificate},{chain.Root}</ContainerizeSignerOptions>
            """);
        await BuildAsync(signed);
        _folder.Write("store/x509/ca/team/root.crt", await File.ReadAllBytesAsync(chain.Root));
        var other = await SigningChain.CreateAsync(_folder, "other");
        _folder.Write("other/root.crt", await File.ReadAllBytesAsync(other.Root));
        using var app = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{registry.Authority}/{Repository}:latest</ContainerBaseImage>
              <ContainerizeStartCheck>None</ContainerizeStartCheck>
              <ContainerizeCacheDirectory>{_folder["cache-of-app"]}</ContainerizeCacheDirectory>
              <Store>{_folder["store"]}</Store>
            </PropertyGroup>
            <ItemGroup>
              <ContainerizeBaseTrust Include="{registry.Authority}" Notation="$(Store)" CertificateIdentity="$(Subject)" />
            </ItemGroup>
            """);

        var built = await app.ContainerizeAsync();

        Assert.AreEqual(0, built.ExitCode, built.Output);
        StringAssert.Contains(built.Output, "is signed by O=Test, CN=Signer (Notary JWS).");
        await RefusesAsync("none of its certificates is in the trust store", $"-p:Store={_folder["other"]}");
        await RefusesAsync("which CertificateIdentity does not name", "-p:Subject=x509.subject: CN=Other");

        async Task RefusesAsync(string why, string argument)
        {
            var refused = await app.RunAsync("build", "-t:ContainerizeLock", argument);
            Assert.AreNotEqual(0, refused.ExitCode, refused.Output);
            StringAssert.Contains(refused.Output, "CTZ7041");
            StringAssert.Contains(refused.Output, why);
        }
    }

    private static string Changed(string envelope)
    {
        var text = File.ReadAllText(envelope);
        var path = $"{envelope}.changed";
        File.WriteAllText(path, text.Replace("\"payload\":\"ey", "\"payload\":\"eyAg", StringComparison.Ordinal));
        return path;
    }

    private static async Task<byte[]> PayloadAsync(TestRegistry registry, Digest subject, string artifactType)
    {
        using var client = new RegistryClient(new RegistryOptions(), new RecordingReporter());
        var signature = (await client.ListReferrersAsync(registry.Repository(Repository), subject, default))
            .Single(each => each.ArtifactType == artifactType);
        var manifest = OciJson.ReadManifest(
            RawDocument.Of(MediaTypes.OciManifest, registry.FindManifest(Repository, signature.Digest.ToString())!.Content), "test");
        return registry.FindBlob(Repository, manifest.Layers.Single().Digest)!.Value.ToArray();
    }

    private Task<TestProject> ProjectAsync(TestRegistry registry, string properties) => TestProject.ConsoleAsync(
        $"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRegistry>{registry.Authority}</ContainerRegistry>
              <ContainerRepository>{Repository}</ContainerRepository>
              <ContainerizeCacheDirectory>{_folder["cache"]}</ContainerizeCacheDirectory>
              <ContainerizeSign>true</ContainerizeSign>
              {properties}
            </PropertyGroup>
            """,
        host: BuildHost.OwnProcess);

    private async Task<string> BuildAsync(TestProject project, params string[] arguments)
    {
        var result = await project.ContainerizeAsync(
            new Dictionary<string, string?> { ["PLUGIN_LOG"] = _folder["plugin.log"], ["PLUGIN_TOKEN"] = Token },
            [.. arguments, "-v:diag", $"-bl:{Path.Combine(project.Directory, $"{Guid.NewGuid():N}.binlog")}"]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
        return result.Output;
    }
}
