using System.Text;
using System.Text.Json;
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

    [TestMethod]
    [DataRow((int)SbomFormat.Spdx)]
    [DataRow((int)SbomFormat.CycloneDx)]
    public void A_bill_with_components_of_all_kinds_is_read_as_it_was_written(int format)
    {
        var written = SbomDocument.Write(BillOf("UNLICENSED"), (SbomFormat)format);

        var read = BillDocument.Read(written, (SbomFormat)format)!;

        CollectionAssert.AreEqual(
            BillOf("UNLICENSED").Components.Select(each => (each.Kind, each.Name, each.License, each.Source?.Version)).ToArray(),
            read.Components.Select(each => (each.Kind, each.Name, each.License, each.Source?.Version)).ToArray());
        Assert.AreEqual(Encoding.UTF8.GetString(written), Encoding.UTF8.GetString(SbomDocument.Write(read, (SbomFormat)format)));
    }

    [TestMethod]
    [DataRow((int)SbomFormat.Spdx, "documentNamespace")]
    [DataRow((int)SbomFormat.CycloneDx, "serialNumber")]
    public void Bills_that_say_different_things_of_one_image_have_different_names(int format, string member)
    {
        Assert.AreEqual(NameOf("MIT"), NameOf("MIT"));
        Assert.AreNotEqual(NameOf("MIT"), NameOf("ISC"));

        string NameOf(string license)
        {
            using var json = JsonDocument.Parse(SbomDocument.Write(BillOf(license), (SbomFormat)format));
            return json.RootElement.GetProperty(member).GetString()!;
        }
    }

    [TestMethod]
    [DataRow("MIT OR Apache-2.0", "MIT OR Apache-2.0", null, "expression")]
    [DataRow("UNLICENSED", "NOASSERTION", "UNLICENSED", "license")]
    [DataRow("see license.txt", "NOASSERTION", "see license.txt", "license")]
    public void A_licence_that_is_no_expression_is_told_as_a_text(string license, string declared, string? comments, string member)
    {
        using var spdx = JsonDocument.Parse(SbomDocument.Write(BillOf(license), SbomFormat.Spdx));
        var package = spdx.RootElement.GetProperty("packages").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "Mail");
        using var cyclone = JsonDocument.Parse(SbomDocument.Write(BillOf(license), SbomFormat.CycloneDx));
        var component = cyclone.RootElement.GetProperty("components").EnumerateArray()
            .Single(each => each.GetProperty("name").GetString() == "Mail").GetProperty("licenses")[0].GetProperty(member);

        Assert.AreEqual(declared, package.GetProperty("licenseDeclared").GetString());
        Assert.AreEqual(comments, package.TryGetProperty("licenseComments", out var said) ? said.GetString() : null);
        Assert.AreEqual(license, (comments is null ? component : component.GetProperty("name")).GetString());
    }

    private static Bill BillOf(string license)
    {
        Component[] components =
        [
            new(ComponentKind.Base, "base", "1") { PackageUrl = "pkg:oci/base@sha256:2", Sha256 = new('2', 64) },
            new(ComponentKind.App, "Shop", "1.0.0"),
            new(ComponentKind.Project, "Library", "1.0.0"),
            new(ComponentKind.Package, "Mail", "2.0.0")
            {
                PackageUrl = "pkg:nuget/Mail@2.0.0", License = license, Sha512 = new('5', 128),
            },
            new(ComponentKind.RuntimePack, "Runtime", "10.0.0") { PackageUrl = "pkg:nuget/Runtime@10.0.0" },
            new(ComponentKind.Assembly, "Old", "1"),
            new(ComponentKind.OperatingSystem, "debian", "12"),
            new(ComponentKind.Debian, "libc6", "2.36") { PackageUrl = "pkg:deb/debian/libc6@2.36", Source = new("glibc", "1:2.36") },
        ];
        var image = new Component(ComponentKind.Image, "app", $"sha256:{new string('1', 64)}")
        {
            PackageUrl = "pkg:oci/app@sha256:1", Sha256 = new('1', 64),
        };
        return new Bill(
            image,
            DateTimeOffset.UnixEpoch,
            components,
            [
                new("app/Shop.dll", new('a', 40), new('b', 64), "sha256:3", components[1].Reference),
                new("app/other", new('c', 40), new('d', 64), "sha256:3", image.Reference),
            ])
        {
            Dependencies = new Dictionary<string, IReadOnlyList<string>>
            {
                [components[1].Reference] = [components[3].Reference],
                [components[6].Reference] = [components[7].Reference],
            },
        };
    }

    private static Bill? Read(string document, int format) => BillDocument.Read(Encoding.UTF8.GetBytes(document), (SbomFormat)format);
}
