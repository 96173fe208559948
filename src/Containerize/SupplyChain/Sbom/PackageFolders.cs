using System.Xml;
using System.Xml.Linq;
using Containerize.Files;

namespace Containerize.SupplyChain.Sbom;

/// <summary>What the packages that NuGet restored say of themselves: licence and hash.</summary>
/// <param name="folders">The package folders, full paths.</param>
internal sealed class PackageFolders(IReadOnlyList<string> folders)
{
    private const int Sha512Length = 64;

    /// <summary>Finds a package.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="version">Its version.</param>
    /// <returns>The licence, where the package tells it as an expression, and the SHA-512 of the package file in hexadecimal digits; null
    /// where it is not told.</returns>
    internal (string? License, string? Sha512) Find(string id, string version)
    {
        var (name, number) = (id.ToLowerInvariant(), version.Split('+')[0].ToLowerInvariant());
        foreach (var folder in folders.Select(folder => Path.Combine(folder, name, number)).Where(Directory.Exists))
        {
            return (License(Path.Combine(folder, $"{name}.nuspec")), Hash(Path.Combine(folder, $"{name}.{number}.nupkg.sha512")));
        }

        return default;
    }

    private static string? License(string path)
    {
        try
        {
            if (!RegularFile.IsThere(path))
            {
                return null;
            }

            using var content = new MemoryStream(RegularFile.ReadAllBytes(path), writable: false);
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using var reader = XmlReader.Create(content, settings);
            // Each version of the format has a namespace of its own.
            return XDocument.Load(reader).Root?.Elements().FirstOrDefault(element => element.Name.LocalName == "metadata")?
                .Elements().FirstOrDefault(
                    element => element.Name.LocalName == "license" && element.Attribute("type")?.Value == "expression")?
                .Value.Trim() is { Length: > 0 } expression ? expression : null;
        }
        catch (Exception failure) when (failure is XmlException || FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    private static string? Hash(string path)
    {
        try
        {
            return RegularFile.IsThere(path)
                && Convert.FromBase64String(System.Text.Encoding.UTF8.GetString(RegularFile.ReadAllBytes(path)).Trim()) is { } hash
                && hash.Length == Sha512Length
                ? Convert.ToHexStringLower(hash) : null;
        }
        catch (Exception failure) when (failure is FormatException || FileFailure.IsOne(failure))
        {
            return null;
        }
    }
}
