using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Registry;

[TestClass]
internal sealed class ClientIdentityTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly Dictionary<string, string> _variables = [];

    private RegistryOptions Options => new()
    {
        Environment = name => _variables.GetValueOrDefault(name),
        PushRegistries = ["r.example"],
        Mirrors = new Dictionary<string, IReadOnlyList<string>> { ["docker.io"] = ["m.example"] },
    };

    public ClientIdentityTests() => _variables["HOME"] = _home.FullName;

    public void Dispose() => _home.Dispose();

    [TestMethod]
    public void Equal_options_and_surroundings_have_one_identity() => Assert.AreEqual(Identity(Options), Identity(Options));

    [TestMethod]
    public void Every_option_that_is_data_is_part_of_it()
    {
        var changes = new List<RegistryOptions>
        {
            Options with { UserAgent = "other" },
            Options with { CertificateFiles = ["/ca.pem"] },
            Options with { NoProgressTimeout = TimeSpan.FromSeconds(1) },
            Options with { MaxRetries = 1 },
            Options with { RetryDelay = TimeSpan.FromSeconds(1) },
            Options with { MaxRetryDelay = TimeSpan.FromSeconds(1) },
            Options with { PushRegistries = [] },
            Options with { PullRegistry = "r.example" },
            Options with { InsecureRegistries = ["r.example"] },
            Options with { Mirrors = new Dictionary<string, IReadOnlyList<string>> { ["docker.io"] = ["n.example"] } },
            Options with { MaxParallelTransfers = 1 },
            Options with { ChunkSize = 1 },
            Options with { IsOffline = true },
        };

        Assert.HasCount(changes.Count + 1, changes.Select(Identity).Append(Identity(Options)).ToHashSet());
        string[] others =
        [
            nameof(RegistryOptions.Proxy), nameof(RegistryOptions.TimeProvider), nameof(RegistryOptions.Memory),
            nameof(RegistryOptions.Environment),
        ];
        var data = typeof(RegistryOptions).GetProperties().Select(option => option.Name).Except(others);
        Assert.HasCount(changes.Count, data.ToList(), "A new option needs a line above.");
    }

    [TestMethod]
    public void Another_cache_or_another_one_behind_it_is_another_client()
    {
        var cache = new BlobStore(_home["cache"]);
        var behind = new BlobStore(_home["cache"], new BlobStore(_home["warm"]));

        var identities = new[] { Options, Options with { Memory = cache }, Options with { Memory = behind } }.Select(Identity).ToHashSet();

        Assert.HasCount(3, identities);
    }

    [TestMethod]
    [DataRow("DOTNET_CONTAINER_REGISTRY_PWORD")]
    [DataRow("CONTAINERIZE_REGISTRY_R_EXAMPLE_PASSWORD")]
    [DataRow("HTTPS_PROXY")]
    [DataRow("PATH")]
    public void Every_variable_is_part_of_it_and_cannot_be_read_from_it(string name)
    {
        var before = Identity(Options);
        _variables[name] = "canary-password";

        var identity = Identity(Options);

        Assert.AreNotEqual(before, identity);
        Assert.DoesNotContain("canary", identity);
    }

    [TestMethod]
    [DataRow(".docker/config.json")]
    [DataRow(".config/containers/auth.json")]
    public void A_login_during_the_build_is_known_to_what_comes_after_it(string file)
    {
        var before = Identity(Options);
        _home.Write(file, "{}");
        var after = Identity(Options);
        _home.Write(file, """{ "auths": {} }""");

        Assert.HasCount(3, new HashSet<string> { before, after, Identity(Options) });
    }

    private string Identity(RegistryOptions options) => ClientIdentity.Of(options, _variables).ToString();
}
