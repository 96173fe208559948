using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Text;
using System.Text.RegularExpressions;
using Names = System.Collections.Immutable.ImmutableArray<string>;

namespace Containerize.Tests.Architecture;

/// <summary>Reduces a signature to the full names of the top-level types in it.</summary>
internal sealed partial class TypeNames : ISignatureTypeProvider<Names, ValueTuple>
{
    /// <summary>Whether a type is one of this repository's; what the compiler adds at the top level is not.</summary>
    internal static bool IsOurs(string name) => name.StartsWith("Containerize.", StringComparison.Ordinal);

    internal static string OutermostOf(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
        {
            type = reader.GetTypeDefinition(type.GetDeclaringType());
        }

        return Name(reader, type.Namespace, type.Name);
    }

    /// <summary>
    /// Our types among the values of an attribute, as in <c>[JsonConverter(typeof(DigestConverter))]</c>: a type is stored as its name.
    /// </summary>
    internal static IEnumerable<string> InAttribute(byte[] values) =>
        OurName().Matches(Encoding.UTF8.GetString(values)).Select(match => match.Value);

    public Names GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        [OutermostOf(reader, handle)];

    public Names GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference)
        {
            type = reader.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        }

        return [Name(reader, type.Namespace, type.Name)];
    }

    public Names GetTypeFromSpecification(MetadataReader reader, ValueTuple context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);

    public Names GetGenericInstantiation(Names genericType, ImmutableArray<Names> typeArguments) =>
        [.. genericType, .. typeArguments.SelectMany(names => names)];

    public Names GetFunctionPointerType(MethodSignature<Names> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(names => names)];

    public Names GetModifiedType(Names modifier, Names unmodifiedType, bool isRequired) => [.. modifier, .. unmodifiedType];

    public Names GetArrayType(Names elementType, ArrayShape shape) => elementType;

    public Names GetSZArrayType(Names elementType) => elementType;

    public Names GetByReferenceType(Names elementType) => elementType;

    public Names GetPointerType(Names elementType) => elementType;

    public Names GetPinnedType(Names elementType) => elementType;

    public Names GetPrimitiveType(PrimitiveTypeCode typeCode) => [];

    public Names GetGenericMethodParameter(ValueTuple genericContext, int index) => [];

    public Names GetGenericTypeParameter(ValueTuple genericContext, int index) => [];

    private static string Name(MetadataReader reader, StringHandle space, StringHandle name) =>
        $"{reader.GetString(space)}.{reader.GetString(name)}";

    [GeneratedRegex(@"Containerize(\.\w+)+(`\d+)?")]
    private static partial Regex OurName();
}
