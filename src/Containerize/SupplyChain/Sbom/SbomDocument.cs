using System.Buffers;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Containerize.SupplyChain.Sbom;

/// <summary>A bill of materials as a document.</summary>
internal static class SbomDocument
{
    private const int Sha256Length = 64;

    /// <summary>The version of Containerize, without the commit.</summary>
    internal static string ToolVersion { get; } =
        typeof(SbomDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "0";

    /// <summary>Writes a bill. The same bill gives the same bytes; another one has another name, also of the same image.</summary>
    internal static byte[] Write(Bill bill, SbomFormat format)
    {
        var nameless = Write(bill, format, new string('0', Sha256Length));
        return Write(bill, format, Convert.ToHexStringLower(SHA256.HashData(nameless)));
    }

    private static byte[] Write(Bill bill, SbomFormat format, string content) => WriteJson(json =>
    {
        if (format == SbomFormat.Spdx)
        {
            new SpdxWriter(bill, content, json).Write();
        }
        else
        {
            new CycloneDxWriter(bill, content, json).Write();
        }
    });

    /// <summary>The media type of a form.</summary>
    internal static string MediaType(SbomFormat format) =>
        format == SbomFormat.Spdx ? "application/spdx+json" : "application/vnd.cyclonedx+json";

    /// <summary>What files of a form end in.</summary>
    internal static string Suffix(SbomFormat format) => format == SbomFormat.Spdx ? "spdx.json" : "cdx.json";

    /// <summary>What attestations call a form.</summary>
    /// <remarks>The predicate types of the in-toto attestation framework, as <c>cosign verify-attestation --type</c> knows them.</remarks>
    internal static string PredicateType(SbomFormat format) =>
        format == SbomFormat.Spdx ? "https://spdx.dev/Document" : "https://cyclonedx.org/bom";

    /// <summary>Writes JSON that is the same on every machine.</summary>
    internal static byte[] WriteJson(Action<Utf8JsonWriter> write, bool isIndented = true)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions
        {
            Indented = isIndented,
            NewLine = "\n",
            // Nothing of it becomes part of a page.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
