using Containerize.Http;

namespace Containerize.SupplyChain.Keyless;

/// <summary>How the services are reached.</summary>
internal sealed record ServiceOptions : HttpOptions
{
    // What they say of an error is read elsewhere: it may quote what was sent.
    private static readonly ServerKind s_servers = new(
        "signing service",
        DiagnosticCode.SigningServiceFailed,
        DiagnosticCode.SigningServiceFailed,
        "if it is your own authority's, name that authority's certificate file (ContainerizeCertificateFiles)",
        "its address has to speak https",
        _ => "");

    /// <summary>Whether nothing may be asked.</summary>
    internal bool IsOffline { get; init; }

    internal override ServerKind Kind => s_servers;
}
