using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// An index of two platforms with its documents, in the registry of Debian: a repository for each kind of key that signs. One build a kind.
/// </summary>
internal sealed class SignedImages : IAsyncDisposable
{
    /// <summary>The password of the keys that cosign makes.</summary>
    internal const string Password = "correct horse battery staple";

    /// <summary>The repository whose image is signed by the key, encrypted, that cosign makes.</summary>
    internal const string P256 = "team/p256";

    private static readonly (string Repository, string Algorithm, string? Option)[] s_kinds =
    [
        (P256, "EC", "ec_paramgen_curve:P-256"),
        ("team/p384", "EC", "ec_paramgen_curve:P-384"),
        ("team/rsa", "RSA", "rsa_keygen_bits:2048"),
        ("team/ed25519", "ED25519", null),
    ];

    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, (KeyPair Key, KeyPair Other)> _keys = new(StringComparer.Ordinal);
    private Descriptor? _index;

    private SignedImages(RegistryServer registry) => (Registry, Client) = (registry, new(registry));

    internal RegistryServer Registry { get; }

    internal EvidenceClient Client { get; }

    /// <summary>The index, which is the same in all repositories.</summary>
    internal Descriptor Index => _index ?? throw new InvalidOperationException("The images are not built.");

    /// <summary>The manifests of its platforms: amd64 and arm64.</summary>
    internal IReadOnlyList<Descriptor> Manifests { get; private set; } = [];

    /// <summary>The environment in which programs find the password.</summary>
    internal static IReadOnlyDictionary<string, string?> WithPassword { get; } =
        new Dictionary<string, string?> { ["COSIGN_PASSWORD"] = Password };

    internal static async Task<SignedImages> BuildAsync()
    {
        var images = new SignedImages(await RegistryServer.StartAsync());
        try
        {
            await images.FillAsync();
            return images;
        }
        catch
        {
            await images.DisposeAsync();
            throw;
        }
    }

    /// <summary>The key that signed in a repository, and another one of its kind.</summary>
    internal (KeyPair Key, KeyPair Other) KeysOf(string repository) => _keys[repository];

    /// <summary>A pair of keys that cosign makes.</summary>
    /// <param name="suite">Whose cosign.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="name">What the files are called.</param>
    internal static async Task<KeyPair> CosignKeyAsync(DebianSuite suite, TemporaryDirectory folder, string name)
    {
        (await suite.RunAsync(folder, "cosign", ["generate-key-pair", "--output-key-prefix", folder[name]], WithPassword)).EnsureSuccess();
        return new KeyPair(folder[$"{name}.key"], folder[$"{name}.pub"]);
    }

    private async Task FillAsync()
    {
        using var project = await TestProject.ConsoleAsync($"""
            <PropertyGroup>
              <ContainerBaseImage>scratch</ContainerBaseImage>
              <ContainerRuntimeIdentifiers>linux-x64;linux-arm64</ContainerRuntimeIdentifiers>
              <ContainerRegistry>{Registry.Host}</ContainerRegistry>
              <ContainerizeCacheDirectory>{_folder["cache"]}</ContainerizeCacheDirectory>
              <ContainerizeSign>true</ContainerizeSign>
              <ContainerizeSbom>spdx;cyclonedx</ContainerizeSbom>
              <ContainerizeProvenance>true</ContainerizeProvenance>
              <Authors>Ada</Authors>
            </PropertyGroup>
            <ItemGroup>
              <NuGetAuditSuppress Include="https://github.com/advisories/GHSA-g4vj-cjjj-v7hg"
                                  Justification="vulnerable_code_not_in_execute_path" />
            </ItemGroup>
            """);
        foreach (var (repository, algorithm, option) in s_kinds)
        {
            var name = Path.GetFileName(repository);
            var other = await KeyPair.CreateAsync(_folder, $"{name}-other", algorithm, option);
            var key = repository == P256
                ? await CosignKeyAsync(DebianSuite.Forky, _folder, name)
                : await KeyPair.CreateAsync(_folder, name, algorithm, option);
            _keys.Add(repository, (key, other));
            var built = await project.ContainerizeAsync(
                WithPassword, $"-p:ContainerRepository={repository}", $"-p:ContainerizeSigningKey={key.PrivateKey}");
            Assert.AreEqual(0, built.ExitCode, built.Output);
        }

        var document = await Client.ReadAsync(P256, project.Digest);
        _index = document.Descriptor;
        Manifests = [.. OciJson.ReadIndex(document, P256).Manifests];
        Assert.HasCount(2, Manifests);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Registry.DisposeAsync();
        _folder.Dispose();
    }
}
