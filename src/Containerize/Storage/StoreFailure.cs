using Containerize.Files;

namespace Containerize.Storage;

/// <summary>Explains why a store could not take a layer.</summary>
internal static class StoreFailure
{
    /// <summary>Turns what the system says into what the user can do.</summary>
    /// <param name="failure">The failure of a write.</param>
    /// <param name="directory">Where the store lies.</param>
    internal static ContainerizeException Explain(Exception failure, string directory) => WriteFailure.IsDiskFull(failure)
        ? new(
            DiagnosticCode.DiskFull,
            $"The disk with '{Printable.Clean(directory)}' is full, or your quota on it is used up. Nothing was kept of the layer. Make room and build again.",
            failure)
        : new(
            DiagnosticCode.CannotWrite,
            $"A layer cannot be written to '{Printable.Clean(directory)}': {Printable.Clean(failure.Message)} Check that the directory exists and that you may write there.",
            failure);
}
