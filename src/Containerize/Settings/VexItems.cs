using Containerize.SupplyChain.Statements;

namespace Containerize.Settings;

/// <summary>Reads which vulnerabilities do not matter: the items <c>NuGetAuditSuppress</c> that say why.</summary>
internal static class VexItems
{
    /// <summary>Reads them.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="evidence">What it says of evidence.</param>
    /// <returns>What to say; null when there is nothing to say, or it is not wanted.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static VexRequest? Read(ProjectSettings project, Item evidence)
    {
        IReadOnlyList<VexStatement> statements = evidence.IsFalse("Vex") ? [] :
        [
            .. project.Of(ItemKind.AuditSuppression).Where(item => item["Justification"].Length > 0).Select(Read)
                .DistinctBy(statement => statement.Vulnerability).OrderBy(statement => statement.Vulnerability, StringComparer.Ordinal),
        ];
        var author = evidence["Author"];
        return statements.Count == 0 ? null : new VexRequest(author, statements);
    }

    // OpenVEX writes the names with underscores.
    private static VexStatement Read(Item item) => new(
        item.Identity.Trim(),
        SettingText.Choice<VexJustification>(
            "Justification", item["Justification"].Replace("_", "", StringComparison.Ordinal), $"NuGetAuditSuppress '{item.Identity}'"),
        SettingText.NullIfEmpty(item["Impact"]))
    {
        Aliases = [.. item.List("Aliases").Distinct(StringComparer.Ordinal)],
    };
}
