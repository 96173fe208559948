using System.Globalization;

namespace Containerize;

/// <summary>Sizes as people read and write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Factor)[] s_units =
        [("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1),
            ("", 1)];

    /// <summary>Writes a number of bytes: <c>512 B</c>, <c>1.5 MB</c>, <c>2.25 GB</c>.</summary>
    internal static string Format(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 999_950 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} KB"),
        < 999_950_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    /// <summary>Writes by how much something grew or shrank: <c>+21 KB</c>, <c>-1.5 MB</c>.</summary>
    internal static string FormatDifference(long bytes) => bytes < 0 ? $"-{Format(-bytes)}" : $"+{Format(bytes)}";

    /// <summary>Reads a number and a unit: <c>500 KB</c>, <c>20MB</c>, <c>1 GiB</c>; a number alone counts bytes.</summary>
    /// <param name="property">The property it comes from, for the error message.</param>
    /// <returns>The size in bytes.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static long Parse(string property, string text)
    {
        var value = text.Trim();
        var digits = value.TakeWhile(character => char.IsAsciiDigit(character) || character == '.').Count();
        var unit = value[digits..].Trim().ToUpperInvariant();
        var factor = s_units.Where(known => known.Unit == unit).Select(known => known.Factor).FirstOrDefault();
        return factor > 0 && decimal.TryParse(value[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue / factor
            ? (long)(number * factor)
            : throw new ContainerizeException(
                DiagnosticCode.InvalidProperty,
                $"{property} '{text}' is not a size. Write a number and B, KB, MB, GB, KiB, MiB or GiB; for example 20MB.");
    }
}
