using System.Globalization;
using Containerize.Building;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.SupplyChain.Lifetimes;

/// <summary>Warns of a base that gets no more updates: its distribution by os-release, .NET by the variable that its images have.</summary>
/// <param name="cache">Has what was read of the base, and remembers the release.</param>
/// <param name="time">Says which day it is.</param>
internal sealed class BaseLifetime(BlobStore cache, TimeProvider time)
{
    private const string DotnetVariable = "DOTNET_VERSION=";

    /// <summary>Warns of what is past its end of life. A base that this build did not read is judged by its config alone.</summary>
    internal async Task WarnAsync(BuiltImage built, IReporter reporter, CancellationToken cancellationToken)
    {
        if (built.BaseLayers.Count == 0)
        {
            return;
        }

        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var dotnet = built.Image.Config.Environment.FirstOrDefault(each => each.StartsWith(DotnetVariable, StringComparison.Ordinal));
        Lifetime?[] found =
        [
            dotnet is null ? null : Lifetime.OfDotnet(dotnet[DotnetVariable.Length..]),
            await OfDistributionAsync(built, reporter, cancellationToken),
        ];
        foreach (var lifetime in found.OfType<Lifetime>().Where(lifetime => lifetime.Last < today))
        {
            var last = lifetime.Last.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            Message cure = lifetime.IsDotnet
                ? $"Build the project for a newer .NET (TargetFramework), and choose a base image with it."
                : $"Choose a base image of a newer release (ContainerBaseImage, ContainerFamily, or the suite of debian-packages).";
            reporter.Warning(
                DiagnosticCode.BaseEndOfLife,
                $"The base image {built.BaseName} has {lifetime.Product} {lifetime.Version}, which has had no free updates since {last}. "
                    + cure);
        }
    }

    // The start check reads the base; what it read is remembered, so that nothing is fetched for this.
    private async Task<Lifetime?> OfDistributionAsync(BuiltImage built, IReporter reporter, CancellationToken cancellationToken)
    {
        if (built.StartFindings is null || built.Image.Config.Platform.Os != "linux"
            || built.BaseLayers.Any(layer => MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)))
        {
            return null;
        }

        var record = new Record(cache, RecordKind.Release, string.Join('\n', built.BaseLayers.Select(layer => layer.DiffId.ToString())));
        if (record.Read() is not { } release)
        {
            try
            {
                var tree = await ImageTree.ReadAsync(built.BaseLayers, cache, TreeParts.Programs, cancellationToken);
                release = Read(KeptFiles.Releases.Select(tree.ReadText).FirstOrDefault(text => text.Length > 0) ?? "");
                record.Write(release);
            }
            catch (Exception failure) when (failure is ContainerizeException || FileFailure.IsOne(failure))
            {
                reporter.Detail($"How long the base image gets updates could not be found out: {failure.Message}");
                return null;
            }
        }

        return release.Split('\t') is [var id, var version] ? Lifetime.OfDistribution(id, version) : null;
    }

    private static string Read(string release)
    {
        var values = release.Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0].Trim(), parts => parts[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        return $"{values["ID"].LastOrDefault()}\t{values["VERSION_ID"].LastOrDefault()}";
    }
}
