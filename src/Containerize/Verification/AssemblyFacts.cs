using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;

namespace Containerize.Verification;

/// <summary>What a managed assembly says of itself, as far as it tells why two of them differ.</summary>
/// <param name="Version">Its version.</param>
/// <param name="References">The assemblies that it was compiled against, with their versions.</param>
/// <param name="Texts">The texts of its code, and of attributes: dates, paths and commits are among them.</param>
/// <param name="Code">A hash of all that it does: metadata without the module's id, code, resources.</param>
/// <param name="SymbolPath">The path of its symbols, as it was compiled in; null for none.</param>
/// <param name="IsReproducible">Whether the compiler made it so that the same inputs give the same bytes.</param>
/// <param name="Symbols">The symbols in it; null for none.</param>
internal sealed record AssemblyFacts(
    Version Version,
    IReadOnlyDictionary<string, Version> References,
    IReadOnlyList<string> Texts,
    string Code,
    string? SymbolPath,
    bool IsReproducible,
    SymbolFacts? Symbols)
{
    private const int ShortestText = 4;
    private const int MaxResources = 64 * 1024 * 1024;

    /// <summary>Reads an assembly.</summary>
    /// <returns>What it says; null when the file is none.</returns>
    internal static AssemblyFacts? Read(byte[] content)
    {
        if (!content.AsSpan().StartsWith("MZ"u8))
        {
            return null;
        }

        try
        {
            using var file = new PEReader(new MemoryStream(content));
            return file.HasMetadata && file.GetMetadataReader() is { IsAssembly: true } reader ? Read(file, reader) : null;
        }
        catch (Exception failure) when (failure is BadImageFormatException or InvalidOperationException or IOException
            or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>The first reference, by name, that both have in different versions; null where there is none.</summary>
    internal (string Name, Version Image, Version Rebuilt)? OtherReference(AssemblyFacts rebuilt) => References
        .OrderBy(each => each.Key, StringComparer.Ordinal)
        .Where(each => rebuilt.References.TryGetValue(each.Key, out var other) && other != each.Value)
        .Select(each => ((string, Version, Version)?)(each.Key, each.Value, rebuilt.References[each.Key])).FirstOrDefault();

    private static AssemblyFacts Read(PEReader file, MetadataReader reader)
    {
        var debug = file.ReadDebugDirectory();
        var symbols = debug.FirstOrDefault(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        var references = new Dictionary<string, Version>(StringComparer.Ordinal);
        foreach (var reference in reader.AssemblyReferences.Select(reader.GetAssemblyReference))
        {
            references[reader.GetString(reference.Name)] = reference.Version;
        }

        return new(
            reader.GetAssemblyDefinition().Version,
            references,
            [.. UserTexts(reader), .. AttributeTexts(reader)],
            HashOf(file, reader),
            symbols.Type == DebugDirectoryEntryType.CodeView ? file.ReadCodeViewDebugDirectoryData(symbols).Path : null,
            debug.Any(entry => entry.Type == DebugDirectoryEntryType.Reproducible),
            SymbolFacts.Read(file));
    }

    private static IEnumerable<string> UserTexts(MetadataReader reader)
    {
        for (var handle = MetadataTokens.UserStringHandle(1);
            !handle.IsNil && reader.GetHeapOffset(handle) < reader.GetHeapSize(HeapIndex.UserString);
            handle = reader.GetNextHandle(handle))
        {
            if (reader.GetUserString(handle) is { Length: >= ShortestText } text)
            {
                yield return text;
            }
        }
    }

    // The value of an attribute is a blob of lengths and texts; what is no letter parts them.
    private static IEnumerable<string> AttributeTexts(MetadataReader reader) =>
        reader.GetAssemblyDefinition().GetCustomAttributes().Select(reader.GetCustomAttribute)
            .SelectMany(attribute => Encoding.UTF8.GetString(reader.GetBlobBytes(attribute.Value)).Split(
                [.. Enumerable.Range(0, 32).Select(code => (char)code), '�'], StringSplitOptions.RemoveEmptyEntries))
            .Where(text => text.Length >= ShortestText);

    private static string HashOf(PEReader file, MetadataReader reader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var metadata = file.GetMetadata().GetContent().ToArray();
        var ids = reader.GetHeapMetadataOffset(HeapIndex.Guid);
        metadata.AsSpan(ids, reader.GetHeapSize(HeapIndex.Guid)).Clear();
        hash.AppendData(metadata);
        foreach (var address in reader.MethodDefinitions.Select(method => reader.GetMethodDefinition(method).RelativeVirtualAddress))
        {
            if (address != 0 && file.GetMethodBody(address).GetILBytes() is { } code)
            {
                hash.AppendData(code);
            }
        }

        if (file.PEHeaders.CorHeader?.ResourcesDirectory is { Size: > 0 and < MaxResources } resources)
        {
            hash.AppendData([.. file.GetSectionData(resources.RelativeVirtualAddress).GetContent(0, resources.Size)]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
