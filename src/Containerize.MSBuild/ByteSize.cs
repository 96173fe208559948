using System.Globalization;

namespace Containerize.MSBuild;

/// <summary>Sizes as people read them.</summary>
internal static class ByteSize
{
    /// <summary>Writes a size.</summary>
    /// <param name="bytes">The size, in bytes.</param>
    /// <returns>The text.</returns>
    internal static string Format(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 999_950 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F1} KB"),
        < 999_950_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2} GB"),
    };
}
