using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Containerize.Testing.Images;

/// <summary>An assembly without code that refers to types of others.</summary>
internal static class TestAssembly
{
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
}
