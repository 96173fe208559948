using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Histories;

/// <summary>How the images of a series are ordered.</summary>
internal enum SeriesOrder
{
    /// <summary>By the times that they say they were made.</summary>
    Time,

    /// <summary>They all say the same time: by their tags, numbers in them by value.</summary>
    Tag,

    /// <summary>As they were named.</summary>
    Named,

    /// <summary>They are tags of git: by the times of their commits.</summary>
    Commit,
}

/// <summary>The images of one repository, oldest first.</summary>
/// <param name="Images">The images, each with its name.</param>
/// <param name="Order">How they are ordered.</param>
internal sealed partial record ImageSeries(IReadOnlyList<BaseImage> Images, SeriesOrder Order)
{
    private const string DebugSuffix = "-debug";

    // Each takes two documents to read.
    private const int MostTags = 1000;
    private const int MostAtOnce = 8;

    /// <summary>Finds images, and reads their documents.</summary>
    /// <param name="places">
    /// Repositories and OCI layouts (all their tags count), or single images: <c>docker-archive:FILE</c>, <c>registry/app:1</c>.
    /// </param>
    /// <param name="repository">In a layout that several projects share: only images of this repository; null for all.</param>
    /// <param name="last">How many of the newest images are wanted.</param>
    /// <param name="platforms">Which image of an index is wanted; the first platform that the series has.</param>
    /// <param name="directory">Where relative paths start.</param>
    /// <param name="context">What opening images needs.</param>
    /// <param name="reporter">Is told what is no image of the series.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoImageHistory"/>, or why none of them can be read.</exception>
    internal static async Task<ImageSeries> OpenAsync(
        IReadOnlyList<string> places,
        RepositoryReference? repository,
        int last,
        IReadOnlyList<Platform> platforms,
        string directory,
        BaseContext context,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        var named = new List<(BaseImageReference Reference, string Tag)>();
        var areSingle = true;
        foreach (var place in places)
        {
            var found = await ExpandAsync(place, repository, directory, context, cancellationToken);
            areSingle &= found is [var only] && only.Tag.Length == 0;
            named.AddRange(found);
        }

        if (named.Count == 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.NoImageHistory,
                $"There are no images in {string.Join(", ", places.Select(Printable.Clean))}. Push some first, each with a tag of its " +
                $"own, or name images that exist (in a project: ContainerizeLayoutImages).");
        }

        var wanted = areSingle ? named : [.. named.OrderBy(each => SortKey(each.Tag), StringComparer.Ordinal).TakeLast(MostTags)];
        var images = (await OpenAsync([.. wanted.Select(each => each.Reference)], platforms, context, reporter, cancellationToken))
            .DistinctBy(image => image.Image.Manifest.Descriptor.Digest).ToList();
        var byTime = images.Select(image => image.Image.Config.Created).Distinct().Count() > 1;
        return new(
            [.. images.OrderBy(image => image.Image.Config.Created ?? DateTimeOffset.MinValue).TakeLast(last)],
            byTime ? SeriesOrder.Time : areSingle ? SeriesOrder.Named : SeriesOrder.Tag);
    }

    private static async Task<IReadOnlyList<(BaseImageReference Reference, string Tag)>> ExpandAsync(
        string place, RepositoryReference? repository, string directory, BaseContext context, CancellationToken cancellationToken)
    {
        var reference = BaseImageReference.Parse(place, directory);
        switch (reference)
        {
            case RegistryReference { Image: { Tag: "latest", Digest: null } image }
                when !place.TrimEnd().EndsWith(":latest", StringComparison.Ordinal):
                var tags = await context.Registries.ListTagsAsync(image.Repository, cancellationToken);
                return [.. Wanted(tags).Select(tag => (new RegistryReference(image with { Tag = tag }), tag))];
            case LayoutReference { Tag: null } layout when Directory.Exists(layout.Directory):
                var names = await LayoutReader.NamesAsync(new DirectoryFiles(layout.Directory), cancellationToken);
                return
                [
                    .. Wanted([.. names.Where(name => repository is null || RepositoryOf(name) is not { } own || own == repository)])
                        .Select(name => (new LayoutReference(layout.Directory, name), name)),
                ];
            default:
                return [(reference, "")];
        }
    }

    /// <summary>Tags of signatures and debug images stand beside those of images.</summary>
    private static IEnumerable<string> Wanted(IReadOnlyList<string> tags) => tags.Where(tag =>
        !EvidenceTag.IsOne(tag[(tag.LastIndexOf(':') + 1)..])
        && !(tag.EndsWith(DebugSuffix, StringComparison.Ordinal) && tags.Contains(tag[..^DebugSuffix.Length])));

    // A tag alone does not say whose it is. Names are compared as they are meant: 'app' is 'docker.io/library/app'.
    private static RepositoryReference? RepositoryOf(string name)
    {
        try
        {
            return name.LastIndexOf(':') > Math.Max(0, name.LastIndexOf('/')) ? ImageReference.Parse(name).Repository : null;
        }
        catch (ContainerizeException)
        {
            return null;
        }
    }

    private static async Task<IEnumerable<BaseImage>> OpenAsync(
        IReadOnlyList<BaseImageReference> references,
        IReadOnlyList<Platform> platforms,
        BaseContext context,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        var (opened, failures) = (new ConcurrentDictionary<(int, Platform), BaseImage>(), new ConcurrentQueue<ContainerizeException>());
        await Parallel.ForAsync(
            0,
            references.Count,
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                foreach (var platform in platforms)
                {
                    try
                    {
                        var image = await references[number].Open(context).OpenAsync(platform, token);
                        opened[(number, image.Image.Config.Platform)] = references[number] is RegistryReference named
                            ? image with { Name = named.Image.ToString() }
                            : image;
                        return;
                    }
                    catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.PlatformNotFound)
                    {
                        failures.Enqueue(failure);
                    }
                    catch (ContainerizeException failure)
                    {
                        failures.Enqueue(failure);
                        reporter.Detail($"This is not counted as an image of the history: {failure.Message}");
                        return;
                    }
                }
            });
        if (opened.IsEmpty && failures.TryDequeue(out var first))
        {
            throw first;
        }

        // One platform, the one that most images have: an index has an image for each, and they change alike.
        var common = opened.Keys.Select(key => key.Item2).GroupBy(platform => platform).MaxBy(same => same.Count())!.Key;
        return opened.Where(each => each.Key.Item2 == common).OrderBy(each => each.Key.Item1).Select(each => each.Value);
    }

    /// <summary>Numbers count by their value: 1.9 comes before 1.10.</summary>
    internal static string SortKey(string tag) => Number().Replace(
        tag, number => number.Value.TrimStart('0').Length.ToString("000", CultureInfo.InvariantCulture) + number.Value.TrimStart('0'));

    [GeneratedRegex("[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
