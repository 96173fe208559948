using Containerize.Debian.Apt;

namespace Containerize.Debian.Archive;

/// <summary>Finds where a release's packages are to be had.</summary>
public static class ArchiveSources
{
    /// <summary>The name of Debian's own archive in lock files.</summary>
    public const string Main = "main";

    /// <summary>The name of the archive of security updates in lock files.</summary>
    public const string Security = "security";

    /// <summary>Where apt has its configuration.</summary>
    internal const string MachineDirectory = "/etc/apt";

    /// <summary>The parts of a release: itself, its updates, its security updates.</summary>
    /// <param name="release">The release.</param>
    /// <param name="mirror">
    /// <c>ContainerizeDebianMirror</c>: the address of Debian's archive, and behind a semicolon that of the security updates, which else lies
    /// beside it (<c>debian-security</c>); null or empty takes the machine's own apt sources.
    /// </param>
    /// <param name="configuration">apt's configuration; null for the machine's.</param>
    /// <returns>The sources.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDebianMirror"/>.</exception>
    public static IReadOnlyList<ArchiveSource> Of(DebianRelease release, string? mirror, string? configuration = null)
    {
        var (main, security) = string.IsNullOrWhiteSpace(mirror) ? FromMachine(new AptSources(configuration ?? MachineDirectory)) : FromProperty(mirror);
        var keys = release.LoadKeys();
        var sources = new List<ArchiveSource>
        {
            new() { Name = Main, Address = main, Suite = release.Codename, Keys = keys },
            new() { Name = Main, Address = main, Suite = $"{release.Codename}-updates", Keys = keys, IsOptional = true },
        };
        if (security is not null)
        {
            // A mirror of the archive alone is common, and every mirror of old releases lacks this.
            sources.Add(new() { Name = Security, Address = security, Suite = $"{release.Codename}-security", Keys = keys, IsOptional = true });
        }

        return sources;
    }

    /// <summary>Reads the address of an archive.</summary>
    /// <param name="text">The address.</param>
    /// <param name="property">Where it stands, for the message.</param>
    /// <returns>The address, ending with <c>/</c>.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    public static Uri ParseAddress(string text, string property) =>
        Uri.TryCreate(text.Trim().TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file" && address.Query.Length == 0
            ? address
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"{property} '{Printable.Clean(text)}' is not the address of an archive. Write one that begins with http://, https:// or file://.");

    private static (Uri Main, Uri? Security) FromProperty(string mirror)
    {
        var parts = mirror.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var main = ParseAddress(parts[0], "ContainerizeDebianMirror");
        return (main, parts.Length > 1 ? ParseAddress(parts[1], "ContainerizeDebianMirror") : Beside(main));
    }

    private static (Uri Main, Uri? Security) FromMachine(AptSources machine) => machine.Main is { } main
        ? (main, machine.Security ?? Beside(main))
        : throw new ContainerizeException(DiagnosticCode.NoDebianMirror, $"This machine's apt has no source of Debian's packages ({(machine.PassedOver.Count == 0 ? "it is not Debian, or has no apt" : $"passed over: {string.Join(", ", machine.PassedOver)}")}). Set ContainerizeDebianMirror to the address of a mirror of Debian's archive.");

    private static Uri? Beside(Uri main) => main.AbsolutePath.EndsWith("/debian/", StringComparison.Ordinal) ? new Uri(main, "../debian-security/") : null;
}
