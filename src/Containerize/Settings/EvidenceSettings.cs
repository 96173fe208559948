using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;

namespace Containerize.Settings;

/// <summary>Reads what is to be delivered together with the image.</summary>
internal static class EvidenceSettings
{
    /// <summary>Reads what is wanted.</summary>
    /// <returns>What to make; null for nothing.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static EvidenceRequest? Read(ProjectSettings project)
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
        return formats.Count == 0 ? null : new EvidenceRequest(formats, isOptional, folders);
    }
}
