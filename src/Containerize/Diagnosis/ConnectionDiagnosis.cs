using System.Net;
using System.Net.Sockets;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;
using Containerize.Registry.Transfer;

namespace Containerize.Diagnosis;

/// <summary>A registry that answers.</summary>
/// <param name="Endpoint">How it is reached.</param>
/// <param name="Challenges">How it asks who one is; none where it does not ask.</param>
internal sealed record Connection(RegistryEndpoint Endpoint, IReadOnlyList<Challenge> Challenges);

/// <summary>Whether a registry can be reached: proxy, name, connection, certificate, clock, and whether it is a registry at all.</summary>
/// <param name="client">Talks to it.</param>
/// <param name="options">How it is reached.</param>
/// <param name="findings">Takes what is found.</param>
internal sealed class ConnectionDiagnosis(RegistryClient client, RegistryOptions options, FindingList findings)
{
    private const string Version = "Docker-Distribution-Api-Version";
    private static readonly TimeSpan s_maxSkew = TimeSpan.FromMinutes(2);
    private static readonly string[] s_variables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

    /// <summary>Looks.</summary>
    /// <returns>The registry; null when it cannot be used.</returns>
    internal async Task<Connection?> RunAsync(string registry, CancellationToken cancellationToken)
    {
        var host = registry == ImageReference.DockerHub ? RegistryOrigin.DockerHubHost : registry;
        var url = VerbatimUrl.Create($"https://{host}/v2/");
        if (!FindProxy(url) && !await ResolveAsync(url.IdnHost, cancellationToken))
        {
            return null;
        }

        try
        {
            var endpoint = await client.ReachAsync(registry, cancellationToken);
            using var response = await endpoint.AskAsync(cancellationToken);
            DescribeConnection(host, endpoint.Origin);
            CompareClocks(registry, response);
            return IsRegistry(registry, response) ? new(endpoint, Challenge.Of(response)) : null;
        }
        catch (TransientException failure)
        {
            Explain(host, failure);
        }
        catch (ContainerizeException failure)
        {
            findings.Problem("connection", failure.Message, $"Correct what is named above.");
        }

        return null;
    }

    private bool FindProxy(Uri url)
    {
        foreach (var name in s_variables.Where(name => options.Environment(name) is { Length: > 0 }))
        {
            findings.Note("proxy", $"{name} is {Public(options.Environment(name)!)}.");
        }

        if (NoProxyList.TextOf(options.Environment) is { } exceptions)
        {
            findings.Note("proxy", $"NO_PROXY is {exceptions}.");
        }

        var system = HttpPool.ProxyOf(options);
        if (system.IsBypassed(url) || system.GetProxy(url) is not { } proxy || proxy == url)
        {
            return false;
        }

        findings.Works("proxy", $"{url.Authority} is reached through {Public(proxy.OriginalString)}.");
        return true;
    }

    // A proxy's address often holds a password.
    private static string Public(string address) =>
        Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address, UriKind.Absolute, out var url)
            ? $"{url.Scheme}://{url.Authority}"
            : "(no address)";

    private async Task<bool> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out _))
        {
            return true;
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
            findings.Works("name", $"{host} leads to {string.Join(", ", addresses.Select(address => address.ToString()))}.");
            return true;
        }
        catch (SocketException failure)
        {
            findings.Problem(
                "name",
                $"The name {host} leads to no address: {failure.Message}.",
                $"Check how it is written. If it is right, check the name server of this machine (getent hosts {host}), and whether the " +
                $"name needs a VPN; an entry in /etc/hosts works, too.");
            return false;
        }
    }

    private void DescribeConnection(string host, RegistryOrigin origin)
    {
        if (origin.Base.Scheme == "http")
        {
            findings.Note(
                "encryption",
                $"{host} speaks plain HTTP: passwords and images can be read on their way.",
                AddressScope.IsLoopback(origin.Base.IdnHost)
                    ? (Message)$"Nothing while it is used from this machine only; for others, give it a certificate."
                    : $"Give it a certificate, and take it out of the insecure registries.");
        }
        else if (!origin.VerifyCertificates)
        {
            findings.Note(
                "certificate",
                $"The certificate of {host} is not checked: it is named as an insecure registry.",
                $"Put the certificate of its authority into /etc/docker/certs.d/{host}/ca.crt, and take it out of the insecure " +
                $"registries (ContainerizeInsecureRegistries, daemon.json, registries.conf).");
        }
        else
        {
            findings.Works("certificate", $"{host} is reached with TLS, and its certificate is trusted.");
        }
    }

    private void CompareClocks(string registry, HttpResponseMessage response)
    {
        if (response.Headers.Date is not { } there)
        {
            findings.Note("clock", $"{registry} does not tell its time.");
            return;
        }

        var ahead = options.TimeProvider.GetUtcNow() - there;
        if (ahead.Duration() > s_maxSkew)
        {
            findings.Problem(
                "clock",
                $"The clock of this machine is {ahead.Duration().TotalMinutes:0} minutes " +
                $"{(ahead > TimeSpan.Zero ? "ahead of" : "behind")} that of {registry}: tokens and certificates " +
                $"count as not valid yet or any more.",
                $"Set it: timedatectl set-ntp true, or hwclock -s in a virtual machine or WSL that slept.");
        }
        else
        {
            findings.Works(
                "clock", $"The clocks of this machine and of {registry} differ by {ahead.Duration().TotalSeconds:0} seconds.");
        }
    }

    private bool IsRegistry(string registry, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is 200 or 401)
        {
            var says = response.Headers.NonValidated.TryGetValues(Version, out var values) ? $" ({values})" : "";
            findings.Works("API", $"{registry} answers {status} to /v2/{says}.");
            return true;
        }

        findings.Problem(
            "API",
            $"{registry} answers {status} to /v2/, where a registry answers 200 or 401.",
            $"Check host and port: a web page, or a proxy before the registry, may stand there. A path belongs to the repository.");
        return false;
    }

    private void Explain(string host, TransientException failure)
    {
        var error = (failure.InnerException as HttpRequestException)?.HttpRequestError;
        if (failure.Untrusted is { } reason)
        {
            findings.Problem("certificate", $"The certificate of {host} is not trusted: {reason}.", Cure(host, reason));
        }
        else if (error == HttpRequestError.SecureConnectionError)
        {
            findings.Problem(
                "encryption",
                $"{host} does not speak TLS: {failure.Message}.",
                $"Check the port. If it speaks plain HTTP, name it as insecure: ContainerizeInsecureRegistries in a project, " +
                $"insecure-registries in Docker's daemon.json, or insecure = true in Podman's registries.conf.");
        }
        else if (error == HttpRequestError.ProxyTunnelError)
        {
            findings.Problem(
                "proxy",
                $"The proxy does not let {host} through: {failure.Message}.",
                $"Have {host} and the hosts that it redirects to allowed there, or name it in NO_PROXY.");
        }
        else if (failure.Status is { } status)
        {
            findings.Problem("API", $"{failure.Message}.", Advice.ForStatus(status, host));
        }
        else
        {
            findings.Problem(
                "connection",
                $"{failure.Message}.",
                $"Check that the registry runs, its port, and whether a firewall, a VPN or a proxy (HTTPS_PROXY) stands between.");
        }
    }

    private static Message Cure(string host, string reason) =>
        reason.Contains("NotTimeValid", StringComparison.Ordinal)
            ? $"It has expired or is not valid yet: have it renewed. If its dates are right, set the clock of this machine."
            : reason.Contains("another name", StringComparison.Ordinal)
            ? $"Use the name that it is made out to, or have it made out to {host} as well (subject alternative name)."
            : (Message)$"If it is your own authority's, put that authority's certificate into /etc/docker/certs.d/{host}/ca.crt, or " +
                $"name the file with ContainerizeCertificateFiles. Behind a proxy that opens TLS, that is the proxy's authority.";
}
