using Containerize.Settings;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Statements;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class EvidenceSettingsTests
{
    private static EvidenceRequest? Read(ProjectSettings project) => EvidenceSettings.Read(project, _ => null);

    [TestMethod]
    public void A_provenance_has_what_the_project_sets_without_logins_and_secrets()
    {
        using var lab = new SettingsLab().Add(ItemKind.Evidence, "evidence", ("Provenance", "true"))
            .Add(ItemKind.Source, "source", ("Repository", "https://ada:pass@example.com/shop.git"), ("Revision", "0123"))
            .Add(ItemKind.Parameter, "ContainerUser", ("Value", "app"))
            .Add(ItemKind.Parameter, "ContainerAuthors", ("Value", ""))
            .Add(ItemKind.Parameter, "ContainerInformationUrl", ("Value", "https://ada:pass@example.com/a"))
            .Add(
                ItemKind.Parameter,
                "ContainerDescription",
                ("Value", "Server=db.corp.net;Database=shop;User Id=app;Password=Tr0ub4dor-3x"));

        var provenance = Read(lab.Project)!.Provenance!;

        CollectionAssert.AreEqual(
            new[]
            {
                ("ContainerDescription", ProvenanceSettings.Withheld),
                ("ContainerInformationUrl", "https://example.com/a"),
                ("ContainerUser", "app"),
            },
            provenance.Parameters.ToArray());
        Assert.AreEqual("https://example.com/shop.git", provenance.Repository);
        Assert.AreEqual("0123", provenance.Revision);
        Assert.IsNull(provenance.Sdk);
    }

    [TestMethod]
    [DataRow("shop")]
    [DataRow("/etc/builder")]
    [DataRow("https://ada:pass@ci.example.com")]
    public void A_builder_that_is_no_URI_or_has_a_login_is_refused_without_showing_it(string builder)
    {
        using var lab = new SettingsLab().Add(ItemKind.Evidence, "evidence", ("BuilderId", builder));

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Read(lab.Project));

        Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
        StringAssert.Contains(failure.Message, "ContainerizeBuilderId");
        Assert.DoesNotContain("pass", failure.Message);
    }

    [TestMethod]
    public void Suppressed_advisories_with_a_justification_become_statements_in_order()
    {
        using var lab = new SettingsLab().Add(ItemKind.Evidence, "evidence", ("Author", "Ada"), ("Vex", "true"))
            .Add(ItemKind.AuditSuppression, "https://github.com/advisories/GHSA-2", ("Justification", "component_not_present"))
            .Add(ItemKind.AuditSuppression, "https://github.com/advisories/GHSA-3")
            .Add(
                ItemKind.AuditSuppression,
                "https://github.com/advisories/GHSA-1",
                ("Justification", "VulnerableCodeNotPresent"),
                ("Impact", "Trimmed."),
                ("Aliases", "CVE-2026-1; CVE-2026-2;CVE-2026-1"));

        IReadOnlyList<string> none = [];
        var vex = Read(lab.Project)!.Vex!;

        Assert.AreEqual("Ada", vex.Author);
        CollectionAssert.AreEqual(
            new VexStatement[]
            {
                new("https://github.com/advisories/GHSA-1", VexJustification.VulnerableCodeNotPresent, "Trimmed.") { Aliases = none },
                new("https://github.com/advisories/GHSA-2", VexJustification.ComponentNotPresent, null) { Aliases = none },
            },
            vex.Statements.Select(each => each with { Aliases = none }).ToArray());
        Assert.AreEqual("CVE-2026-1 CVE-2026-2|", string.Join('|', vex.Statements.Select(each => string.Join(' ', each.Aliases))));
    }

    [TestMethod]
    public void An_unknown_justification_is_refused_with_those_that_there_are()
    {
        using var lab = new SettingsLab().Add(ItemKind.Evidence, "evidence")
            .Add(ItemKind.AuditSuppression, "https://github.com/advisories/GHSA-1", ("Justification", "harmless"));

        lab.RefusesValue(Read, "harmless", "GHSA-1", "VulnerableCodeNotInExecutePath");
    }

    [TestMethod]
    public void Statements_that_are_turned_off_are_not_made()
    {
        using var lab = new SettingsLab().Add(ItemKind.Evidence, "evidence", ("Vex", "false"))
            .Add(ItemKind.AuditSuppression, "https://github.com/advisories/GHSA-1", ("Justification", "component_not_present"));

        Assert.IsNull(Read(lab.Project));
    }

    [TestMethod]
    [DataRow("", "", "", false)]
    [DataRow("None", "", "", false)]
    [DataRow("", "false", "", false)]
    [DataRow("none", "no", "", false)]
    [DataRow("", "", "yes", true)]
    [DataRow("None", "false", "true", true)]
    [DataRow("Spdx", "", "", true)]
    [DataRow("", "true", "", true)]
    [DataRow("Spdx", "true", "false", false)]
    public void Statements_come_with_other_documents_or_when_they_are_asked_for(string sbom, string provenance, string vex, bool isThere)
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.Evidence, "evidence", ("Sbom", sbom), ("Provenance", provenance), ("Vex", vex))
            .Add(ItemKind.AuditSuppression, "https://github.com/advisories/GHSA-1", ("Justification", "component_not_present"));

        Assert.AreEqual(isThere, Read(lab.Project)?.Vex is not null);
    }
}
