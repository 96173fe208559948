namespace Containerize.Tests.Architecture;

// Each type below is used by EveryUse, in the one way that its name tells. Only their metadata is read.
#pragma warning disable CA1812, CA1813, CA1018, CA1032, CA1040, CA1052, CA1064, CA1822, CA1823, CS0169, CS0649, CS8618

internal class UsedAsBase<T>;

internal sealed class UsedAsBaseArgument;

internal interface IUsedAsInterface;

[AttributeUsage(AttributeTargets.All)]
internal sealed class UsedAsAttribute(Type value) : Attribute
{
    public Type Value { get; } = value;
}

internal sealed class UsedAsAttributeValue;

internal abstract class UsedAsConstraint;

internal sealed class UsedAsField;

internal sealed class UsedAsElement;

internal sealed class UsedAsProperty;

internal sealed class UsedAsReturn;

internal sealed class UsedAsParameter;

internal struct UsedAsReference;

internal sealed class UsedAsToken;

internal sealed class UsedAsArgument;

internal sealed class UsedAsMethodArgument;

internal sealed class UsedAsPattern;

internal sealed class UsedAsResultOfACall;

internal sealed class UsedAsNew;

internal sealed class UsedAsNewInALambda;

internal sealed class UsedAsNewAfterAwait;

internal sealed class UsedAsFailure : Exception;

internal interface IUsedAsInterfaceOfANestedType;

internal static class UsedAsCalled
{
    internal static UsedAsResultOfACall Call() => new();

    internal static void Generic<T>()
    {
    }
}

/// <summary>Its member is a constant, which the compiler inlines.</summary>
internal static class InlinedConstant
{
    internal const int Value = 1;
}

[UsedAs(typeof(UsedAsAttributeValue))]
internal sealed class EveryUse<T> : UsedAsBase<UsedAsBaseArgument>, IUsedAsInterface
    where T : UsedAsConstraint
{
    private UsedAsField? _field;
    private List<UsedAsElement[]> _array;

    internal UsedAsProperty? Property { get; set; }

    internal static UsedAsReturn? Use(UsedAsParameter parameter, ref UsedAsReference reference)
    {
        try
        {
            Func<object> later = () => new UsedAsNewInALambda();
            UsedAsCalled.Generic<UsedAsMethodArgument>();
            object[] values =
                [typeof(UsedAsToken), new List<UsedAsArgument>(), UsedAsCalled.Call(), new UsedAsNew(), later(), InlinedConstant.Value];
            return Array.Exists(values, value => value is UsedAsPattern) ? new() : null;
        }
        catch (UsedAsFailure)
        {
            return null;
        }
    }

    internal static async Task<object> UseAsync()
    {
        await Task.Yield();
        return new UsedAsNewAfterAwait();
    }

    private sealed class Nested : IUsedAsInterfaceOfANestedType;
}
