using System.Text.Json.Nodes;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A bill of materials beside an archive, read without the library.</summary>
internal sealed class Bill(string spdxFile)
{
    private readonly JsonNode _document = JsonNode.Parse(File.ReadAllText(spdxFile))!;

    /// <summary>SHA-256 of each file, by its path without a slash before it.</summary>
    internal IReadOnlyDictionary<string, string> Files => _document["files"]!.AsArray().ToDictionary(
        file => ((string)file!["fileName"]!)[2..],
        file => (string)file!["checksums"]!.AsArray().Single(sum => (string)sum!["algorithm"]! == "SHA256")!["checksumValue"]!);

    /// <summary>The packages of one type, by their URLs.</summary>
    internal IEnumerable<string> Urls(string type) => _document["packages"]!.AsArray()
        .Select(package => (string?)package!["externalRefs"]?[0]!["referenceLocator"])
        .OfType<string>().Where(url => url.StartsWith($"pkg:{type}/", StringComparison.Ordinal));

    /// <summary>The names of packages that serve a purpose.</summary>
    internal IEnumerable<string> Names(string purpose) => _document["packages"]!.AsArray()
        .Where(package => (string)package!["primaryPackagePurpose"]! == purpose).Select(package => (string)package!["name"]!);

    /// <summary>The relations, as <c>from TYPE to</c>, by the names of elements; files by their paths.</summary>
    internal IReadOnlyList<string> Relations()
    {
        var names = _document["packages"]!.AsArray().ToDictionary(item => (string)item!["SPDXID"]!, item => (string)item!["name"]!);
        foreach (var file in _document["files"]!.AsArray())
        {
            names.Add((string)file!["SPDXID"]!, (string)file["fileName"]!);
        }

        names.Add((string)_document["SPDXID"]!, "document");
        return [.. _document["relationships"]!.AsArray().Select(
            each => $"{names[(string)each!["spdxElementId"]!]} {(string)each["relationshipType"]!} "
                + names[(string)each["relatedSpdxElement"]!])];
    }
}
