using Containerize.Copying;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Settings;
using Containerize.Storage;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>Pushes the archive or layout that an earlier build wrote, as it is: nothing is built.</summary>
public sealed class PushImage : ContainerizeTask
{
    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>The digest of the image or index.</summary>
    [Output]
    public string? Digest { get; set; }

    /// <summary>The image's names, one per registry and tag.</summary>
    [Output]
    public ITaskItem[] ImageNames { get; set; } = [];

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var destinations = DestinationSettings.Read(Project, reporter);
        if (destinations.Registries.Count == 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.NoPushRegistry,
                $"There is no registry to push to. Set ContainerRegistry, for example with -p:ContainerRegistry=ghcr.io.");
        }

        return BuildInputs.UseAsync(
            this, OutputDirectory, reporter, inputs => RunAsync(inputs, destinations, reporter, cancellationToken));
    }

    private async Task RunAsync(
        BuildInputs inputs, DestinationSettings destinations, IReporter reporter, CancellationToken cancellationToken)
    {
        inputs.Announce();
        var places = new CopyPlaces(inputs.Registries, inputs.Cache, Environment.GetEnvironmentVariable, reporter);
        var image = await ReadAsync(places, destinations, inputs.Cache, reporter, cancellationToken);
        var push = PushSettings.Read(Project, reporter);
        var results = new List<DestinationResult>(await ImageCopy.RunAsync(
            image,
            [.. destinations.Registries.Select(target =>
                places.OpenRepository(target.Of(destinations.Name).In(target.Registry), destinations.Name.Tags, push.Budget))],
            cancellationToken));
        if (push.PlatformTags && await RunnableImages.ReadAsync(image, inputs.Cache, cancellationToken) is { } images)
        {
            results.AddRange(await new PlatformTags(places, destinations, push, reporter)
                .MoveAsync(images, image.Origin, cancellationToken));
        }

        Digest = image.Digest.ToString();
        ImageNames = [.. results.SelectMany(result => result.Locations).Select(name => new TaskItem(name))];
        IReadOnlyList<Message> lines = [.. results.Select(result => (Message)
            $"pushed {image.Origin} to {string.Join(", ", result.Locations)}, {image.Digest}: " +
            $"{ByteSize.Format(result.BytesWritten)} sent, {ByteSize.Format(result.BytesAvoided)} were there")];
        ShowResult(lines);
    }

    private static async Task<CopiedImage> ReadAsync(
        CopyPlaces places,
        DestinationSettings destinations,
        BlobStore cache,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        if (destinations.Archive is { } archive && RegularFile.IsThere(archive))
        {
            var source = await places.OpenArchiveAsync(archive, [], cancellationToken);
            var image = await new CopyReader(source, cache, reporter).ReadAsync(null, withReferrers: true, cancellationToken);
            return await new ArchiveDocuments(archive, cache, reporter).AddToAsync(image, cancellationToken);
        }

        if (destinations.Layout is { } layout && Directory.Exists(layout))
        {
            var source = await CopyPlaces.OpenLayoutAsync(layout, destinations.NamesInLayout, cancellationToken);
            return await new CopyReader(source, cache, reporter).ReadAsync(null, withReferrers: true, cancellationToken);
        }

        var paths = new[] { destinations.Archive, destinations.Layout }.OfType<string>().Select(path => $"'{Printable.Clean(path)}'");
        throw new ContainerizeException(
            DiagnosticCode.NothingToPush,
            $"There is nothing to push: {string.Join(" or ", paths)} does not exist. Build the image first (-t:Containerize) with the " +
            $"same settings and without ContainerRegistry; ContainerArchiveOutputPath and ContainerizeLayoutDirectory say where it is.");
    }
}
