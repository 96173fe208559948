using Containerize.Debian.Apt;
using Containerize.Http;

namespace Containerize.Debian.Archive;

/// <summary>How archives of packages are reached. Every default is meant to be kept.</summary>
internal sealed record ArchiveOptions : HttpOptions
{
    private static readonly ServerKind s_servers = new(
        "archive",
        DiagnosticCode.ArchiveUnavailable,
        DiagnosticCode.ArchiveUnavailable,
        "if it is your own authority's, name that authority's certificate file (ContainerizeCertificateFiles)",
        "if it speaks plain HTTP, write its address with http://",
        _ => "");

    /// <summary>How this machine's apt gets to its own sources; null when nothing is taken from there.</summary>
    internal AptAccess? Apt { get; init; }

    /// <summary>Whether only what is kept on this machine may be used.</summary>
    internal bool IsOffline { get; init; }

    internal override ServerKind Kind => s_servers;
}
