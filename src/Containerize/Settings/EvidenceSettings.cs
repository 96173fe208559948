using Containerize.Debian.Archive;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;

namespace Containerize.Settings;

/// <summary>Reads what is to be delivered together with the image.</summary>
internal static class EvidenceSettings
{
    /// <summary>Reads what is wanted.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="variables">The value of an environment variable; null when it is not set.</param>
    /// <returns>What to make; null for nothing.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static EvidenceRequest? Read(ProjectSettings project, Func<string, string?> variables)
    {
        if (project.Find(ItemKind.Evidence) is not { } item)
        {
            return null;
        }

        IReadOnlyList<SbomFormat> formats =
        [
            .. item.List("Sbom").Select(format => SettingText.Choice<SbomFormat>("ContainerizeSbom", format))
                .Where(format => format != SbomFormat.None).Distinct().Order(),
        ];
        var isOptional = item.IsTrue("IsOptional");
        var folders = item.List("PackageFolders");
        var provenance = ProvenanceSettings.Read(project, item, variables);
        var vex = VexItems.Read(project, item);
        // What was said of it counts alone only where it is asked for by itself.
        var isWanted = formats.Count > 0 || provenance is not null || (vex is not null && item.IsTrue("Vex"));
        return !isWanted ? null
            : new EvidenceRequest(formats, isOptional, folders)
            {
                Provenance = provenance,
                Vex = vex,
                DebianDigests = () => DebianDigests(DebianItems.LockFileOf(project)),
            };
    }

    // A package that another archive has under the same name and version may differ; then neither is told.
    private static Dictionary<(string Name, string Version, string Architecture), string> DebianDigests(string lockFile) =>
        (DebianLock.Read(lockFile)?.Sets ?? []).SelectMany(set => set.Packages)
            .GroupBy(package => (package.Name, package.Version, package.Architecture))
            .Where(group => group.DistinctBy(package => package.Digest).Count() == 1)
            .ToDictionary(group => group.Key, group => group.First().Digest.Hex);
}
