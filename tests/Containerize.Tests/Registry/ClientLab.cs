using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Registry.Transfer;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry;

/// <summary>A registry, a client without this machine's configuration, and what belongs to them.</summary>
internal sealed class ClientLab : IAsyncDisposable
{
    private readonly List<RegistryClient> _clients = [];
    private readonly List<TestRegistry> _registries = [];
    private readonly Lazy<RegistryClient> _client;

    private ClientLab()
    {
        Home = Directory.CreateTempSubdirectory("containerize-test-").FullName;
        Environment["HOME"] = Home;
        Store = new BlobStore(Path.Combine(Home, "store"));
        _client = new(() => NewClient());
    }

    internal TestRegistry Registry => _registries[0];

    internal string Home { get; }

    internal BlobStore Store { get; }

    internal ListReporter Reporter { get; } = new();

    internal Dictionary<string, string> Environment { get; } = [];

    /// <summary>Changes the options of the client before its first use.</summary>
    internal Func<RegistryOptions, RegistryOptions> Options { get; set; } = options => options;

    internal RegistryClient Client => _client.Value;

    /// <summary>The repository of most tests.</summary>
    internal RepositoryReference Repository => Registry.Repository("team/app");

    internal static async Task<ClientLab> StartAsync(TestRegistryOptions? options = null)
    {
        var lab = new ClientLab();
        await lab.AddRegistryAsync(options);
        return lab;
    }

    internal async Task<TestRegistry> AddRegistryAsync(TestRegistryOptions? options = null)
    {
        var registry = await TestRegistry.StartAsync(options);
        _registries.Add(registry);
        return registry;
    }

    internal RegistryOptions ClientOptions() => Options(new RegistryOptions
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(50),
        NoProgressTimeout = TimeSpan.FromSeconds(20),
        Environment = name => Environment.GetValueOrDefault(name),
        SystemConfigDirectory = Path.Combine(Home, "etc"),
        SystemRuntimeDirectory = Path.Combine(Home, "run"),
        SystemDataDirectory = Path.Combine(Home, "share"),
        CertificateFiles = CertificateFiles(),
    });

    internal RegistryClient NewClient(Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var client = new RegistryClient(change is null ? ClientOptions() : change(ClientOptions()), Reporter);
        _clients.Add(client);
        return client;
    }

    /// <summary>Sets the credential that belongs to the registry.</summary>
    internal void LogIn(string user, string password, string? registry = null)
    {
        var host =
            string.Concat((registry ?? Registry.Authority).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
        Environment[$"CONTAINERIZE_REGISTRY_{host}_USER"] = user;
        Environment[$"CONTAINERIZE_REGISTRY_{host}_PASSWORD"] = password;
    }

    internal Task<VerifiedFile> FetchAsync(Descriptor blob) => Client.FetchAsync(Repository, blob, Store, CancellationToken.None);

    internal Task<PushOutcome> PushAsync(Blob blob) => Client.PushBlobAsync(Repository, blob, CancellationToken.None);

    internal string WriteFile(string path, string content)
    {
        var full = Path.Combine(Home, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    internal static byte[] RandomBytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    internal static MemoryBlob RandomBlob(int size) => new("application/octet-stream", RandomBytes(size));

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        foreach (var registry in _registries)
        {
            await registry.DisposeAsync();
        }

        Directory.Delete(Home, recursive: true);
    }

    private string[] CertificateFiles() =>
        [.. _registries.Where(registry => registry.Certificates is not null)
            .Select((registry, index) => WriteFile($"ca-{index}.pem", registry.Certificates!.AuthorityPem))];
}
