namespace Containerize.Testing.Registry;

/// <summary>What kind of registry it is. What a registry does wrong is not said here, but with <see cref="TestRegistry.On"/>.</summary>
internal sealed record TestRegistryOptions
{
    /// <summary>The name by which the registry is called: <c>127.0.0.1</c> or <c>localhost</c>.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Whether it speaks TLS, with a certificate of its own authority.</summary>
    public bool Https { get; init; }

    /// <summary>Whether clients must prove themselves with the same certificate; needs <see cref="Https"/>.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>The names in the certificate; none means those of this machine's loopback.</summary>
    public IReadOnlyList<string> CertificateNames { get; init; } = [];

    /// <summary>Whether its certificate was valid until yesterday.</summary>
    public bool HasExpiredCertificate { get; init; }

    /// <summary>Whether it offers HTTP/2 beside HTTP/1.1.</summary>
    public bool Http2 { get; init; }

    /// <summary>Who may do what; null lets everyone do everything.</summary>
    public RegistryAuth? Auth { get; init; }

    /// <summary>The smallest chunk of an upload but the last, in bytes; told to the client and enforced.</summary>
    public long? ChunkMinLength { get; init; }

    /// <summary>The form of an upload's <c>Location</c>.</summary>
    public LocationForm Location { get; init; } = LocationForm.Relative;

    /// <summary>
    /// Whether an upload's <c>Location</c> has a query that changes with each request and must come back undamaged. Whether it came back
    /// verbatim, <see cref="RecordedRequest.Query"/> tells.
    /// </summary>
    public bool UploadState { get; init; }

    /// <summary>Whether blobs of other repositories can be mounted; if not, a mount is answered as a plain upload.</summary>
    public bool Mounts { get; init; } = true;

    /// <summary>Whether it has the referrers API; without it, that answers 404.</summary>
    public bool Referrers { get; init; } = true;

    /// <summary>Whether manifests have entity tags, and <c>If-Match</c> is a condition.</summary>
    public bool EntityTags { get; init; }

    /// <summary>Whether a tag can be written once only. A second time is refused even with the same digest.</summary>
    public bool ImmutableTags { get; init; }

    /// <summary>Whether blobs, manifests and tags can be deleted; if not, that answers 405.</summary>
    public bool Deletes { get; init; } = true;

    /// <summary>The most entries on a page of tags or referrers.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>The largest manifest, in bytes.</summary>
    public int MaxManifestSize { get; init; } = 4 * 1024 * 1024;
}

/// <summary>The form of a <c>Location</c>; all are allowed by the specifications and used by registries.</summary>
internal enum LocationForm
{
    /// <summary><c>/v2/…</c></summary>
    Relative,

    /// <summary><c>http://host:port/v2/…</c></summary>
    Absolute,

    /// <summary><c>//host:port/v2/…</c></summary>
    Schemeless,
}

/// <summary>How a registry knows its clients.</summary>
internal abstract record RegistryAuth;

/// <summary>Every request carries user and password.</summary>
internal sealed record BasicAuth(string User, string Password) : RegistryAuth;

/// <summary>A token server on a port of its own gives out tokens for user and password, or for a refresh token.</summary>
internal sealed record BearerAuth(string User, string Password) : RegistryAuth
{
    /// <summary>The name by which the token server is called.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The realm in the challenge instead of the token server's address.</summary>
    public string? Realm { get; init; }

    /// <summary>The service in the challenge; null leaves it out.</summary>
    public string? Service { get; init; } = "test-registry";

    /// <summary>A refresh (identity) token that is as good as user and password.</summary>
    public string RefreshToken { get; init; } = "refresh-" + Guid.NewGuid().ToString("N");

    /// <summary>What clients without credentials may do: <c>pull</c>, say. Empty refuses them.</summary>
    public IReadOnlyList<string> AnonymousActions { get; init; } = [];

    /// <summary>Whether the user may do an action in a repository.</summary>
    public Func<string, string, bool> Allows { get; init; } = (_, _) => true;

    /// <summary>The reply's member that holds the token: <c>token</c> or <c>access_token</c>.</summary>
    public string TokenMember { get; init; } = "token";

    /// <summary>How long tokens are good.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For how many requests tokens are good.</summary>
    public int MaxUses { get; init; } = int.MaxValue;

    /// <summary>The lifetime that the reply tells, in seconds; null leaves it out.</summary>
    public int? ExpiresIn { get; init; } = 300;

    /// <summary>The status that refuses every GET of a token.</summary>
    public int? GetRefusal { get; init; }

    /// <summary>The status that refuses every POST for a token.</summary>
    public int? PostRefusal { get; init; }
}
