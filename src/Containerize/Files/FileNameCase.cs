namespace Containerize.Files;

/// <summary>Which names are the same to a file system.</summary>
/// <param name="IgnoreCase">Whether names that differ in case only are. Such a system keeps the name that a file had first.</param>
internal sealed record FileNameCase(bool IgnoreCase)
{
    /// <summary>Those of this machine, as it is set up by its maker.</summary>
    internal static FileNameCase OfSystem { get; } = new(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS());

    internal StringComparer Comparer => StringComparer.FromComparison(Comparison);

    internal StringComparison Comparison => IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
