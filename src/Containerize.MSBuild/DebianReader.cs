using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Debian.Rootfs;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads what a project says of packages of Debian.</summary>
internal sealed class DebianReader(ITaskItem environment, ITaskItem[] content)
{
    private static readonly char[] s_separators = [';', ',', ' ', '\n'];

    /// <summary>Opens the packages; nothing is fetched yet.</summary>
    /// <param name="cache">Keeps what is fetched.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>, <see cref="DiagnosticCode.InvalidKeyring"/>, <see cref="DiagnosticCode.InvalidCertificate"/>.</exception>
    internal DebianPackages Open(BlobStore cache, IReporter reporter) => new(
        new DebianSettings
        {
            LockFile = Path.GetFullPath(environment.GetMetadata("DebianLockFile") is { Length: > 0 } file ? file : DebianLock.FileName, environment.ItemSpec),
            LockMode = Enum.TryParse<DebianLockMode>(environment.GetMetadata("DebianLockMode"), out var mode) ? mode : DebianLockMode.Update,
            Mirror = environment.GetMetadata("DebianMirror"),
            Snapshot = environment.GetMetadata("DebianSnapshot"),
            Sources = [.. Of("DebianSource").Select(Source)],
            Packages = [.. Of("DebianPackage").Select(Package).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Certificates = [.. Of("CaCertificate").Select(item => CaCertificate.Read(Full(item.ItemSpec))).OrderBy(certificate => certificate.Name, StringComparer.Ordinal)],
            CertificateFiles = [.. environment.GetMetadata("CertificateFiles").Split(s_separators[..2], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Full)],
            IsInvariant = environment.GetMetadata("IsInvariant") == "true",
            IsNative = environment.GetMetadata("IsNative") == "true",
            IsOffline = environment.GetMetadata("Offline") == "true",
        },
        cache,
        reporter);

    /// <summary>The layer of packages and certificates that goes on the base, if the project wants any.</summary>
    /// <param name="packages">The packages.</param>
    internal static IEnumerable<DebianLayer> Layers(DebianPackages packages) =>
        packages.Settings.Packages.Count + packages.Settings.Certificates.Count > 0 ? [new DebianLayer(packages)] : [];

    private static string Package(ITaskItem item) => item.GetMetadata("Version") is { Length: > 0 } version ? $"{item.ItemSpec}={version}" : item.ItemSpec;

    private ArchiveSource Source(ITaskItem item)
    {
        var suite = item.GetMetadata("Suite");
        var keyring = item.GetMetadata("Keyring");
        if (suite.Length == 0 || keyring.Length == 0)
        {
            throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeDebianSource '{item.ItemSpec}' needs a Suite and a Keyring: <ContainerizeDebianSource Include=\"https://packages.example.com/debian\" Suite=\"bookworm\" Components=\"main\" Keyring=\"corp.asc\" />.");
        }

        var address = ArchiveSources.ParseAddress(item.ItemSpec, "ContainerizeDebianSource");
        var components = item.GetMetadata("Components").Split(s_separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ArchiveSource
        {
            // Locks name no host.
            Name = item.GetMetadata("Name") is { Length: > 0 } name ? name : $"project:{suite}",
            Address = address,
            Suite = suite,
            Components = components.Length > 0 ? components : ["main"],
            Keys = KeyRing.Read(Full(keyring)),
        };
    }

    private string Full(string path) => Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), environment.ItemSpec);

    private IEnumerable<ITaskItem> Of(string kind) => content.Where(item => item.GetMetadata("Kind") == kind);
}
