using System.Globalization;
using System.Text.Json;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Reads CycloneDX 1.6 as <see cref="CycloneDxWriter"/> writes it.</summary>
/// <param name="root">The document.</param>
internal sealed class CycloneDxReader(JsonElement root)
{
    /// <summary>Reads the document.</summary>
    /// <returns>The bill; null for a document of another tool.</returns>
    /// <exception cref="Exception">It cannot be understood.</exception>
    internal Bill? Read()
    {
        var metadata = root.GetProperty("metadata");
        if (!metadata.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Object
            || !tools.Elements("components").Any(tool => tool.Text("name") == "Containerize"))
        {
            return null;
        }

        var described = metadata.GetProperty("component");
        var image = Component(described, ComponentKind.Image);
        var parts = root.GetProperty("components").EnumerateArray().Select(each => (Json: each, Component: Component(each, Kind(each))))
            .ToList();
        return new Bill(
            image,
            DateTimeOffset.Parse(metadata.Required("timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            [.. parts.Select(part => part.Component)],
            [
                .. parts.Append((described, image))
                    .SelectMany(part => part.Item1.Elements("components").Select(file => File(file, part.Item2.Reference)))
                    .OrderBy(file => file.Path, StringComparer.Ordinal),
            ])
        {
            Dependencies = BillDocument.Group(
                from need in root.Elements("dependencies")
                let reference = need.Required("ref")
                // That the image needs all its parts is said of every image.
                where reference != image.Reference
                from other in need.Elements("dependsOn")
                select (reference, other.GetString()!)),
        };
    }

    private static ComponentKind Kind(JsonElement component) => (component.Text("type"), component.Text("purl")) switch
    {
        ("container", _) => ComponentKind.Base,
        ("application", _) => ComponentKind.App,
        ("framework", _) => ComponentKind.RuntimePack,
        ("operating-system", _) => ComponentKind.OperatingSystem,
        (_, { } url) => url.StartsWith("pkg:deb/", StringComparison.Ordinal) ? ComponentKind.Debian : ComponentKind.Package,
        // References of what is in no register begin with its kind.
        _ => Enum.Parse<ComponentKind>(component.Required("bom-ref").Split(':')[0], ignoreCase: true),
    };

    private static Component Component(JsonElement component, ComponentKind kind) =>
        new(kind, component.Required("name"), component.Text("version"))
        {
            PackageUrl = component.Text("purl"),
            License = component.Elements("licenses").Select(each => each.TryGetProperty("license", out var license)
                ? license.Text("name") : each.Text("expression")).FirstOrDefault(),
            Source = Property(component, CycloneDxWriter.SourceName) is { } source
                ? new(source, Property(component, CycloneDxWriter.SourceVersion)!) : null,
            Sha256 = Hash(component, "SHA-256"),
            Sha512 = Hash(component, "SHA-512"),
        };

    private static BillFile File(JsonElement file, string owner) => new(
        file.Required("name")["/".Length..],
        Hash(file, "SHA-1")!,
        Hash(file, "SHA-256")!,
        Property(file, CycloneDxWriter.Layer) ?? throw new FormatException("A file has no layer."),
        owner);

    private static string? Property(JsonElement element, string name) => element.Elements("properties")
        .Where(property => property.Text("name") == name).Select(property => property.Text("value")).SingleOrDefault();

    private static string? Hash(JsonElement element, string algorithm) => element.Elements("hashes")
        .Where(hash => hash.Text("alg") == algorithm).Select(hash => hash.Text("content")).FirstOrDefault();
}
