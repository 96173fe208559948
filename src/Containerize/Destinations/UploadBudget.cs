using System.Globalization;
using Containerize.Oci;

namespace Containerize.Destinations;

/// <summary>How many bytes a push may send: a change of a line that sends a hundred megabytes should be seen before it is routine.</summary>
/// <param name="Bytes">The limit, in bytes.</param>
/// <param name="IsError">Whether exceeding it fails the push, before any tag moves.</param>
/// <param name="Reporter">Is told when it is exceeded and that is no error.</param>
internal sealed record UploadBudget(long Bytes, bool IsError, IReporter Reporter)
{
    private static readonly (string Unit, long Factor)[] s_units =
        [("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1)];

    /// <summary>Reads a size.</summary>
    /// <param name="property">The property it comes from, for the error message.</param>
    /// <param name="text">A number and a unit: <c>500 KB</c>, <c>20MB</c>, <c>1 GiB</c>; a number alone counts bytes.</param>
    /// <returns>The size, in bytes.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    public static long ParseSize(string property, string text)
    {
        var digits = text.Trim().TakeWhile(character => char.IsAsciiDigit(character) || character == '.').Count();
        var unit = text.Trim()[digits..].Trim().ToUpperInvariant();
        var factor = s_units.Where(known => known.Unit == unit).Select(known => known.Factor).FirstOrDefault();
        return factor > 0 && decimal.TryParse(text.Trim()[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * factor <= long.MaxValue
            ? (long)(number * factor)
            : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"{property} '{Printable.Clean(text)}' is not a size. Write a number and B, KB, MB, GB, KiB, MiB or GiB; for example 20MB.");
    }

    /// <summary>Compares what was sent with the limit.</summary>
    /// <param name="target">Where it was sent.</param>
    /// <param name="sent">How many bytes.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UploadBudgetExceeded"/>.</exception>
    internal void Check(RepositoryReference target, long sent)
    {
        if (sent <= Bytes)
        {
            return;
        }

        var message = string.Create(CultureInfo.InvariantCulture, $"The push to {target} sent {sent} bytes of layers and config; ContainerizeUploadBudget allows {Bytes}.");
        if (IsError)
        {
            throw new ContainerizeException(DiagnosticCode.UploadBudgetExceeded, $"{message} No tag was moved. The summary, or -t:ContainerizeExplain, says what changed; raise the budget if it is meant.");
        }

        Reporter.Warning(DiagnosticCode.UploadBudgetExceeded, $"{message} The summary below says what changed.");
    }
}
