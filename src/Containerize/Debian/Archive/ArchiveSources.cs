using Containerize.Debian.Apt;
using Containerize.Debian.Model;

namespace Containerize.Debian.Archive;

/// <summary>Finds where a release's packages are to be had.</summary>
internal static class ArchiveSources
{
    /// <summary>The name of the distribution's own archive in lock files.</summary>
    public const string Main = "main";

    /// <summary>The name of the archive of security updates in lock files.</summary>
    public const string Security = "security";

    /// <summary>Where apt has its configuration.</summary>
    internal const string MachineDirectory = "/etc/apt";

    private const string Property = "ContainerizeDebianMirror";

    /// <summary>The parts of a release: itself, its updates, its security updates.</summary>
    /// <param name="architecture">Debian's word for the architecture: an archive need not have all of them.</param>
    /// <param name="mirror">
    /// <c>ContainerizeDebianMirror</c>: the address of the archive, and behind a semicolon that of the security updates, which else Debian
    /// has beside it (<c>debian-security</c>) and Ubuntu in it. Addresses with <c>arm64=</c> before them are for that architecture, and it
    /// has no others then. Null or empty takes the machine's own apt sources.
    /// </param>
    /// <param name="configuration">apt's configuration; null for the machine's.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDebianMirror"/> or
    /// <see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    /// <remarks>
    /// Ubuntu hands some updates out to more and more machines (<c>Phased-Update-Percentage</c>). In a chroot, and where images are built,
    /// apt takes them as all others; so does this, and every machine gets the same.
    /// </remarks>
    public static IReadOnlyList<ArchiveSource> Of(DebianRelease release, string architecture, string? mirror, string? configuration = null)
    {
        var distribution = release.Distribution;
        var machine = string.IsNullOrWhiteSpace(mirror) ? new AptSources(configuration ?? MachineDirectory) : null;
        var (main, security) = machine is null ? FromProperty(mirror!, architecture) : FromMachine(machine, distribution, architecture);
        var isSecurityNamed = security is not null;
        security ??= distribution.SecurityOf(main);
        var keys = KeyRing.Shipped(release.Keys);
        // A mirror of the archive alone is common, and every mirror of old releases lacks the security updates.
        return
        [
            Part(Main, main, "") with { LacksSecurity = security is null },
            Optional(Main, main, "-updates", isNamed: false),
            .. security is null ? [] : new[] { Optional(Security, security, "-security", machine is null && isSecurityNamed) },
        ];

        ArchiveSource Part(string name, Uri address, string suffix) => new()
        {
            Name = name,
            Address = address,
            Suite = release.Codename + suffix,
            Components = distribution.Components,
            Keys = keys,
            IgnoresValidUntil = machine?.IgnoresValidUntil(address, release.Codename + suffix) == true,
        };

        ArchiveSource Optional(string name, Uri address, string suffix, bool isNamed)
        {
            var part = Part(name, address, suffix);
            return part with
            {
                IsOptional = true,
                KnownFrom = isNamed ? $"{Property} names it"
                    : machine?.HasSuite(distribution, part.Suite) ?? false ? "this machine's apt sources name it" : null,
            };
        }
    }

    /// <summary>Reads the address of an archive.</summary>
    /// <param name="property">Where it stands, for the message.</param>
    /// <returns>The address, ending with <c>/</c>.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    public static Uri ParseAddress(string text, string property) =>
        Uri.TryCreate(text.Trim().TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file"
            && address.Query.Length == 0
            ? address
            : throw new ContainerizeException(
                DiagnosticCode.InvalidProperty,
                $"{property} '{text}' is not the address of an archive. Write one that begins with http://, https:// or file://.");

    private static (Uri Main, Uri? Security) FromProperty(string mirror, string architecture)
    {
        var mirrors = mirror.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => text.Split('=', 2) is [var name, var address]
            && name.All(char.IsAsciiLetterOrDigit) ? (Architecture: name, Address: address) : (Architecture: "", Address: text))
            .ToLookup(each => each.Architecture, each => each.Address);
        List<string> addresses = [.. mirrors[mirrors.Contains(architecture) ? architecture : ""]];
        return addresses.Count > 0
            ? (ParseAddress(addresses[0], Property), addresses.Count > 1 ? ParseAddress(addresses[1], Property) : null)
            : throw new ContainerizeException(
                DiagnosticCode.NoDebianMirror,
                $"{Property} names no mirror for {architecture}, only some for {string.Join(", ", mirrors.Select(each => each.Key))}. " +
                $"Add {architecture}=<mirror>, or one without an architecture for all others.");
    }

    private static (Uri Main, Uri? Security) FromMachine(AptSources machine, Distribution distribution, string architecture)
    {
        if (machine.Main(distribution, architecture) is { } main)
        {
            return (main, machine.Security(distribution, architecture));
        }

        var passedOver = string.Join(", ", machine.PassedOver);
        var why = passedOver.Length == 0 ? $"it is not {distribution.Name}, or has no apt" : $"passed over: {passedOver}";
        throw new ContainerizeException(
            DiagnosticCode.NoDebianMirror,
            $"This machine's apt has no source of {distribution.Name}'s packages ({why}). Set {Property} to the address of a mirror of " +
            $"{distribution.Name}'s archive.");
    }
}
