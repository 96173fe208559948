using System.Text.Json;
using Containerize.Images;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Writes a bill as CycloneDX 1.6. Files are parts of the component that they belong to.</summary>
/// <param name="bill">What the image consists of.</param>
/// <param name="content">A hash of all that the document says, in hexadecimal digits, which names it.</param>
/// <param name="json">Takes the document.</param>
/// <remarks>ECMA-424, and its JSON schema.</remarks>
internal sealed class CycloneDxWriter(Bill bill, string content, Utf8JsonWriter json)
{
    /// <summary>The property of a file that names its layer.</summary>
    internal const string Layer = "containerize:layer";

    /// <summary>The property with the name of a source package, as Trivy calls it.</summary>
    internal const string SourceName = "aquasecurity:trivy:SrcName";

    /// <summary>The property with the version of a source package, as Trivy calls it.</summary>
    internal const string SourceVersion = "aquasecurity:trivy:SrcVersion";

    private readonly ILookup<string, BillFile> _files = bill.FilesByComponent;

    /// <summary>Writes the document.</summary>
    internal void Write()
    {
        json.WriteStartObject();
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", SerialNumber(content));
        json.WriteNumber("version", 1);
        json.WriteStartObject("metadata");
        json.WriteString("timestamp", ImageConfig.Rfc3339(bill.Created));
        json.WriteStartObject("tools");
        json.WriteStartArray("components");
        json.WriteStartObject();
        json.WriteString("type", "application");
        json.WriteString("name", "Containerize");
        json.WriteString("version", SbomDocument.ToolVersion);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WritePropertyName("component");
        Write(bill.Image);
        json.WriteEndObject();
        json.WriteStartArray("components");
        foreach (var component in bill.Components)
        {
            Write(component);
        }

        json.WriteEndArray();
        WriteDependencies();
        json.WriteEndObject();
    }

    private void Write(Component component)
    {
        json.WriteStartObject();
        json.WriteString("type", component.Kind switch
        {
            ComponentKind.Image or ComponentKind.Base => "container",
            ComponentKind.App => "application",
            ComponentKind.OperatingSystem => "operating-system",
            ComponentKind.RuntimePack => "framework",
            _ => "library",
        });
        json.WriteString("bom-ref", component.Reference);
        json.WriteString("name", component.Name);
        if (component.Version is not null)
        {
            json.WriteString("version", component.Version);
        }

        WriteHashes(("SHA-256", component.Sha256), ("SHA-512", component.Sha512));
        if (component.License is { } license)
        {
            json.WriteStartArray("licenses");
            json.WriteStartObject();
            if (LicenseExpression.IsOne(license))
            {
                json.WriteString("expression", license);
            }
            else
            {
                json.WriteStartObject("license");
                json.WriteString("name", license);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (component.PackageUrl is { } url)
        {
            json.WriteString("purl", url);
        }

        if (component.Source is { } source)
        {
            json.WriteStartArray("properties");
            WriteProperty(SourceName, source.Name);
            WriteProperty(SourceVersion, source.Version);
            json.WriteEndArray();
        }

        if (_files.Contains(component.Reference))
        {
            json.WriteStartArray("components");
            foreach (var file in _files[component.Reference])
            {
                Write(file);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Write(BillFile file)
    {
        json.WriteStartObject();
        json.WriteString("type", "file");
        json.WriteString("bom-ref", $"file:/{file.Path}");
        json.WriteString("name", $"/{file.Path}");
        WriteHashes(("SHA-1", file.Sha1), ("SHA-256", file.Sha256));
        json.WriteStartArray("properties");
        WriteProperty(Layer, file.Layer);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteProperty(string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private void WriteHashes(params IEnumerable<(string Algorithm, string? Value)> hashes)
    {
        var known = hashes.Where(hash => hash.Value is not null).ToList();
        if (known.Count == 0)
        {
            return;
        }

        json.WriteStartArray("hashes");
        foreach (var (algorithm, value) in known)
        {
            json.WriteStartObject();
            json.WriteString("alg", algorithm);
            json.WriteString("content", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteDependencies()
    {
        json.WriteStartArray("dependencies");
        WriteDependency(bill.Image.Reference, bill.Components.Select(component => component.Reference).Order(StringComparer.Ordinal));
        foreach (var component in bill.Components)
        {
            WriteDependency(component.Reference, bill.Dependencies.GetValueOrDefault(component.Reference, []));
        }

        json.WriteEndArray();
    }

    private void WriteDependency(string reference, IEnumerable<string> needed)
    {
        json.WriteStartObject();
        json.WriteString("ref", reference);
        json.WriteStartArray("dependsOn");
        foreach (var other in needed)
        {
            json.WriteStringValue(other);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // RFC 9562, version 8: the bits of a hash in the form of a UUID, so that the same bill has the same number everywhere.
    private static string SerialNumber(string hash) =>
        $"urn:uuid:{hash[..8]}-{hash[8..12]}-8{hash[13..16]}-a{hash[17..20]}-{hash[20..32]}";
}
