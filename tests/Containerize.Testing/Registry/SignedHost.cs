using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Containerize.Testing.Registry;

/// <summary>
/// A second host, as registries have them for their data: it serves what a registry has redirected to it, at signed addresses.
/// Each address must come back verbatim. A request with credentials is refused with 400, as signed stores do.
/// It also serves the paths of the registry itself, without credentials, as a host for reading does.
/// </summary>
internal sealed class SignedHost : IAsyncDisposable
{
    private readonly Dispatcher _dispatcher;
    private readonly Func<Exchange, Task<Reply>> _work;
    private readonly string _host;
    private readonly ConcurrentDictionary<string, SignedTarget> _targets = new(StringComparer.Ordinal);
    private readonly LoopbackServer _server;

    internal SignedHost(Dispatcher dispatcher, Func<Exchange, Task<Reply>> work, string host, TestCertificates? certificates)
    {
        _dispatcher = dispatcher;
        _work = work;
        _host = host;
        _server = new LoopbackServer(ServeAsync, certificates?.Server, http2: false);
    }

    /// <summary>Host name and port.</summary>
    public string Authority => $"{_host}:{_server.Port}";

    /// <summary>For how many requests an address made from now on is good; after them it answers 403.</summary>
    public int MaxUses { get; set; } = int.MaxValue;

    /// <summary>A signed address of what a request wants. Fits <see cref="Fault.Redirect"/>.</summary>
    public string Sign(RecordedRequest request)
    {
        // Lower-case and needless escapes, a plus and an empty value: a client that parses and rebuilds the address damages it.
        var target = $"/data/{_targets.Count}{Guid.NewGuid():N}?se=2030-01-01T00%3a00%3A00Z&sig=a%2fb%2B+c%3d%7E&&empty=&regid=%41";
        _targets[target] = new SignedTarget(request.Target, MaxUses);
        return $"{_server.Scheme}://{Authority}{target}";
    }

    /// <summary>Ends all addresses that were made so far.</summary>
    public void Expire()
    {
        foreach (var target in _targets.Values)
        {
            target.Expire();
        }
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    internal Task StartAsync() => _server.StartAsync();

    private Task ServeAsync(HttpContext context, CancellationToken stopping)
    {
        return _dispatcher.ServeAsync(
            context, new HostRole(RequestKind.Signed, Admit, _work, target => _targets.GetValueOrDefault(target)?.Served), stopping);

        Reply? Admit(Exchange exchange) =>
            exchange.Request.Authorization is not null ? Refusal(400, "InvalidArgument: only one auth mechanism allowed")
            : exchange.Request.Target.StartsWith("/v2/", StringComparison.Ordinal) ? null
            : !_targets.TryGetValue(exchange.Request.Target, out var target) ? Refusal(403, "SignatureDoesNotMatch")
            : !target.TryUse() ? Refusal(403, "ExpiredToken")
            : null;
    }

    private static Reply Refusal(int status, string code) =>
        new Reply(status).WithBody(System.Text.Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code></Error>"), "application/xml");

    private sealed class SignedTarget(string served, int uses)
    {
        private int _usesLeft = uses;

        internal string Served => served;

        internal bool TryUse() => Interlocked.Decrement(ref _usesLeft) >= 0;

        internal void Expire() => Interlocked.Exchange(ref _usesLeft, 0);
    }
}
