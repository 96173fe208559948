using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Containerize.Tests.Architecture;

/// <summary>
/// Which of our types each type of a compiled assembly uses: in base types, interfaces, members, local variables, attributes and
/// instructions. A nested or compiler-generated type counts as the type that it is declared in.
/// </summary>
/// <remarks>The compiler inlines constants and enum members, so they are not seen.</remarks>
internal sealed class CompiledReferences
{
    private readonly MetadataReader _metadata;
    private readonly PEReader _file;
    private readonly TypeNames _names = new();

    private CompiledReferences(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
    }

    /// <summary>Reads an assembly.</summary>
    /// <returns>For each top-level type, in full names, the others that it uses, also those of our other assemblies.</returns>
    internal static IReadOnlyDictionary<string, IReadOnlySet<string>> Read(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var references = new CompiledReferences(file);
        return references._metadata.TypeDefinitions
            .GroupBy(type => TypeNames.OutermostOf(references._metadata, type))
            .Where(parts => TypeNames.IsOurs(parts.Key))
            .ToDictionary(parts => parts.Key, parts => references.UsedBy(parts, except: parts.Key));
    }

    private IReadOnlySet<string> UsedBy(IEnumerable<TypeDefinitionHandle> parts, string except) =>
        parts.Select(_metadata.GetTypeDefinition).SelectMany(UsedBy).Where(name => name != except && TypeNames.IsOurs(name)).ToHashSet();

    private IEnumerable<string> UsedBy(TypeDefinition type) =>
    [
        .. Names(type.BaseType),
        .. type.GetInterfaceImplementations().SelectMany(item => Names(_metadata.GetInterfaceImplementation(item).Interface)),
        .. Attributes(type.GetCustomAttributes()),
        .. GenericParameters(type.GetGenericParameters()),
        .. type.GetFields().Select(_metadata.GetFieldDefinition)
            .SelectMany(field => field.DecodeSignature(_names, default).Concat(Attributes(field.GetCustomAttributes()))),
        .. type.GetProperties().Select(_metadata.GetPropertyDefinition).SelectMany(property => Attributes(property.GetCustomAttributes())),
        .. type.GetMethods().Select(_metadata.GetMethodDefinition).SelectMany(UsedBy),
    ];

    private IEnumerable<string> UsedBy(MethodDefinition method) =>
    [
        .. Signature(method.DecodeSignature(_names, default)),
        .. GenericParameters(method.GetGenericParameters()),
        .. Attributes(method.GetCustomAttributes()),
        .. method.GetParameters().SelectMany(parameter => Attributes(_metadata.GetParameter(parameter).GetCustomAttributes())),
        .. method.RelativeVirtualAddress == 0 ? [] : UsedBy(_file.GetMethodBody(method.RelativeVirtualAddress)),
    ];

    private IEnumerable<string> UsedBy(MethodBodyBlock body) =>
    [
        .. body.LocalSignature.IsNil ? [] : Names(body.LocalSignature),
        .. body.ExceptionRegions.SelectMany(region => Names(region.CatchType)),
        .. Instructions.Tokens(body.GetILReader()).SelectMany(token => Names(MetadataTokens.EntityHandle(token))),
    ];

    private IEnumerable<string> GenericParameters(GenericParameterHandleCollection parameters) =>
        parameters.Select(_metadata.GetGenericParameter).SelectMany(parameter => parameter.GetConstraints())
            .SelectMany(constraint => Names(_metadata.GetGenericParameterConstraint(constraint).Type));

    private IEnumerable<string> Attributes(CustomAttributeHandleCollection attributes) =>
        attributes.Select(_metadata.GetCustomAttribute)
            .SelectMany(attribute => Names(attribute.Constructor).Concat(TypeNames.InAttribute(_metadata.GetBlobBytes(attribute.Value))));

    /// <summary>The types that a token names. A call also uses what the method returns, and an access to a field what it holds.</summary>
    private IEnumerable<string> Names(EntityHandle token)
    {
        if (token.IsNil)
        {
            return [];
        }

        switch (token.Kind)
        {
            case HandleKind.TypeDefinition:
                return _names.GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)token, 0);
            case HandleKind.TypeReference:
                return _names.GetTypeFromReference(_metadata, (TypeReferenceHandle)token, 0);
            case HandleKind.TypeSpecification:
                return _metadata.GetTypeSpecification((TypeSpecificationHandle)token).DecodeSignature(_names, default);
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)token);
                return Names(field.GetDeclaringType()).Concat(field.DecodeSignature(_names, default));
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)token);
                return Names(method.GetDeclaringType()).Concat(method.DecodeSignature(_names, default).ReturnType);
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)token);
                return Names(generic.Method).Concat(generic.DecodeSignature(_names, default).SelectMany(names => names));
            case HandleKind.MemberReference:
                var member = _metadata.GetMemberReference((MemberReferenceHandle)token);
                return Names(member.Parent).Concat(member.GetKind() == MemberReferenceKind.Field
                    ? member.DecodeFieldSignature(_names, default)
                    : member.DecodeMethodSignature(_names, default).ReturnType);
            case HandleKind.StandaloneSignature:
                var alone = _metadata.GetStandaloneSignature((StandaloneSignatureHandle)token);
                return alone.GetKind() == StandaloneSignatureKind.LocalVariables
                    ? alone.DecodeLocalSignature(_names, default).SelectMany(names => names)
                    : Signature(alone.DecodeMethodSignature(_names, default));
            default:
                throw new BadImageFormatException($"A token of the kind {token.Kind} was not expected here.");
        }
    }

    private static IEnumerable<string> Signature(MethodSignature<ImmutableArray<string>> signature) =>
        signature.ReturnType.Concat(signature.ParameterTypes.SelectMany(names => names));

    /// <summary>Walks over the instructions of a method.</summary>
    private static class Instructions
    {
        private static readonly Dictionary<int, OperandType> s_operands = typeof(OpCodes).GetFields()
            .Select(field => (OpCode)field.GetValue(null)!)
            .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

        /// <summary>The metadata tokens that the instructions have for operands.</summary>
        internal static IReadOnlyList<int> Tokens(BlobReader instructions)
        {
            var tokens = new List<int>();
            while (instructions.RemainingBytes > 0)
            {
                var first = instructions.ReadByte();
                switch (s_operands[first == 0xfe ? (first << 8) | instructions.ReadByte() : first])
                {
                    case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok
                        or OperandType.InlineSig:
                        tokens.Add(instructions.ReadInt32());
                        break;
                    case OperandType.InlineSwitch:
                        var targets = instructions.ReadInt32();
                        instructions.Offset += 4 * targets;
                        break;
                    case OperandType.InlineI8 or OperandType.InlineR:
                        instructions.Offset += 8;
                        break;
                    case OperandType.InlineI or OperandType.InlineBrTarget or OperandType.InlineString or OperandType.ShortInlineR:
                        instructions.Offset += 4;
                        break;
                    case OperandType.InlineVar:
                        instructions.Offset += 2;
                        break;
                    case OperandType.ShortInlineI or OperandType.ShortInlineBrTarget or OperandType.ShortInlineVar:
                        instructions.Offset += 1;
                        break;
                }
            }

            return tokens;
        }
    }
}
