using Containerize.Http;

namespace Containerize.SupplyChain.Keyless;

/// <summary>The services that take part when an image is signed without a key of one's own.</summary>
/// <param name="Fulcio">Who certifies a key for a few minutes.</param>
/// <param name="Rekor">The log that notes a signature for all to see; null for none.</param>
/// <param name="Timestamp">The time-stamp authority (RFC 3161); null for none.</param>
/// <param name="TrustedRootFile">The full path of the file that says whose answers are trusted; null where only verifiers say so.</param>
internal sealed record SigningServices(Uri Fulcio, Uri? Rekor, Uri? Timestamp, string? TrustedRootFile)
{
    private const string None = "none";
    private const string PublicFulcio = "https://fulcio.sigstore.dev";
    private const string PublicRekor = "https://rekor.sigstore.dev";

    /// <summary>All that decides who answers, one a line.</summary>
    internal string Inputs => $"{Fulcio}\n{Rekor}\n{Timestamp}\n{TrustedRootFile}";

    /// <summary>Reads which services are used. Nothing is asked.</summary>
    /// <param name="fulcio">An address; empty for the public one.</param>
    /// <param name="rekor">An address, or <c>none</c>; empty for the public one.</param>
    /// <param name="timestamp">The address to which requests are sent; empty for none.</param>
    /// <param name="trustedRoot">A file; empty for none.</param>
    /// <param name="fullPath">Makes a path a full one.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningService"/>.</exception>
    internal static SigningServices Parse(
        string fulcio, string rekor, string timestamp, string trustedRoot, Func<string, string> fullPath)
    {
        var services = new SigningServices(
            Address("ContainerizeSigningFulcio", fulcio.Length == 0 ? PublicFulcio : fulcio),
            rekor == None ? null : Address("ContainerizeSigningRekor", rekor.Length == 0 ? PublicRekor : rekor),
            timestamp.Length == 0 ? null : Address("ContainerizeSigningTimestamp", timestamp),
            trustedRoot.Length == 0 ? null : fullPath(trustedRoot));
        return services.Rekor is not null || services.Timestamp is not null ? services : throw new ContainerizeException(
            DiagnosticCode.InvalidSigningService,
            $"ContainerizeSigningRekor is '{None}', and ContainerizeSigningTimestamp names no authority. A certificate is good for ten "
                + $"minutes: without a log or a time stamp the signature cannot be verified later. Set one of the two.");
    }

    private static Uri Address(string property, string text)
    {
        var url = VerbatimUrl.TryCreate(text.TrimEnd('/'));
        return url is not null && url.UserInfo.Length == 0 && (url.Scheme == "https" || AddressScope.IsLoopback(url.Host))
            ? url
            : throw new ContainerizeException(
                DiagnosticCode.InvalidSigningService,
                $"{property} is '{(url?.UserInfo.Length > 0 ? "…" : text)}', which is no address of a service. "
                    + $"Write https:// and a host, without a login: an identity token is sent there.");
    }
}
