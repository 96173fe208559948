using System.Text;
using Containerize.SupplyChain.Sbom;

namespace Containerize.Tests.SupplyChain.Sbom;

[TestClass]
internal sealed class BillDocumentTests
{
    private const string Spdx = """
        {"creationInfo":{"created":"2026-01-01T00:00:00Z","creators":["Tool: Containerize-1"]},
         "packages":[{"SPDXID":"SPDXRef-Image-1","name":"app"}],
         "relationships":[{"spdxElementId":"SPDXRef-Image-1","relationshipType":"CONTAINS","relatedSpdxElement":"SPDXRef-File-1"}],
         "files":[{"SPDXID":"SPDXRef-File-1","fileName":"./app/a","comment":"layerID: sha256:1"}]}
        """;

    private const string CycloneDx = """
        {"metadata":{"timestamp":"2026-01-01T00:00:00Z","tools":{"components":[{"name":"Containerize"}]},
         "component":{"type":"container","bom-ref":"image","name":"app","components":[{"name":"/app/a",
         "properties":[{"name":"containerize:layer","value":"sha256:1"}]}]}},
         "components":[{"type":"application","bom-ref":"app","name":"app"}],"dependencies":[{"ref":"app","dependsOn":[]}]}
        """;

    [TestMethod]
    [DataRow(Spdx, (int)SbomFormat.Spdx)]
    [DataRow(CycloneDx, (int)SbomFormat.CycloneDx)]
    public void A_document_with_all_that_is_needed_is_read(string document, int format) => Assert.IsNotNull(Read(document, format));

    [TestMethod]
    [DataRow(Spdx, (int)SbomFormat.Spdx, "created", "creators", "packages", "SPDXID", "name", "relationships", "spdxElementId",
        "relationshipType", "relatedSpdxElement", "fileName", "comment", "layerID: ", "Image", "2026")]
    [DataRow(CycloneDx, (int)SbomFormat.CycloneDx, "timestamp", "tools", "components", "bom-ref\":\"app", "name", "properties",
        "containerize:layer", "value", "ref\":\"app\",\"depends", "2026")]
    public void A_document_that_lacks_something_is_not_understood(string document, int format, params string[] parts)
    {
        foreach (var part in parts)
        {
            var damaged = document.Replace(part, part == "name" ? "nam" : "", StringComparison.Ordinal);
            Assert.AreNotEqual(document, damaged, part);
            Assert.IsNull(Read(damaged, format), part);
        }
    }

    private static Bill? Read(string document, int format) => BillDocument.Read(Encoding.UTF8.GetBytes(document), (SbomFormat)format);
}
