using System.Text;
using System.Text.Json.Nodes;
using Containerize.IntegrationTests.Tools;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>skopeo, Podman and cosign judge what builds signed, and builds judge what cosign signed.</summary>
[TestClass]
[Requires("root", "unshare", "dpkg-deb", "apt-get", "docker-registry", "openssl", "skopeo")]
internal sealed class VerdictTests : IDisposable
{
    private const string BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string NoRoot = """
        {
          "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
          "tlogs": [], "certificateAuthorities": [], "ctlogs": [], "timestampAuthorities": []
        }
        """;

    private static SignedImages? s_images;

    private readonly TemporaryDirectory _folder = new();

    private static SignedImages Images => s_images ?? throw new InvalidOperationException("The images were not built.");

    private static EvidenceClient Client => Images.Client;

    private static string Host => Images.Registry.Host;

    [ClassInitialize]
    public static async Task BuildAsync(TestContext _) => s_images = await SignedImages.BuildAsync();

    [ClassCleanup]
    public static async Task RemoveAsync()
    {
        if (s_images is not null)
        {
            await s_images.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(SignedImages.P256)]
    [DataRow("team/p384")]
    [DataRow("team/rsa")]
    [DataRow("team/ed25519")]
    public async Task Each_program_accepts_an_index_by_its_key_and_refuses_it_by_another(string repository)
    {
        var (key, other) = Images.KeysOf(repository);
        const string Wrong = "cryptographic signature verification failed";

        Accepts(await SkopeoAsync($"{repository}:latest", key, ["--all"]));
        Refuses(await SkopeoAsync($"{repository}:latest", other), Wrong);
        Accepts(await PodmanAsync($"{repository}:latest", key));
        Refuses(await PodmanAsync($"{repository}:latest", other), Wrong);
        Accepts(await CosignTwoAsync("verify", $"{repository}:latest", key));
        Refuses(await CosignTwoAsync("verify", $"{repository}:latest", other), "no matching signatures");
        Accepts(await CosignThreeAsync("verify", $"{repository}:latest", key));
        Refuses(await CosignThreeAsync("verify", $"{repository}:latest", other), "accepted signatures do not match threshold");
    }

    [TestMethod]
    public async Task Each_program_accepts_the_manifest_of_each_platform_and_cosign_their_documents()
    {
        var (key, other) = Images.KeysOf(SignedImages.P256);
        string[] predicates = ["spdxjson", "cyclonedx", "slsaprovenance1", "openvex"];
        foreach (var manifest in Images.Manifests)
        {
            var image = $"{SignedImages.P256}@{manifest.Digest}";
            var platform = new[] { $"--override-arch={manifest.Platform!.Architecture}" };
            Accepts(await SkopeoAsync($"{SignedImages.P256}:latest", key, platform));
            Accepts(await SkopeoAsync(image, key, platform));
            Accepts(await CosignTwoAsync("verify", image, key));
            Accepts(await CosignThreeAsync("verify", image, key));
            foreach (var predicate in predicates)
            {
                Accepts(await CosignThreeAsync("verify-attestation", image, key, "--type", predicate));
                Refuses(await CosignThreeAsync("verify-attestation", image, other, "--type", predicate), "do not match threshold");
                // The second version has to be told that they are in bundles.
                Accepts(await CosignTwoAsync(
                    "verify-attestation", image, key, "--type", predicate, "--new-bundle-format", "--trusted-root", Root));
            }
        }

        Accepts(await PodmanAsync($"{SignedImages.P256}@{Images.Manifests[0].Digest}", key));
    }

    [TestMethod]
    public async Task Each_program_refuses_a_changed_byte_of_what_is_signed_and_another_image_under_the_signatures_tag()
    {
        var (key, _) = Images.KeysOf(SignedImages.P256);
        var (changed, exchanged) = (await Client.SeedAsync("changed/app", 1), await Client.SeedAsync("exchanged/app", 2));
        var signatures = OciJson.ReadManifest(
            await Client.ReadAsync(SignedImages.P256, SimpleSigning.TagOf(Images.Index.Digest)), "test").Layers;
        var layer = signatures.Single();
        var payload = await Client.ReadAsync(SignedImages.P256, layer);
        var signature = Convert.FromBase64String(layer.Annotations![SimpleSigning.SignatureAnnotation]);
        // The signature of the index, whose payload is said to be about the other image; and as it is.
        var text = Encoding.UTF8.GetString(payload);
        var about = Encoding.UTF8.GetBytes(
            text.Replace(Images.Index.Digest.ToString(), changed.Digest.ToString(), StringComparison.Ordinal)
                .Replace(SignedImages.P256, "changed/app", StringComparison.Ordinal));
        Assert.AreNotEqual(text, Encoding.UTF8.GetString(about));
        var bundle = await Client.PayloadAsync(
            SignedImages.P256, Images.Index.Digest, BundleType, SignStatement.PredicateType);
        await Client.PushAsync(
            "changed/app", [Refer(changed, Retarget(bundle, changed.Digest))], Sign(changed, about, signature));
        await Client.PushAsync("exchanged/app", [Refer(exchanged, bundle)], Sign(exchanged, payload, signature));

        const string Wrong = "cryptographic signature verification failed";
        Refuses(await SkopeoAsync("changed/app:1", key), Wrong);
        Refuses(await PodmanAsync("changed/app:1", key), Wrong);
        // It is of the other image, whatever name that one has.
        Refuses(await SkopeoAsync("exchanged/app:1", key, signedAs: SignedImages.P256), "does not match");
        Refuses(await PodmanAsync("exchanged/app:1", key, SignedImages.P256), "does not match");

        Refuses(await CosignTwoAsync("verify", "changed/app:1", key), "invalid signature");
        Refuses(await CosignTwoAsync("verify", "exchanged/app:1", key), "invalid or missing digest in claim");
        Refuses(await CosignThreeAsync("verify", "changed/app:1", key), "do not match threshold");
        Refuses(await CosignThreeAsync("verify", "exchanged/app:1", key), "does not match any digest in statement");
        await Client.SeedAsync("unsigned/app", 3);
        Refuses(await SkopeoAsync("unsigned/app:1", key), "A signature was required, but no signature exists");
    }

    [TestMethod]
    public async Task What_the_tool_copied_is_accepted_with_its_signatures_by_the_name_that_was_signed()
    {
        var (key, other) = Images.KeysOf(SignedImages.P256);
        await using var registry = await RegistryServer.StartAsync();
        (await BuiltTool.RunAsync(
            _folder.FullName, "copy", $"{Host}/{SignedImages.P256}:latest", $"{registry.Host}/prod/app:1")).EnsureSuccess();

        var image = $"{registry.Host}/prod/app:1";
        Accepts(await SkopeoAsync(image, key, ["--all"], SignedImages.P256));
        Refuses(await SkopeoAsync(image, key, signedAs: "prod/app"), "is not accepted");
        Refuses(await SkopeoAsync(image, other, signedAs: SignedImages.P256), "cryptographic signature verification failed");
        Accepts(await PodmanAsync(image, key, SignedImages.P256));
        Accepts(await CosignTwoAsync("verify", image, key));
        Accepts(await CosignThreeAsync("verify", image, key));
        Accepts(await CosignThreeAsync(
            "verify-attestation", $"{registry.Host}/prod/app@{Images.Manifests[1].Digest}", key, "--type", "spdxjson"));
    }

    [TestMethod]
    public async Task An_image_that_cosign_or_skopeo_signed_is_a_base_for_its_key_and_refused_for_another()
    {
        var (two, three) = (DebianSuite.Trixie, DebianSuite.Forky);
        var (older, newer) = (
            await SignedImages.CosignKeyAsync(two, _folder, "two"), await SignedImages.CosignKeyAsync(three, _folder, "three"));
        var (first, second) = (await Client.SeedAsync("cosign/two", 4), await Client.SeedAsync("cosign/three", 5));
        (await two.RunAsync(
            _folder,
            "cosign",
            ["sign", "-y", "--key", older.PrivateKey, "--tlog-upload=false", $"{Host}/cosign/two@{first.Digest}"],
            SignedImages.WithPassword)).EnsureSuccess();
        (await three.RunAsync(
            _folder,
            "cosign",
            ["sign", "-y", "--key", newer.PrivateKey, "--trusted-root", Root, "--signing-config", _folder.Write("services.json", """
                {"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{},"tsaConfig":{}}
                """), $"{Host}/cosign/three@{second.Digest}"],
            SignedImages.WithPassword)).EnsureSuccess();
        var third = new KeyPair(_folder["skopeo.private"], _folder["skopeo.pub"]);
        var passphrase = _folder.Write("passphrase", SignedImages.Password);
        (await two.RunAsync(
            _folder,
            "skopeo",
            ["generate-sigstore-key", "--output-prefix", _folder["skopeo"], "--passphrase-file", passphrase])).EnsureSuccess();
        (await two.RunAsync(
            _folder,
            "skopeo",
            ["--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false",
                "--sign-by-sigstore-private-key", third.PrivateKey, "--sign-passphrase-file", passphrase,
                $"docker://{Host}/cosign/three@{second.Digest}", $"docker://{Host}/cosign/skopeo:1"])).EnsureSuccess();
        using var app = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>{Host}/$(Base):1</ContainerBaseImage>
              <ContainerizeCacheDirectory>{_folder["cache"]}</ContainerizeCacheDirectory>
            </PropertyGroup>
            <ItemGroup>
              <ContainerizeBaseTrust Include="{Host}/cosign" Key="$(Key)" />
            </ItemGroup>
            """);

        Accepts(await LockAsync("cosign/two", older));
        Refuses(await LockAsync("cosign/two", newer), "CTZ7041");
        Accepts(await LockAsync("cosign/three", newer));
        Refuses(await LockAsync("cosign/three", older), "CTZ7041");
        Accepts(await LockAsync("cosign/skopeo", third));
        // The image is that of cosign/three: what its key signed is remembered by digest.
        Refuses(await LockAsync("cosign/skopeo", older), "CTZ7041");

        Task<ProcessResult> LockAsync(string image, KeyPair by) =>
            app.RunAsync("build", "-t:ContainerizeLock", $"-p:Base={image}", $"-p:Key={by.PublicKey}");
    }

    private string Root => _folder.Write("no-root.json", NoRoot);

    private static void Accepts(ProcessResult verdict) =>
        Assert.AreEqual(0, verdict.ExitCode, $"{verdict.Command}\n{verdict.Output}{verdict.Error}");

    private static void Refuses(ProcessResult verdict, string why)
    {
        Assert.AreNotEqual(0, verdict.ExitCode, verdict.Command);
        StringAssert.Contains(verdict.Output + verdict.Error, why, verdict.Command);
    }

    /// <summary>The full name of an image: one of this class's registry, unless it names another.</summary>
    private static string Full(string image) => image.StartsWith("127.", StringComparison.Ordinal) ? image : $"{Host}/{image}";

    /// <summary>A policy by which an image needs a signature of a key, under the name that was signed.</summary>
    private string Policy(string signed, KeyPair key) =>
        _folder.Write("policy.json", $$"""
            {
              "default": [{ "type": "reject" }],
              "transports": {
                "docker": {
                  "": [{
                    "type": "sigstoreSigned", "keyPath": "{{key.PublicKey}}",
                    "signedIdentity": { "type": "exactRepository", "dockerRepository": "{{Host}}/{{signed}}" }
                  }]
                }
              }
            }
            """);

    private async Task<ProcessResult> SkopeoAsync(string image, KeyPair key, string[]? options = null, string? signedAs = null)
    {
        string[] platform = [.. (options ?? []).Where(option => option.StartsWith("--override", StringComparison.Ordinal))];
        return await DebianSuite.Trixie.RunAsync(
            _folder,
            "skopeo",
            ["--policy", Policy(signedAs ?? image.Split(':', '@')[0], key), .. platform, "copy", "-q", "--src-tls-verify=false",
                .. (options ?? []).Except(platform), $"docker://{Full(image)}", $"dir:{_folder[$"copy-{Guid.NewGuid():N}"]}"]);
    }

    private Task<ProcessResult> PodmanAsync(string image, KeyPair key, string? signedAs = null) => DebianSuite.Trixie.RunAsync(
        _folder,
        "podman",
        ["--root", _folder["podman/root"], "--runroot", _folder["podman/run"], "--tmpdir", _folder["podman/tmp"],
            "--storage-driver=vfs", "pull", "-q", "--signature-policy", Policy(signedAs ?? image.Split(':', '@')[0], key),
            "--tls-verify=false", Full(image)]);

    private Task<ProcessResult> CosignTwoAsync(string command, string image, KeyPair key, params string[] options) =>
        DebianSuite.Trixie.RunAsync(
            _folder, "cosign", [command, "--key", key.PublicKey, "--insecure-ignore-tlog=true", .. options, Full(image)]);

    // Without a trusted root it asks for the public one, which no key needs.
    private Task<ProcessResult> CosignThreeAsync(string command, string image, KeyPair key, params string[] options) =>
        DebianSuite.Forky.RunAsync(
            _folder,
            "cosign",
            [command, "--key", key.PublicKey, "--insecure-ignore-tlog=true", "--trusted-root", Root, .. options, Full(image)]);

    private static Referrer Refer(Descriptor subject, byte[] bundle) => new(
        subject, BundleType, new MemoryBlob(BundleType, bundle), "sigstore.json", SigstoreBundle.Annotations(SignStatement.PredicateType));

    private static EvidenceImage Sign(Descriptor subject, byte[] payload, byte[] signature) =>
        new(subject, SimpleSigning.TagOf(subject.Digest), [SimpleSigning.Layer(payload, signature)]);

    /// <summary>A bundle whose statement names another image, and whose signature is as it was.</summary>
    private static byte[] Retarget(byte[] bundle, Digest subject)
    {
        var json = JsonNode.Parse(bundle)!;
        json["dsseEnvelope"]!["payload"] = Convert.ToBase64String(SignStatement.Of(subject));
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}
