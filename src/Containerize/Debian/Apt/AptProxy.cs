using System.Collections.Concurrent;
using System.Net;
using Containerize.Files;

namespace Containerize.Debian.Apt;

/// <summary>The proxy that apt uses for an address: the one that its settings name, else that of the environment; and its login.</summary>
/// <remarks>The manual page <i>apt.conf(5)</i>, <c>Acquire::http::Proxy</c>.</remarks>
internal sealed class AptProxy(
    AptConfiguration configuration, AptLogins logins, IReporter reporter, Func<string, string?> environment) : IWebProxy, ICredentials
{
    private const string Direct = "DIRECT";
    private const string ResolvingSocks = "socks5h:";
    private static readonly string[] s_schemes = ["http", "https", "socks4", "socks4a", "socks5"];

    private readonly ConcurrentDictionary<Uri, NetworkCredential> _logins = new();
    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The logins of the proxies; they are apt's and cannot be set.</summary>
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public Uri? GetProxy(Uri destination)
    {
        if (Setting(destination) is not { } setting)
        {
            return HttpClient.DefaultProxy.GetProxy(destination);
        }

        return setting.Equals(Direct, StringComparison.OrdinalIgnoreCase) || IsExempt(destination.Host)
            ? null
            : Parse(setting, destination);
    }

    /// <inheritdoc/>
    public bool IsBypassed(Uri host) => Setting(host) is null ? HttpClient.DefaultProxy.IsBypassed(host) : GetProxy(host) is null;

    /// <inheritdoc/>
    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        _logins.GetValueOrDefault(uri)
        ?? (
            logins.Find(uri) is { } login
                ? new NetworkCredential(login.Name, login.Password)
                : HttpClient.DefaultProxy.Credentials?.GetCredential(uri, authType));

    // What is set for the host counts before what is set for all; what is set for HTTP counts for HTTPS, too.
    private string? Setting(Uri destination)
    {
        string[] methods = destination.Scheme == Uri.UriSchemeHttps ? ["https", "http"] : ["http"];
        return methods.Select(method => configuration[$"Acquire::{method}::Proxy::{destination.Host}"])
            .Concat(methods.Select(method => configuration[$"Acquire::{method}::Proxy"]))
            .FirstOrDefault(value => value is not null);
    }

    private Uri? Parse(string setting, Uri destination)
    {
        // The h says that the proxy resolves names, which it does here in any case.
        var text = setting.StartsWith(ResolvingSocks, StringComparison.OrdinalIgnoreCase)
            ? "socks5:" + setting[ResolvingSocks.Length..]
            : setting;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var proxy) || !s_schemes.Contains(proxy.Scheme) || proxy.Host.Length == 0)
        {
            if (_warned.TryAdd(destination.Host, true))
            {
                // Not what it says: there may be a password in it.
                reporter.Warning(
                    DiagnosticCode.AptSettingIgnored,
                    $"What this machine's apt has as the proxy for {destination.Host} (Acquire::{destination.Scheme}::Proxy) is not the " +
                    $"address of a proxy, so none is used. Correct it in apt.conf, or set ContainerizeDebianMirror to do without apt's " +
                    $"settings.");
            }

            return null;
        }

        var plain = new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;
        if (proxy.UserInfo.Split(':', 2) is [{ Length: > 0 } name, .. var rest])
        {
            _logins[plain] = new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(rest.FirstOrDefault("")));
        }

        return plain;
    }

    private bool IsExempt(string host) => (UserHome.FirstNotEmpty(environment, "no_proxy", "NO_PROXY") ?? "")
        .Split((char[])[',', ' '], StringSplitOptions.RemoveEmptyEntries)
        .Select(domain => domain.TrimStart('.'))
        .Any(domain => domain == "*" || host.Equals(domain, StringComparison.OrdinalIgnoreCase)
        || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase));
}
