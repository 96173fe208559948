using System.Globalization;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>Warns of a base that is older than the project allows. A base without a time, or with one before 1980, is not judged.</summary>
/// <param name="source">The base image.</param>
/// <param name="maxAge">How old it may be.</param>
/// <param name="reporter">Takes the warning.</param>
internal sealed class DatedSource(IImageSource source, TimeSpan maxAge, IReporter reporter, TimeProvider time) : IImageSource
{
    // Reproducible builds write such times, which say nothing.
    private static readonly DateTimeOffset s_first = new(1980, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var image = await source.OpenAsync(platform, cancellationToken);
        if (image.Image.Config.Created is { } created && created >= s_first && time.GetUtcNow() - created is var age && age > maxAge)
        {
            var day = created.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            reporter.Warning(
                DiagnosticCode.BaseTooOld,
                $"The base image {image.Name} was made on {day}, {age.TotalDays:0} days ago, and ContainerizeBaseMaxAge allows "
                    + $"{maxAge.TotalDays:0.#}. It lacks the updates since then. Choose a newer tag or digest; where a lock file pins it, "
                    + $"'dotnet build -t:ContainerizeLock' updates that.");
        }

        return image;
    }
}
