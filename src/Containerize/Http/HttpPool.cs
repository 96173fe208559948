using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net;

namespace Containerize.Http;

/// <summary>
/// The connections: one pooled handler for each <see cref="ConnectionPolicy"/> (in practice one or two). It sends one request and follows
/// nothing.
/// Addresses are checked after their resolution, when connecting, since a check of the name alone can be evaded.
/// </summary>
internal sealed class HttpPool : IDisposable
{
    // A host that has not taken a connection by then will not; waiting as long as for bytes would multiply with the repetitions.
    private const int ConnectInPartOfTimeout = 4;

    // A ping and the wait for its answer take half the time after which a request counts as dead.
    private const int PingInPartOfTimeout = 4;
    private static readonly TimeSpan s_shortestPing = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ConnectionPolicy, Lazy<HttpMessageInvoker>> _invokers = new();
    private readonly ConcurrentDictionary<string, IPAddress> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _served = new(StringComparer.OrdinalIgnoreCase);
    private readonly HttpOptions _options;
    private readonly ServerTrust _trust;
    private readonly Func<string, HostCertificates?>? _certificatesOf;
    private readonly IWebProxy _proxy;

    /// <summary>Creates a pool. Nothing is contacted.</summary>
    /// <param name="options">How servers are reached.</param>
    /// <param name="certificatesOf">The certificates that the machine keeps for a host (with its port where it is not the usual one); null:
    /// for none.</param>
    internal HttpPool(HttpOptions options, Func<string, HostCertificates?>? certificatesOf = null)
    {
        _options = options;
        _trust = new ServerTrust(options.CertificateFiles);
        _certificatesOf = certificatesOf;
        _proxy = ProxyOf(options);
    }

    /// <summary>The proxy that servers are reached through: the options', or the system's with all that <c>NO_PROXY</c> says.</summary>
    internal static IWebProxy ProxyOf(HttpOptions options) => options.Proxy is { } own
        ? new DirectProxy(own, NoProxyList.Parse(null))
        : new DirectProxy(HttpClient.DefaultProxy, NoProxyList.OfEnvironment());

    /// <summary>Where a host's address was seen to lead; by its name when it was reached through a proxy.</summary>
    internal AddressScopes ScopeOf(Uri url) =>
        AddressScope.OfLiteral(url.IdnHost)
        ?? (_seen.TryGetValue(url.IdnHost, out var address) ? AddressScope.Of(address) : AddressScopes.Public);

    /// <summary>Remembers that a host did its work.</summary>
    internal void Served(Uri url) => _served.TryAdd(url.Authority, true);

    /// <summary>Whether a host has done its work before in this build.</summary>
    internal bool HasServed(Uri url) => _served.ContainsKey(url.Authority);

    /// <summary>Why the certificate of a host was not accepted, if it was not.</summary>
    internal string? CertificateFailure(Uri url) => _trust.FailureOf(url.IdnHost);

    /// <summary>Sends one request. Returns when the headers are there.</summary>
    /// <exception cref="TimeoutException">Nothing moved for too long.</exception>
    /// <exception cref="HttpRequestException">The connection failed.</exception>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsafeLocation"/>: the address leads to where it must
    /// not.</exception>
    internal async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, ConnectionPolicy policy, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        if (AddressScope.OfLiteral(url.IdnHost) is { } literal && !policy.Allowed.HasFlag(literal))
        {
            throw Unsafe(url.IdnHost, literal);
        }

        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        request.Version = url.Scheme == "https" ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        using var idle = new IdleTimer(
            _options.NoProgressTimeout, _options.TimeProvider, cancellationToken, HttpRequest.WorkTimeOf(request));
        if (request.Content is MeteredContent content)
        {
            content.Idle = idle;
        }
        else
        {
            // What is not metered is small.
            idle.AwaitAnswer();
        }

        try
        {
            var invoker = _invokers.GetOrAdd(WithCertificates(policy, url), key => new(() => CreateInvoker(key)));
            return await invoker.Value.SendAsync(request, idle.Token);
        }
        catch (OperationCanceledException) when (idle.Expired)
        {
            throw idle.Failure(url.Authority);
        }
        catch (OperationCanceledException failure) when (failure.InnerException is TimeoutException
            && !cancellationToken.IsCancellationRequested)
        {
            // Without this it would look like a cancelled build.
            throw new TimeoutException(
                $"{url.Authority} has not taken a connection for {ConnectTimeout.TotalSeconds:0.#} seconds", failure);
        }
        catch (HttpRequestException failure) when (failure.InnerException is ContainerizeException refused)
        {
            throw refused;
        }
    }

    /// <summary>
    /// Origins that the machine keeps nothing for share their connections. What this machine identifies itself with stays with one host.
    /// </summary>
    private ConnectionPolicy WithCertificates(ConnectionPolicy policy, Uri url)
    {
        var own = policy with { Origin = null };
        return url.Scheme != "https" || _certificatesOf is null ? own : own with
        {
            Certificates = _certificatesOf(url.Authority),
            OfOrigin = policy.Origin is { } origin && !origin.Equals(url.Authority, StringComparison.OrdinalIgnoreCase)
                ? _certificatesOf(origin)
                : null,
        };
    }

    private TimeSpan ConnectTimeout => _options.NoProgressTimeout / ConnectInPartOfTimeout;

    private TimeSpan PingTimeout => TimeSpan.FromTicks(
        Math.Max((_options.NoProgressTimeout / PingInPartOfTimeout).Ticks, s_shortestPing.Ticks));

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values.Where(invoker => invoker.IsValueCreated))
        {
            invoker.Value.Dispose();
        }
    }

    private HttpMessageInvoker CreateInvoker(ConnectionPolicy policy) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        Proxy = _proxy,
        UseProxy = true,
        DefaultProxyCredentials = CredentialCache.DefaultCredentials,
        ConnectTimeout = ConnectTimeout,
        EnableMultipleHttp2Connections = true,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // A request that is given up ends its stream, not a connection of HTTP/2: each repetition would take the same dead one.
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        KeepAlivePingDelay = PingTimeout,
        KeepAlivePingTimeout = PingTimeout,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, policy, cancellationToken),
        SslOptions = _trust.OptionsFor(policy),
    });

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, ConnectionPolicy policy, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var url = context.InitialRequestMessage.RequestUri!;
        // A proxy is the user's choice and resolves the name itself.
        var direct = target.Port == url.Port && string.Equals(target.Host, url.IdnHost, StringComparison.OrdinalIgnoreCase);
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        var allowed = direct ? [.. addresses.Where(address => policy.Allowed.HasFlag(AddressScope.Of(address)))] : addresses;
        if (allowed.Length == 0)
        {
            throw Unsafe(target.Host, AddressScope.Of(addresses[0]));
        }

        var race = new AddressRace((address, stop) => ConnectAsync(address, target.Port, stop), _options.TimeProvider);
        var (taken, stream) = await race.RunAsync(
            AddressRace.Order(allowed, _seen.GetValueOrDefault(target.Host)), cancellationToken);
        if (direct)
        {
            _seen[target.Host] = taken;
        }

        return stream;
    }

    private static async Task<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            // The handler knows its own time limit by its own token.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private ContainerizeException Unsafe(string host, AddressScopes scope) => new(
        _options.Kind.UnsafeLocation,
        $"The {_options.Kind.Name} pointed to {Printable.Clean(host)}, which is a {Describe(scope)} address, though the " +
        $"{_options.Kind.Name} itself is not there. "
        + $"Nothing was sent. If this is meant, name the {_options.Kind.Name} by an address of the same network.");

    private static string Describe(AddressScopes scope) => scope switch
    {
        AddressScopes.Loopback => "loopback",
        AddressScopes.Private => "private",
        AddressScopes.LinkLocal => "link-local",
        _ => "public",
    };

    /// <summary>The proxy, but not for what needs none, and never for this machine: a proxy elsewhere would reach another one.</summary>
    private sealed class DirectProxy(IWebProxy inner, NoProxyList exempt) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => inner.Credentials;
            set => inner.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : inner.GetProxy(destination);

        public bool IsBypassed(Uri host) => AddressScope.IsLoopback(host.IdnHost) || exempt.Has(host) || inner.IsBypassed(host);
    }
}
