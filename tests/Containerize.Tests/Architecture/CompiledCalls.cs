using System.Reflection;
using System.Reflection.Emit;

namespace Containerize.Tests.Architecture;

/// <summary>Which methods the compiled code of an assembly names: calls, constructors and method groups.</summary>
internal static class CompiledCalls
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>All calls.</summary>
    /// <returns>The outermost type that calls, and what it calls.</returns>
    internal static IEnumerable<(Type Caller, MethodBase Called)> Of(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All))
        let body = method.GetMethodBody()
        where body is not null
        from called in CallsOf(method, body.GetILAsByteArray()!)
        select (Outermost(type), called);

    private static IEnumerable<MethodBase> CallsOf(MethodBase method, byte[] code)
    {
        for (var offset = 0; offset < code.Length;)
        {
            var operation = code[offset] == 0xfe ? s_codes[unchecked((short)((0xfe << 8) | code[offset + 1]))] : s_codes[code[offset]];
            offset += operation.Size;
            if (operation.OperandType is OperandType.InlineMethod)
            {
                var arguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
                yield return method.Module.ResolveMethod(
                    BitConverter.ToInt32(code, offset), arguments, method.IsGenericMethod ? method.GetGenericArguments() : null)!;
            }

            offset += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, offset)),
                _ => 4,
            };
        }
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
