using System.Globalization;
using System.Text.Json;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Reads SPDX 2.3 as <see cref="SpdxWriter"/> writes it.</summary>
/// <param name="root">The document.</param>
internal sealed class SpdxReader(JsonElement root)
{
    private const string Prefix = "SPDXRef-";
    private const string LayerPrefix = "layerID: ";
    private const string NoAssertion = "NOASSERTION";

    /// <summary>Reads the document.</summary>
    /// <returns>The bill; null for a document of another tool.</returns>
    /// <exception cref="Exception">It cannot be understood.</exception>
    internal Bill? Read()
    {
        var creation = root.GetProperty("creationInfo");
        if (!creation.Elements("creators").Any(creator => creator.GetString()?.StartsWith("Tool: Containerize-", StringComparison.Ordinal)
            == true))
        {
            return null;
        }

        var components = root.GetProperty("packages").EnumerateArray().ToDictionary(Id, Component, StringComparer.Ordinal);
        var relations = root.GetProperty("relationships").EnumerateArray()
            .Select(each => (
                From: each.Required("spdxElementId"),
                Type: each.Required("relationshipType"),
                To: each.Required("relatedSpdxElement")))
            .ToList();
        var owners = relations.Where(each => each.Type == "CONTAINS" && !components.ContainsKey(each.To))
            .ToDictionary(each => each.To, each => components[each.From].Reference, StringComparer.Ordinal);
        return new Bill(
            components.Values.Single(component => component.Kind == ComponentKind.Image),
            DateTimeOffset.Parse(creation.Required("created"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            [.. components.Values.Where(component => component.Kind != ComponentKind.Image)],
            [.. root.Elements("files").Select(file => File(file, owners))])
        {
            Dependencies = BillDocument.Group(relations
                .Where(each => each.Type == "DEPENDS_ON"
                    || (components.TryGetValue(each.From, out var from) && from.Kind == ComponentKind.OperatingSystem))
                .Select(each => (components[each.From].Reference, components[each.To].Reference))),
        };
    }

    private static string Id(JsonElement element) => element.Required("SPDXID");

    private static Component Component(JsonElement package)
    {
        var id = Id(package);
        var kind = id[Prefix.Length..id.IndexOf('-', Prefix.Length)];
        return new Component(Enum.Parse<ComponentKind>(kind), package.Required("name"), package.Text("versionInfo"))
        {
            PackageUrl = package.Elements("externalRefs").Select(reference => reference.Text("referenceLocator")).FirstOrDefault(),
            License = package.Text("licenseDeclared") is { } license and not NoAssertion ? license : package.Text("licenseComments"),
            Source = package.Text("sourceInfo") is { } source && source[SpdxWriter.SourcePrefix.Length..].Split(' ') is [var of, var number]
                ? new(of, number) : null,
            Sha256 = Checksum(package, "SHA256"),
            Sha512 = Checksum(package, "SHA512"),
        };
    }

    private static BillFile File(JsonElement file, Dictionary<string, string> owners) => new(
        file.Required("fileName")["./".Length..],
        Checksum(file, "SHA1")!,
        Checksum(file, "SHA256")!,
        file.Required("comment")[LayerPrefix.Length..],
        owners[Id(file)]);

    private static string? Checksum(JsonElement element, string algorithm) => element.Elements("checksums")
        .Where(checksum => checksum.Text("algorithm") == algorithm).Select(checksum => checksum.Text("checksumValue")).FirstOrDefault();
}
