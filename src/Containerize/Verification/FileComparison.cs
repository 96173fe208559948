using Containerize.Inspection;

namespace Containerize.Verification;

/// <summary>A file that differs, with what is needed to say why.</summary>
/// <param name="Difference">How it differs: before is the image's, after the rebuild's.</param>
/// <param name="ImagePackage">The package that the image says it comes from; null for none.</param>
/// <param name="RebuiltPackage">The package that it comes from in the rebuild; null for none.</param>
internal sealed record FileComparison(FileDifference Difference, ImagePackage? ImagePackage, ImagePackage? RebuiltPackage)
{
    /// <summary>Its content in the image; null where it has none, or too much.</summary>
    internal byte[]? Image { get; init; }

    /// <summary>Its content in the rebuild.</summary>
    internal byte[]? Rebuilt { get; init; }

    /// <summary>The content of the symbols beside it, in the image and in the rebuild; null for none.</summary>
    internal (byte[]? Image, byte[]? Rebuilt) Symbols { get; init; }

    /// <summary>Its path.</summary>
    internal string Path => Difference.Path;
}
