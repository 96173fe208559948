using System.Text.Json;
using Containerize.Images;
using Containerize.Oci;
using Containerize.SupplyChain.Sbom;

namespace Containerize.SupplyChain.Statements;

/// <summary>Writes which vulnerabilities do not matter for an image, as OpenVEX 0.2.</summary>
/// <remarks>The OpenVEX specification 0.2.</remarks>
internal static class VexWriter
{
    /// <summary>What a file of the document ends in.</summary>
    internal const string Suffix = "vex.json";

    /// <summary>The document's media type, and what referrers call it.</summary>
    internal const string MediaType = "application/vnd.openvex+json";

    /// <summary>The context of the document's JSON-LD: the version of OpenVEX.</summary>
    internal const string Context = "https://openvex.dev/ns/v0.2.0";

    /// <summary>What signed statements call the document, whatever version of OpenVEX it is.</summary>
    /// <remarks>OpenVEX, <i>ATTESTING.md</i>; cosign asks for this one (<c>--type openvex</c>).</remarks>
    internal const string PredicateType = "https://openvex.dev/ns";

    /// <summary>Writes the document. The same image and the same statements give the same bytes.</summary>
    /// <param name="name">What the image is called: the last part of its repository.</param>
    /// <param name="index">The index that the image is one of; null where there is none. Scanners that were given a tag ask for this one.
    /// </param>
    internal static byte[] Write(string name, Image image, Digest? index, VexRequest request)
    {
        var digest = image.Manifest.Descriptor.Digest;
        var said = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{request.Inputs}{(index is null ? "" : $"\n{index}")}")).Hex;
        return SbomDocument.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("@context", Context);
            json.WriteString("@id", $"https://containerize.invalid/vex/sha256/{digest.Hex}/{said}");
            json.WriteString("author", request.Author);
            json.WriteString("timestamp", ImageConfig.Rfc3339(image.Config.Created ?? DateTimeOffset.UnixEpoch));
            json.WriteNumber("version", 1);
            json.WriteStartArray("statements");
            foreach (var statement in request.Statements)
            {
                Write(json, statement, () =>
                {
                    WriteProduct(json, PackageUrl.Image(name, digest, image.Config.Platform), digest);
                    if (index is not null)
                    {
                        WriteProduct(json, PackageUrl.Image(name, index, platform: null), index);
                    }
                });
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, VexStatement statement, Action writeProducts)
    {
        json.WriteStartObject();
        json.WriteStartObject("vulnerability");
        json.WriteString("@id", statement.Vulnerability);
        json.WriteString("name", statement.Name);
        if (statement.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases");
            foreach (var alias in statement.Aliases)
            {
                json.WriteStringValue(alias);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartArray("products");
        writeProducts();
        json.WriteEndArray();
        json.WriteString("status", "not_affected");
        json.WriteString("justification", NameOf(statement.Justification));
        if (statement.Impact is { } impact)
        {
            json.WriteString("impact_statement", impact);
        }

        json.WriteEndObject();
    }

    /// <summary>What OpenVEX calls a justification.</summary>
    internal static string NameOf(VexJustification justification) => justification switch
    {
        VexJustification.ComponentNotPresent => "component_not_present",
        VexJustification.VulnerableCodeNotPresent => "vulnerable_code_not_present",
        VexJustification.VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
        VexJustification.VulnerableCodeCannotBeControlledByAdversary => "vulnerable_code_cannot_be_controlled_by_adversary",
        _ => "inline_mitigations_already_exist",
    };

    private static void WriteProduct(Utf8JsonWriter json, string url, Digest digest)
    {
        json.WriteStartObject();
        json.WriteString("@id", url);
        json.WriteStartObject("identifiers");
        json.WriteString("purl", url);
        json.WriteEndObject();
        json.WriteStartObject("hashes");
        json.WriteString("sha-256", digest.Hex);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
