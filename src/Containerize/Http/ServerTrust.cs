using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Containerize.Files;

namespace Containerize.Http;

/// <summary>Decides which servers' certificates are trusted: the system's authorities and the extra ones.</summary>
internal sealed class ServerTrust
{
    private readonly X509Certificate2Collection _extra = [];
    private readonly ConcurrentDictionary<string, string> _failures = new(StringComparer.OrdinalIgnoreCase);

    internal ServerTrust(IReadOnlyList<string> certificateFiles)
    {
        foreach (var file in certificateFiles)
        {
            try
            {
                if (!TryImport(_extra, RegularFile.ReadAllText(file)))
                {
                    throw new CryptographicException("it has none.");
                }
            }
            catch (Exception failure) when (FileFailure.IsOne(failure) || failure is CryptographicException)
            {
                throw new ContainerizeException(
                    DiagnosticCode.CredentialsUnusable,
                    $"The certificate file '{file}' cannot be read: {failure.Message} It must hold certificates in PEM form.",
                    failure);
            }
        }
    }

    /// <summary>Adds the certificates of a text in PEM form.</summary>
    /// <returns>Whether there are any: the framework takes all else for a text without certificates, also a file in another form.</returns>
    /// <exception cref="CryptographicException">One is damaged.</exception>
    internal static bool TryImport(X509Certificate2Collection certificates, string text)
    {
        var before = certificates.Count;
        certificates.ImportFromPem(text);
        return certificates.Count > before;
    }

    internal string? FailureOf(string host) => _failures.GetValueOrDefault(host);

    internal SslClientAuthenticationOptions OptionsFor(ConnectionPolicy policy) => new()
    {
        // Nothing is downloaded to complete a chain. Of several certificates the server's answer decides, which a context rules out.
        ClientCertificateContext = policy.Certificates is { Clients: [var only] }
            ? SslStreamCertificateContext.Create(only.Leaf, only.Issuers, offline: true)
            : null,
        ClientCertificates = policy.Certificates is { Clients: { Count: > 1 } several }
            ? [.. several.Select(client => client.Leaf)]
            : null,
        RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            !policy.VerifyCertificates
                || IsTrusted(
                    (sender as SslStream)?.TargetHostName ?? "",
                    [.. _extra, .. policy.Certificates?.Authorities ?? [], .. policy.OfOrigin?.Authorities ?? []],
                    certificate,
                    chain,
                    errors),
    };

    private bool IsTrusted(
        string host, X509Certificate2Collection extra, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsTrustedByExtra(extra, certificate, chain)))
        {
            return true;
        }

        var reasons = chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? [];
        _failures[host] = errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? "it is made out to another name"
            : string.Join(", ", reasons.DefaultIfEmpty(errors.ToString()));
        return false;
    }

    private static bool IsTrustedByExtra(X509Certificate2Collection extra, X509Certificate? certificate, X509Chain? chain)
    {
        if (extra.Count == 0 || certificate is not X509Certificate2 server)
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.CustomTrustStore.AddRange(extra);
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return own.Build(server);
    }
}
