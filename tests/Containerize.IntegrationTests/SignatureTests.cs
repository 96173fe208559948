using System.Text;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>Signatures of ours that other programs judge, and signatures of theirs that a build judges.</summary>
[TestClass]
[Requires("docker-registry", "skopeo", "openssl")]
internal sealed class SignatureTests : IDisposable
{
    private static RegistryServer? s_registry;

    private readonly TemporaryDirectory _folder = new();

    private static RegistryServer Registry => s_registry ?? throw new InvalidOperationException("The registry was not started.");

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

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task A_base_that_OpenSSL_signed_is_built_on_and_another_key_a_changed_byte_or_none_is_refused()
    {
        var digest = await SeedAsync("signed");
        await SeedAsync("unsigned");
        await SeedAsync("changed");
        var key = await KeyPair.CreateAsync(_folder, "signer");
        var other = await KeyPair.CreateAsync(_folder, "other");
        var payload = Encoding.UTF8.GetBytes(
            "{\"critical\": {\"identity\": {\"docker-reference\": \"\"}, \"image\": {\"docker-manifest-digest\": \"" + digest
            + "\"}, \"type\": \"cosign container image signature\"}, \"optional\": {}}");
        var signature = await SignAsync(payload, key.PrivateKey);
        await PushAsync("signed", digest, payload, signature);
        await PushAsync("changed", digest, [.. payload, (byte)' '], signature);

        var built = await BuildAsync("signed", key.PublicKey);
        var wrong = await BuildAsync("signed", other.PublicKey);
        var changed = await BuildAsync("changed", key.PublicKey);
        var missing = await BuildAsync("unsigned", key.PublicKey);

        Assert.AreEqual(0, built.ExitCode, built.Output);
        StringAssert.Contains(built.Output, "is signed by the key sha256:");
        Assert.AreNotEqual(0, wrong.ExitCode, wrong.Output);
        StringAssert.Contains(wrong.Output, "CTZ7041");
        Assert.AreNotEqual(0, changed.ExitCode, changed.Output);
        StringAssert.Contains(changed.Output, "CTZ7041");
        Assert.AreNotEqual(0, missing.ExitCode, missing.Output);
        StringAssert.Contains(missing.Output, "CTZ7040");
    }

    [TestMethod]
    [DataRow("EC", "ec_paramgen_curve:P-256")]
    [DataRow("RSA", "rsa_keygen_bits:2048")]
    public async Task OpenSSL_verifies_the_bytes_that_a_bundle_signs(string algorithm, string option)
    {
        var key = await KeyPair.CreateAsync(_folder, "signer", algorithm, option);
        using var signing = Open(key.PrivateKey);
        var bundle = SigstoreBundle.Sign(SignStatement.Of(Digest.Of("image"u8)), signing).Write();
        var envelope = JsonNode.Parse(bundle)!["dsseEnvelope"]!;
        var payload = Convert.FromBase64String(envelope["payload"]!.GetValue<string>());
        var signature = _folder.Write("signature", Convert.FromBase64String(envelope["signatures"]![0]!["sig"]!.GetValue<string>()));
        var type = envelope["payloadType"]!.GetValue<string>();
        var signed = _folder.Write(
            "signed", [.. Encoding.UTF8.GetBytes($"DSSEv1 {type.Length} {type} {payload.Length} "), .. payload]);

        var verdict = await ProcessRunner.RunAsync(
            "openssl", ["dgst", "-sha256", "-verify", key.PublicKey, "-signature", signature, signed]);

        Assert.AreEqual("Verified OK", verdict.Output.Trim());
    }

    [TestMethod]
    [Requires("node", "npm")]
    [DataRow("EC", "ec_paramgen_curve:P-256")]
    [DataRow("EC", "ec_paramgen_curve:P-384")]
    [DataRow("RSA", "rsa_keygen_bits:2048")]
    [DataRow("ED25519", null)]
    public async Task Sigstores_own_library_accepts_our_bundle_and_refuses_another_key_and_a_changed_byte(string algorithm, string? option)
    {
        var key = await KeyPair.CreateAsync(_folder, "signer", algorithm, option);
        var other = await KeyPair.CreateAsync(_folder, "other", algorithm, option);
        using var signing = Open(key.PrivateKey);
        var bundle = SigstoreBundle.Sign(SignStatement.Of(Digest.Of("image"u8)), signing);
        var changed = bundle.Envelope.Payload.ToArray();
        changed[^2] ^= 1;

        var verdicts = await SigstoreVerifier.VerifyAsync(
            _folder,
            (bundle.Write(), key.PublicKey),
            (bundle.Write(), other.PublicKey),
            ((bundle with { Envelope = bundle.Envelope with { Payload = changed } }).Write(), key.PublicKey));

        Assert.AreEqual("accepted, SIGNATURE_ERROR, SIGNATURE_ERROR", string.Join(", ", verdicts));
    }

    private static SigningKey Open(string path)
    {
        var file = new SigningKeyFile(SigningKeyPlace.Parse(path, "", full => full), _ => null);
        return file.Import(file.ReadPem());
    }

    private async Task<ProcessResult> BuildAsync(string repository, string key)
    {
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{Registry.Host}/{repository}:1</ContainerBaseImage>
              <ContainerizeStartCheck>None</ContainerizeStartCheck>
              <ContainerizeCacheDirectory>{_folder[$"cache-{Guid.NewGuid():N}"]}</ContainerizeCacheDirectory>
            </PropertyGroup>
            <ItemGroup>
              <ContainerizeBaseTrust Include="{Registry.Host}" Key="{key}" />
            </ItemGroup>
            """);
        return await project.ContainerizeAsync();
    }

    private async Task<Digest> SeedAsync(string repository)
    {
        var image = TestImage.Create(TestLayer.Of(("etc/os-release", "ID=test\n")));
        TestImage.WriteLayout(_folder[$"layout-{repository}"], ("base", image));
        await Registry.SeedAsync($"{_folder[$"layout-{repository}"]}:base", $"{repository}:1");
        return Digest.Of(image.Manifest.Span);
    }

    private async Task<byte[]> SignAsync(byte[] content, string privateKey)
    {
        (await ProcessRunner.RunAsync(
            "openssl",
            ["dgst", "-sha256", "-sign", privateKey, "-out", _folder["signature"], _folder.Write("content", content)])).EnsureSuccess();
        return await File.ReadAllBytesAsync(_folder["signature"]);
    }

    /// <summary>Pushes a signature in the older form.</summary>
    private static async Task PushAsync(string repository, Digest subject, byte[] payload, byte[] signature)
    {
        var layer = SimpleSigning.Layer(payload, signature);
        var named = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = subject, Size = 1 };
        var (manifest, config) = new EvidenceImage(named, SimpleSigning.TagOf(subject), [layer]).Merge(null, "test")!.Value;
        using var client = new RegistryClient(new RegistryOptions(), new RecordingReporter());
        var target = new RepositoryReference(Registry.Host, repository);
        await client.PushBlobAsync(target, layer.Blob, default);
        await client.PushBlobAsync(target, config, default);
        await client.PutManifestAsync(target, SimpleSigning.TagOf(subject), manifest.Memory, MediaTypes.OciManifest, default);
    }
}
