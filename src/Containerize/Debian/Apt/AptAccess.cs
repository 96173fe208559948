using System.Net;
using Containerize.Http;

namespace Containerize.Debian.Apt;

/// <summary>
/// How this machine's apt gets to the archives of its sources: through which proxy, and with which login. It is not for other archives.
/// </summary>
internal sealed class AptAccess
{
    private readonly AptSources _sources;
    private readonly AptLogins _logins;

    /// <summary>Reads apt's configuration.</summary>
    /// <param name="directory">The configuration, usually <c>/etc/apt</c>.</param>
    /// <param name="reporter">Is told of settings that cannot be followed.</param>
    /// <param name="environment">Reads the environment; null for the process's own.</param>
    internal AptAccess(string directory, IReporter reporter, Func<string, string?>? environment = null)
    {
        _sources = new AptSources(directory);
        _logins = new AptLogins(directory);
        var configuration = AptConfiguration.Read(directory);
        Proxy = new AptProxy(configuration, _logins, reporter, environment ?? Environment.GetEnvironmentVariable);
        if (configuration["Acquire::http::Proxy"] is null
            && (configuration["Acquire::http::Proxy-Auto-Detect"] ?? configuration["Acquire::http::ProxyAutoDetect"]) is not null)
        {
            reporter.Warning(
                DiagnosticCode.AptSettingIgnored,
                "This machine's apt asks a program for its proxy (Acquire::http::Proxy-Auto-Detect), which a build does not run. Where " +
                "one is needed, set Acquire::http::Proxy, or the variables http_proxy and https_proxy.");
        }
    }

    /// <summary>The proxy for addresses that are covered.</summary>
    internal IWebProxy Proxy { get; }

    /// <summary>Files with logins that this user may not read.</summary>
    internal IReadOnlyList<string> UnreadableLogins => _logins.Unreadable;

    /// <summary>Whether an address is at one of apt's own sources.</summary>
    internal bool Covers(Uri address) => _sources.Addresses.Any(source => VerbatimUrl.SameOrigin(source, address));

    /// <inheritdoc cref="AptSources.AlternatesOf"/>
    internal IEnumerable<Uri> AlternatesOf(Uri file) => _sources.AlternatesOf(file);

    /// <summary>The login for an address that is covered.</summary>
    /// <returns>Name and password; null when apt has none.</returns>
    internal AptLogin? LoginFor(Uri address) => Covers(address) ? _logins.Find(address) : null;
}
