using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Containerize.Testing.Images;

/// <summary>Assemblies as compilers write them, of what a test wants to see in them.</summary>
internal sealed record TestAssembly
{
    /// <summary>The version of the assembly.</summary>
    public Version Version { get; init; } = new(1, 0);

    /// <summary>The id of the module, which a compiler derives from all that goes in, or takes at random.</summary>
    public Guid Id { get; init; } = Guid.Empty;

    /// <summary>A text that its code loads.</summary>
    public string Text { get; init; } = "hello";

    /// <summary>The version of another assembly that it refers to.</summary>
    public Version Reference { get; init; } = new(1, 0);

    /// <summary>Whether it says that the same inputs give the same bytes.</summary>
    public bool IsReproducible { get; init; } = true;

    /// <summary>The path of its symbols.</summary>
    public string SymbolPath { get; init; } = "/src/probe.pdb";

    /// <summary>Its source files, with the hashes of their content; with none, it has no symbols in it.</summary>
    public ImmutableDictionary<string, byte[]> Sources { get; init; } = ImmutableDictionary<string, byte[]>.Empty;

    /// <summary>The file of an assembly that refers to types by these names, with or without a namespace.</summary>
    public static byte[] Using(params string[] types)
    {
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString("probe.dll"), metadata.GetOrAddGuid(Guid.Empty), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("probe"), new Version(1, 0), default, default, default, AssemblyHashAlgorithm.None);
        metadata.AddTypeDefinition(
            default,
            default,
            metadata.GetOrAddString("<Module>"),
            default,
            MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
        var other = metadata.AddAssemblyReference(
            metadata.GetOrAddString("other"), new Version(1, 0), default, default, default, default);
        foreach (var type in types)
        {
            var dot = type.LastIndexOf('.');
            metadata.AddTypeReference(
                other, metadata.GetOrAddString(dot < 0 ? "Other" : type[..dot]), metadata.GetOrAddString(type[(dot + 1)..]));
        }

        var file = new BlobBuilder();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(file);
        return file.ToArray();
    }

    /// <summary>Its file.</summary>
    public byte[] Write()
    {
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString("probe.dll"), metadata.GetOrAddGuid(Id), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("probe"), Version, default, default, default, AssemblyHashAlgorithm.None);
        metadata.AddAssemblyReference(metadata.GetOrAddString("Other"), Reference, default, default, default, default);
        metadata.AddTypeDefinition(
            default,
            default,
            metadata.GetOrAddString("<Module>"),
            default,
            MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1));
        var signature = new BlobBuilder();
        new BlobEncoder(signature).MethodSignature().Parameters(0, returnType => returnType.Type().String(), _ => { });
        metadata.AddMethodDefinition(
            MethodAttributes.Public | MethodAttributes.Static,
            MethodImplAttributes.IL,
            metadata.GetOrAddString("Say"),
            metadata.GetOrAddBlob(signature),
            Body(metadata, out var code),
            default);
        var file = new BlobBuilder();
        new ManagedPEBuilder(
            PEHeaderBuilder.CreateLibraryHeader(),
            new MetadataRootBuilder(metadata),
            code,
            debugDirectoryBuilder: Debug(metadata.GetRowCounts())).Serialize(file);
        return file.ToArray();
    }

    private int Body(MetadataBuilder metadata, out BlobBuilder code)
    {
        code = new BlobBuilder();
        var instructions = new InstructionEncoder(new BlobBuilder());
        instructions.LoadString(metadata.GetOrAddUserString(Text));
        instructions.OpCode(ILOpCode.Ret);
        return new MethodBodyStreamEncoder(code).AddMethodBody(instructions);
    }

    private DebugDirectoryBuilder Debug(ImmutableArray<int> rows)
    {
        var debug = new DebugDirectoryBuilder();
        debug.AddCodeViewEntry(SymbolPath, new BlobContentId(Id, 1), portablePdbVersion: 0x0100);
        if (IsReproducible)
        {
            debug.AddReproducibleEntry();
        }

        if (Sources.Count > 0)
        {
            var symbols = new MetadataBuilder();
            foreach (var (path, hash) in Sources.OrderBy(source => source.Key, StringComparer.Ordinal))
            {
                symbols.AddDocument(
                    symbols.GetOrAddDocumentName(path), default, symbols.GetOrAddBlob(hash), symbols.GetOrAddGuid(Guid.Empty));
            }

            var pdb = new BlobBuilder();
            new PortablePdbBuilder(symbols, rows, default).Serialize(pdb);
            debug.AddEmbeddedPortablePdbEntry(pdb, 0x0100);
        }

        return debug;
    }
}
