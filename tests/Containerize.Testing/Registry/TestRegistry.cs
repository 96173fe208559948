using System.Security.Cryptography.X509Certificates;
using Containerize.Oci;

namespace Containerize.Testing.Registry;

/// <summary>
/// A registry inside the test's process: it implements the OCI distribution specification, records what it is asked,
/// and misbehaves as it is told.
/// </summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly TestRegistryOptions _options;
    private readonly Dispatcher _dispatcher = new();
    private readonly RegistryContent _content = new();
    private readonly TokenServer? _tokens;
    private readonly LoopbackServer _server;
    private readonly LoopbackServer? _tokenHost;
    private readonly List<SignedHost> _signedHosts = [];
    private readonly BlobEndpoint _blobs;
    private readonly UploadEndpoint _uploads;
    private readonly ManifestEndpoint _manifests;
    private readonly ListEndpoint _lists;

    private TestRegistry(TestRegistryOptions options)
    {
        _options = options;
        _blobs = new(options, _content);
        _uploads = new(options, _content);
        _manifests = new(options, _content);
        _lists = new(options, _content);
        Certificates = options.Https ? TestCertificates.Create(options.HasExpiredCertificate, [.. options.CertificateNames]) : null;
        if (options.Auth is BearerAuth bearer)
        {
            _tokens = new TokenServer(bearer, () => TokenAddress!);
            var tokenRole = new HostRole(RequestKind.Token, _ => null, _tokens.ServeAsync, _ => null);
            _tokenHost = new LoopbackServer(
                (context, stopping) => _dispatcher.ServeAsync(context, tokenRole, stopping), Certificates?.Server, http2: false);
        }

        var gate = new RegistryGate(options.Auth, _tokens);
        var role = new HostRole(null, gate.Admit, WorkAsync, _ => null);
        _server = new LoopbackServer(
            (context, stopping) => _dispatcher.ServeAsync(context, role, stopping),
            Certificates?.Server,
            options.Http2,
            options.RequireClientCertificate ? Certificates?.Server : null);
    }

    /// <summary>Host name and port, as in image references.</summary>
    public string Authority => $"{_options.Host}:{_server.Port}";

    public Uri BaseAddress => new($"{_server.Scheme}://{Authority}/");

    /// <summary>The address of the token server; null without one.</summary>
    public string? TokenAddress => _options.Auth is BearerAuth bearer ? $"{_server.Scheme}://{bearer.Host}:{_tokenHost!.Port}/token" : null;

    /// <summary>What a client must trust; null without TLS.</summary>
    public TestCertificates? Certificates { get; }

    /// <summary>All requests to the registry, its token server and its signed hosts, in the order of their arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _dispatcher.Requests;

    /// <summary>The blobs whose upload was finished, in that order; mounted and seeded ones are not among them.</summary>
    public IReadOnlyList<UploadedBlob> Uploads => _content.Uploaded;

    /// <summary>All tokens that were given out.</summary>
    public IReadOnlyList<IssuedToken> Tokens => _tokens?.Issued ?? [];

    /// <summary>The bytes of blobs that clients have sent, useful or not.</summary>
    public long BlobBytesReceived =>
        Requests.Where(request => request.ServedKind == RequestKind.Upload).Sum(request => request.BytesReceived);

    /// <summary>The bytes of blobs that were sent to clients.</summary>
    public long BlobBytesSent =>
        Requests.Where(request => request.ServedKind == RequestKind.Blob && request.Status is 200 or 206).Sum(request => request.BytesSent);

    /// <summary>The rules in force.</summary>
    public FaultRules Faults => _dispatcher.Faults;

    /// <summary>Starts a registry.</summary>
    public static async Task<TestRegistry> StartAsync(TestRegistryOptions? options = null)
    {
        var registry = new TestRegistry(options ?? new TestRegistryOptions());
        await registry.RestartAsync();
        return registry;
    }

    /// <summary>Names a repository here.</summary>
    public RepositoryReference Repository(string name) => new(Authority, name);

    /// <summary>Starts a rule about requests that are allowed; without credentials wanted, all are.</summary>
    public FaultRule On(RequestKind kind, string? method = null) => Rule(kind, method, refused: false);

    /// <summary>Starts a rule about requests that are refused for want of credentials.</summary>
    public FaultRule OnRefused(RequestKind kind, string? method = null) => Rule(kind, method, refused: true);

    /// <summary>Requests of a kind and method, in the order of their arrival.</summary>
    public IReadOnlyList<RecordedRequest> RequestsTo(RequestKind kind, string? method = null) =>
        [.. Requests.Where(request => request.Kind == kind && (method is null || request.Method == method))];

    /// <summary>Forgets the requests so far.</summary>
    public void ClearRequests() => _dispatcher.Clear();

    /// <summary>Starts a second host that serves what is redirected to its signed addresses. It ends with the registry.</summary>
    /// <param name="host">The name by which it is called.</param>
    /// <param name="https">Whether it speaks TLS; null does as the registry does.</param>
    public async Task<SignedHost> StartSignedHostAsync(string host = "localhost", bool? https = null)
    {
        var certificates = https ?? _options.Https
            ? Certificates ?? throw new InvalidOperationException(
                "A signed host with TLS needs a registry with TLS, whose certificate it shares.")
            : null;
        var signedHost = new SignedHost(_dispatcher, WorkAsync, host, certificates);
        await signedHost.StartAsync();
        _signedHosts.Add(signedHost);
        return signedHost;
    }

    /// <summary>Stops at once, as if killed: open connections are reset. The content stays, and so do uploads in progress.</summary>
    public async Task StopAsync()
    {
        await _server.StopAsync();
        if (_tokenHost is not null)
        {
            await _tokenHost.StopAsync();
        }
    }

    /// <summary>Starts again on the same port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await _server.StartAsync();
        if (_tokenHost is not null)
        {
            await _tokenHost.StartAsync();
        }
    }

    /// <summary>Forgets the uploads in progress: their sessions answer BLOB_UPLOAD_UNKNOWN.</summary>
    public void ForgetUploads() => _content.ForgetUploads();

    /// <summary>Gives out a token, as a user may have it in a file.</summary>
    public string IssueToken(params TokenScope[] scopes) =>
        (_tokens ?? throw new InvalidOperationException("The registry has no token server.")).Issue("issued by the test", scopes).Value;

    /// <summary>Ends all tokens that were given out so far.</summary>
    public void ExpireTokens()
    {
        foreach (var token in Tokens)
        {
            token.Expire();
        }
    }

    /// <summary>Puts a blob into a repository, under its true digest.</summary>
    public Descriptor AddBlob(string repository, ReadOnlyMemory<byte> content, string mediaType = "application/octet-stream") =>
        AddBlob(repository, Digest.Of(content.Span), content, mediaType);

    /// <summary>Puts a blob into a repository under any digest, true or not.</summary>
    public Descriptor AddBlob(string repository, Digest digest, ReadOnlyMemory<byte> content, string mediaType = "application/octet-stream")
    {
        _content.GetOrAdd(repository).Blobs[digest] = content;
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = content.Length };
    }

    /// <summary>Removes a blob, as garbage collection does.</summary>
    public void RemoveBlob(string repository, Digest digest) => _content.GetOrAdd(repository).Blobs.TryRemove(digest, out _);

    /// <summary>Removes a manifest with its tags, as a clean-up does; what names it stays.</summary>
    public void RemoveManifest(string repository, Digest digest) => _content.GetOrAdd(repository).Remove(digest.ToString());

    /// <summary>Puts any bytes as a manifest into a repository; nothing is checked.</summary>
    public Descriptor AddManifest(string repository, string? tag, ReadOnlyMemory<byte> content, string mediaType) =>
        AddManifest(repository, tag, Digest.Of(content.Span), content, mediaType);

    /// <summary>Adds a manifest under a digest of any algorithm.</summary>
    public Descriptor AddManifest(string repository, string? tag, Digest digest, ReadOnlyMemory<byte> content, string mediaType)
    {
        _content.GetOrAdd(repository).TryAdd(new StoredManifest(digest, mediaType, content), tag, immutableTags: false);
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = content.Length };
    }

    /// <summary>The blob in a repository, or null.</summary>
    public ReadOnlyMemory<byte>? FindBlob(string repository, Digest digest) =>
        _content.TryGet(repository, out var found) && found.Blobs.TryGetValue(digest, out var blob) ? blob : (ReadOnlyMemory<byte>?)null;

    /// <summary>The manifest that a tag or digest names in a repository, or null.</summary>
    public StoredManifest? FindManifest(string repository, string reference) =>
        _content.TryGet(repository, out var found) ? found.Find(reference) : null;

    /// <summary>The tags of a repository, in order.</summary>
    public IReadOnlyList<string> Tags(string repository) => _content.TryGet(repository, out var found) ? found.Tags : [];

    /// <summary>A client that trusts this registry, follows no redirects and has no cookies.</summary>
    public HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false };
        if (Certificates is not null)
        {
            var policy =
                new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(Certificates.Authority);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return new HttpClient(handler) { BaseAddress = BaseAddress };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _signedHosts)
        {
            await host.DisposeAsync();
        }

        await _server.DisposeAsync();
        if (_tokenHost is not null)
        {
            await _tokenHost.DisposeAsync();
        }

        Certificates?.Dispose();
    }

    private FaultRule Rule(RequestKind kind, string? method, bool refused) =>
        new(Faults, request => request.Kind == kind && (method is null || request.Method == method), refused);

    private Task<Reply> WorkAsync(Exchange exchange) => exchange.Request.ServedKind switch
    {
        RequestKind.Ping =>
            Task.FromResult(new Reply(200).WithBody("{}"u8.ToArray(), "application/json")
                .With("Docker-Distribution-Api-Version", "registry/2.0")),
        RequestKind.Blob => Task.FromResult(_blobs.Serve(exchange)),
        RequestKind.Upload => _uploads.ServeAsync(exchange),
        RequestKind.Manifest => _manifests.ServeAsync(exchange),
        RequestKind.Tags => Task.FromResult(_lists.Tags(exchange.Request)),
        RequestKind.Referrers => Task.FromResult(_lists.Referrers(exchange.Request)),
        _ => Task.FromResult(new Reply(404).WithBody("404 page not found\n"u8.ToArray(), "text/plain")),
    };
}
