using System.Globalization;
using Containerize.Oci;

namespace Containerize.Destinations;

/// <summary>How many bytes a push may send: a change of a line that sends a hundred megabytes should be noticed.</summary>
/// <param name="Bytes">The limit, in bytes.</param>
/// <param name="IsError">Whether exceeding it fails the push, before any tag moves.</param>
/// <param name="Reporter">Is told when it is exceeded and that is no error.</param>
internal sealed record UploadBudget(long Bytes, bool IsError, IReporter Reporter)
{
    /// <summary>Compares what was sent with the limit.</summary>
    /// <param name="sent">How many bytes.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UploadBudgetExceeded"/>.</exception>
    internal void Check(RepositoryReference target, long sent)
    {
        if (sent <= Bytes)
        {
            return;
        }

        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"The push to {target} sent {sent} bytes of layers and config; ContainerizeUploadBudget allows {Bytes}.");
        if (IsError)
        {
            throw new ContainerizeException(
                DiagnosticCode.UploadBudgetExceeded,
                $"{message} No tag was moved in a registry. The summary, or -t:ContainerizeExplain, says what changed; raise the budget "
                + $"if it is meant.");
        }

        Reporter.Warning(DiagnosticCode.UploadBudgetExceeded, $"{message} The summary, or -t:ContainerizeExplain, says what changed.");
    }
}
