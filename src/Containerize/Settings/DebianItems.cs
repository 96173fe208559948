using Containerize.Debian;
using Containerize.Debian.Archive;
using Containerize.Debian.Rootfs;
using Containerize.Http;

namespace Containerize.Settings;

/// <summary>Reads which packages and certificate authorities a project wants, and where packages come from.</summary>
internal static class DebianItems
{
    private static readonly char[] s_separators = [';', ',', ' ', '\n'];

    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidProperty"/>, <see cref="DiagnosticCode.InvalidKeyring"/>,
    /// <see cref="DiagnosticCode.InvalidCertificate"/>.
    /// </exception>
    internal static DebianSettings Read(ProjectSettings project)
    {
        var item = project.One(ItemKind.Debian);
        return new DebianSettings
        {
            LockFile = LockFileOf(project),
            LockMode = SettingText.Choice("The lock mode of Debian's packages", item["LockMode"], DebianLockMode.Update),
            Mirror = item["Mirror"],
            Snapshot = item["Snapshot"],
            Sources = Sources(project),
            Packages =
                [.. project.Of(ItemKind.DebianPackage).Select(Package).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Certificates = Certificates(project),
            CertificateFiles = RegistrySettings.CertificateFiles(project),
            AllowsMissingUpdates = item.IsTrue("AllowMissingUpdates"),
            IsInvariant = item.IsTrue("IsInvariant"),
            IsNative = item.IsTrue("IsNative"),
            IsForSite = project.Find(ItemKind.Site) is not null,
            IsOffline = project.One(ItemKind.Registries).IsTrue("Offline"),
        };
    }

    /// <summary>Whether the project puts packages or certificate authorities on its base.</summary>
    internal static bool AreAny(ProjectSettings project) =>
        project.Find(ItemKind.DebianPackage) is not null || project.Find(ItemKind.CaCertificate) is not null;

    /// <summary>The full path of the file that pins packages.</summary>
    internal static string LockFileOf(ProjectSettings project) =>
        project.FullPath(project.One(ItemKind.Debian)["LockFile"] is { Length: > 0 } file ? file : DebianLock.FileName);

    private static string Package(Item item) => item["Version"] is { Length: > 0 } version ? $"{item.Identity}={version}" : item.Identity;

    // In the image each has the name of its file.
    private static IReadOnlyList<CaCertificate> Certificates(ProjectSettings project)
    {
        var certificates = new SortedDictionary<string, CaCertificate>(StringComparer.Ordinal);
        foreach (var item in project.Of(ItemKind.CaCertificate))
        {
            var certificate = CaCertificate.Read(project.FullPath(item.Identity));
            if (!certificates.TryAdd(certificate.Name, certificate)
                && !certificates[certificate.Name].Pem.Span.SequenceEqual(certificate.Pem.Span))
            {
                var other = project.Of(ItemKind.CaCertificate)
                    .First(each => Path.GetFileNameWithoutExtension(each.Identity) == certificate.Name);
                throw new ContainerizeException(
                    DiagnosticCode.InvalidCertificate,
                    $"ContainerizeCaCertificate '{other.Identity}' and '{item.Identity}' are different certificates, and both would be " +
                    $"'{certificate.Name}.crt' in the image. Give one of the files another name.");
            }
        }

        return [.. certificates.Values];
    }

    // The lock knows archives by their names, and says how old each may be.
    private static List<ArchiveSource> Sources(ProjectSettings project)
    {
        var sources = new List<ArchiveSource>();
        foreach (var item in project.Of(ItemKind.DebianSource))
        {
            var source = Source(project, item);
            if (source.Name is ArchiveSources.Main or ArchiveSources.Security)
            {
                throw SettingText.Invalid(
                    $"ContainerizeDebianSource '{VerbatimUrl.Public(source.Address)}' has the Name '{source.Name}', which the " +
                    $"distribution's own archive has in the lock file. Give it another one.");
            }

            if (sources.Find(each => each.Name == source.Name && each.Suite == source.Suite && each.Address != source.Address)
                is { } other)
            {
                throw SettingText.Invalid(
                    $"ContainerizeDebianSource '{VerbatimUrl.Public(other.Address)}' and '{VerbatimUrl.Public(source.Address)}' have one " +
                    $"Suite ('{source.Suite}') and one name in the lock file ('{source.Name}'). Give each a Name of its own.");
            }

            sources.Add(source);
        }

        return sources;
    }

    private static ArchiveSource Source(ProjectSettings project, Item item)
    {
        var (suite, keyring) = (item["Suite"], item["Keyring"]);
        if (suite.Length == 0 || keyring.Length == 0)
        {
            throw SettingText.Invalid($"ContainerizeDebianSource '{item.Identity}' needs a Suite and a Keyring: <ContainerizeDebianSource "
                + $"Include=\"https://packages.example.com/debian\" Suite=\"bookworm\" Components=\"main\" Keyring=\"corp.asc\" />.");
        }

        var components = item["Components"].Split(s_separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ArchiveSource
        {
            // Locks name no host.
            Name = item["Name"] is { Length: > 0 } name ? name : $"project:{suite}",
            Address = ArchiveSources.ParseAddress(item.Identity, "ContainerizeDebianSource"),
            Suite = suite,
            Components = components.Length > 0 ? components : ["main"],
            Keys = KeyRing.Read(project.FullPath(keyring)),
        };
    }
}
