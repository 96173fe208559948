using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace Containerize.Verification;

/// <summary>What the symbols of an assembly (portable PDB) say of how it was compiled.</summary>
/// <param name="Documents">The source files: path as it was compiled in, and the hash of the content.</param>
/// <param name="Compiler">The compiler's version; null when it is not said.</param>
internal sealed record SymbolFacts(IReadOnlyDictionary<string, string> Documents, string? Compiler)
{
    private const string CompilerKey = "compiler-version";

    // Portable PDB specification, "Compilation Options".
    private static readonly Guid s_options = new("B5FEEC05-8CD0-4A83-96DA-466284BB4BD8");

    /// <summary>Reads a PDB.</summary>
    /// <returns>What it says; null when the file is none.</returns>
    internal static SymbolFacts? Read(byte[] content)
    {
        if (!content.AsSpan().StartsWith("BSJB"u8))
        {
            return null;
        }

        try
        {
            using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(content));
            return Read(provider.GetMetadataReader());
        }
        catch (Exception failure) when (failure is BadImageFormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads the symbols in an assembly; null where it has none.</summary>
    internal static SymbolFacts? Read(PEReader assembly)
    {
        var embedded = assembly.ReadDebugDirectory().FirstOrDefault(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        if (embedded.Type != DebugDirectoryEntryType.EmbeddedPortablePdb)
        {
            return null;
        }

        using var provider = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        return Read(provider.GetMetadataReader());
    }

    /// <summary>The names of the source files whose content differs, or that only one has; without directories.</summary>
    internal IReadOnlyList<string> OtherSources(SymbolFacts rebuilt)
    {
        var (old, now) = (ByName(), rebuilt.ByName());
        return [.. old.Select(each => each.Key).Union(now.Select(each => each.Key)).Where(name => !old[name].SequenceEqual(now[name]))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>A source file that has another path; null where all have the same.</summary>
    internal (string Image, string Rebuilt)? OtherPath(SymbolFacts rebuilt)
    {
        var moved = Documents.Keys.Except(rebuilt.Documents.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(path => (path, Other: rebuilt.Documents.Keys.FirstOrDefault(other => NameOf(other) == NameOf(path))))
            .FirstOrDefault(pair => pair.Other is not null);
        return moved.path is null ? null : (moved.path, moved.Other!);
    }

    private ILookup<string, string> ByName() =>
        Documents.OrderBy(each => each.Value, StringComparer.Ordinal).ToLookup(each => NameOf(each.Key), each => each.Value);

    private static string NameOf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    private static SymbolFacts Read(MetadataReader reader)
    {
        var documents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in reader.Documents.Select(reader.GetDocument))
        {
            documents[reader.GetString(document.Name)] = Convert.ToHexStringLower(reader.GetBlobBytes(document.Hash));
        }

        var options = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == s_options)
            .Select(information => Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value)).Split('\0')).FirstOrDefault() ?? [];
        var key = Array.IndexOf(options, CompilerKey);
        return new(documents, key >= 0 && key + 1 < options.Length ? options[key + 1] : null);
    }
}
