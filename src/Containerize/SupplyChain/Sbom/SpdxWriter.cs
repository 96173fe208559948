using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Containerize.Images;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Writes a bill as SPDX 2.3.</summary>
/// <param name="bill">What the image consists of.</param>
/// <param name="content">A hash of all that the document says, in hexadecimal digits, which names it.</param>
/// <param name="json">Takes the document.</param>
/// <remarks>The SPDX specification 2.3, and its JSON schema.</remarks>
internal sealed class SpdxWriter(Bill bill, string content, Utf8JsonWriter json)
{
    private const string Document = "SPDXRef-DOCUMENT";
    private const string NoAssertion = "NOASSERTION";

    /// <summary>What stands before name and version of a source package.</summary>
    internal const string SourcePrefix = "built package from: ";

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly ILookup<string, BillFile> _files = bill.FilesByComponent;

    /// <summary>Writes the document.</summary>
    internal void Write()
    {
        Name();
        json.WriteStartObject();
        json.WriteString("spdxVersion", "SPDX-2.3");
        json.WriteString("dataLicense", "CC0-1.0");
        json.WriteString("SPDXID", Document);
        json.WriteString("name", bill.Image.Name);
        // A name that nothing else has; nothing has to lie there.
        json.WriteString("documentNamespace", $"https://containerize.invalid/spdx/sha256/{content}");
        json.WriteStartObject("creationInfo");
        json.WriteString("created", ImageConfig.Rfc3339(bill.Created));
        json.WriteStartArray("creators");
        json.WriteStringValue($"Tool: Containerize-{SbomDocument.ToolVersion}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("packages");
        foreach (var component in bill.Components.Prepend(bill.Image))
        {
            Write(component);
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in bill.Files)
        {
            Write(file);
        }

        json.WriteEndArray();
        WriteRelationships();
        json.WriteEndObject();
    }

    // Identifiers have letters, digits, dots and hyphens only.
    private void Name()
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var component in bill.Components.Prepend(bill.Image))
        {
            var version = component.Kind is ComponentKind.Image or ComponentKind.Base ? "" : $"-{component.Version}";
            var text = new StringBuilder($"SPDXRef-{component.Kind}-{component.Name}{version}");
            for (var index = 0; index < text.Length; index++)
            {
                text[index] = char.IsAsciiLetterOrDigit(text[index]) || text[index] == '.' ? text[index] : '-';
            }

            var id = text.ToString();
            for (var number = 2; !taken.Add(id); number++)
            {
                id = $"{text}-{number}";
            }

            _ids[component.Reference] = id;
        }
    }

    private void Write(Component component)
    {
        var files = _files[component.Reference].ToList();
        json.WriteStartObject();
        json.WriteString("name", component.Name);
        json.WriteString("SPDXID", _ids[component.Reference]);
        if (component.Version is not null)
        {
            json.WriteString("versionInfo", component.Version);
        }

        // Readers of SPDX 2.2 do without the rest, but not without this one.
        json.WriteString("supplier", NoAssertion);
        json.WriteString("downloadLocation", NoAssertion);
        json.WriteBoolean("filesAnalyzed", files.Count > 0);
        if (files.Count > 0)
        {
            json.WriteStartObject("packageVerificationCode");
            json.WriteString("packageVerificationCodeValue", VerificationCode(files));
            json.WriteEndObject();
        }

        if (component.Sha256 is not null || component.Sha512 is not null)
        {
            json.WriteStartArray("checksums");
            WriteChecksum("SHA256", component.Sha256);
            WriteChecksum("SHA512", component.Sha512);
            json.WriteEndArray();
        }

        // What Trivy and Syft write, and Trivy reads.
        if (component.Source is { } source)
        {
            json.WriteString("sourceInfo", $"{SourcePrefix}{source.Name} {source.Version}");
        }

        var isExpression = component.License is { } license && LicenseExpression.IsOne(license);
        json.WriteString("licenseConcluded", NoAssertion);
        json.WriteString("licenseDeclared", isExpression ? component.License : NoAssertion);
        if (component.License is not null && !isExpression)
        {
            json.WriteString("licenseComments", component.License);
        }

        json.WriteString("copyrightText", NoAssertion);
        json.WriteString("primaryPackagePurpose", component.Kind switch
        {
            ComponentKind.Image or ComponentKind.Base => "CONTAINER",
            ComponentKind.App => "APPLICATION",
            ComponentKind.OperatingSystem => "OPERATING_SYSTEM",
            ComponentKind.RuntimePack => "FRAMEWORK",
            _ => "LIBRARY",
        });
        if (component.PackageUrl is { } url)
        {
            json.WriteStartArray("externalRefs");
            json.WriteStartObject();
            json.WriteString("referenceCategory", "PACKAGE-MANAGER");
            json.WriteString("referenceType", "purl");
            json.WriteString("referenceLocator", url);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Write(BillFile file)
    {
        json.WriteStartObject();
        json.WriteString("fileName", $"./{file.Path}");
        json.WriteString("SPDXID", IdOf(file));
        json.WriteStartArray("checksums");
        WriteChecksum("SHA1", file.Sha1);
        WriteChecksum("SHA256", file.Sha256);
        json.WriteEndArray();
        json.WriteString("licenseConcluded", NoAssertion);
        json.WriteString("copyrightText", NoAssertion);
        json.WriteString("comment", $"layerID: {file.Layer}");
        json.WriteEndObject();
    }

    private void WriteChecksum(string algorithm, string? value)
    {
        if (value is not null)
        {
            json.WriteStartObject();
            json.WriteString("algorithm", algorithm);
            json.WriteString("checksumValue", value);
            json.WriteEndObject();
        }
    }

    private void WriteRelationships()
    {
        var image = _ids[bill.Image.Reference];
        json.WriteStartArray("relationships");
        WriteRelationship(Document, "DESCRIBES", image);
        foreach (var component in bill.Components)
        {
            WriteRelationship(
                image, component.Kind == ComponentKind.Base ? "DESCENDANT_OF" : "CONTAINS", _ids[component.Reference]);
        }

        foreach (var component in bill.Components.Prepend(bill.Image))
        {
            foreach (var needed in bill.Dependencies.GetValueOrDefault(component.Reference, []))
            {
                WriteRelationship(
                    _ids[component.Reference],
                    component.Kind == ComponentKind.OperatingSystem ? "CONTAINS" : "DEPENDS_ON",
                    _ids[needed]);
            }

            foreach (var file in _files[component.Reference])
            {
                WriteRelationship(_ids[component.Reference], "CONTAINS", IdOf(file));
            }
        }

        json.WriteEndArray();
    }

    private void WriteRelationship(string from, string type, string to)
    {
        json.WriteStartObject();
        json.WriteString("spdxElementId", from);
        json.WriteString("relationshipType", type);
        json.WriteString("relatedSpdxElement", to);
        json.WriteEndObject();
    }

    private static string IdOf(BillFile file) =>
        $"SPDXRef-File-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Path)).AsSpan(0, 16))}";

    // SPDX 2.3, 7.9: the SHA-1 of the SHA-1s of all files, sorted.
    private static string VerificationCode(IEnumerable<BillFile> files)
    {
        var all = string.Concat(files.Select(file => file.Sha1).Order(StringComparer.Ordinal));
#pragma warning disable CA5350 // the specification asks for this algorithm; it protects nothing
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(all)));
#pragma warning restore CA5350
    }
}
