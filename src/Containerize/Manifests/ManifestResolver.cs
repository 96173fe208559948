using Containerize.Manifests.Yaml;
using Containerize.Oci;

namespace Containerize.Manifests;

/// <summary>Finds out what a name means now.</summary>
/// <returns>The digest; null when the registry has none of this name.</returns>
/// <exception cref="ContainerizeException">The registry cannot be asked.</exception>
internal delegate Task<Digest?> TagResolver(ImageReference image, CancellationToken cancellationToken);

/// <summary>Builds the image of a project and pushes it.</summary>
/// <param name="project">The path as the file has it.</param>
/// <returns>Its name in the registry, with its digest.</returns>
/// <exception cref="ContainerizeException">It could not be built.</exception>
internal delegate Task<ImageReference> ProjectBuilder(string project, CancellationToken cancellationToken);

/// <summary>Puts digests beside the image names of files. Each distinct name is resolved once; nothing is written here.</summary>
internal sealed class ManifestResolver(ResolveMode mode, TagResolver resolve, ProjectBuilder build)
{
    private const int MaxRequests = 8;

    private readonly Dictionary<ImageReference, Task<Digest?>> _tags = [];
    private readonly Dictionary<string, Task<ImageReference>> _projects = new(StringComparer.Ordinal);

    /// <summary>Resolves the names of files.</summary>
    /// <param name="files">The files; for each, whether the user named it.</param>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidManifest"/>. Failures of names are in the result.
    /// </exception>
    internal async Task<IReadOnlyList<ResolvedManifest>> ResolveAsync(
        IReadOnlyList<(ManifestText Text, bool IsListed)> files, CancellationToken cancellationToken)
    {
        var found = files.Select(file => (file.Text, Finder: Look(file.Text, file.IsListed))).ToList();
        var places = found.SelectMany(file => file.Finder?.Places ?? []).ToList();
        await AskAsync(places, cancellationToken);
        await BuildAsync(places.OfType<ProjectPlace>(), cancellationToken);
        var results = new List<ResolvedManifest>();
        foreach (var (text, finder) in found)
        {
            results.Add(await ResolveAsync(text, finder));
        }

        return results;
    }

    // A template that is no YAML has no positions.
    private static ImageFinder? Look(ManifestText file, bool isListed)
    {
        IReadOnlyList<YamlNode> documents;
        try
        {
            documents = YamlReader.Read(file.Text, file.Name);
        }
        catch (ContainerizeException) when (file.Text.Contains("{{", StringComparison.Ordinal))
        {
            return null;
        }

        var finder = new ImageFinder();
        foreach (var document in documents)
        {
            if (ManifestKinds.Of(document, file.Name, isListed) is { } kind)
            {
                finder.Look(document, kind);
            }
        }

        return finder;
    }

    private static ImageReference Bare(ImageReference image) => image with { Tag = image.Tag ?? "latest", Digest = null };

    private bool MustAsk(ImageReference image) => image switch
    {
        { Digest: null } => mode != ResolveMode.Check,
        { Tag: not null } => mode != ResolveMode.Pin,
        _ => false,
    };

    private async Task AskAsync(List<ImagePlace> places, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(MaxRequests);
        var images = places.Where(place => place is not ProjectPlace).Select(place => place.Reference).OfType<ImageReference>();
        foreach (var image in images.Where(MustAsk).Select(Bare).Distinct())
        {
            _tags[image] = AskOneAsync(image);
        }

        // A failure belongs to the places that have the name.
        foreach (var asked in _tags.Values)
        {
            await Task.WhenAny(asked);
        }

        cancellationToken.ThrowIfCancellationRequested();

        async Task<Digest?> AskOneAsync(ImageReference image)
        {
            await slots.WaitAsync(cancellationToken);
            try
            {
                return await resolve(image, cancellationToken);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    // One after the other: they share projects, and with them their obj directories.
    private async Task BuildAsync(IEnumerable<ProjectPlace> places, CancellationToken cancellationToken)
    {
        if (mode == ResolveMode.Check)
        {
            return;
        }

        foreach (var project in places.Select(place => place.Project).Distinct(StringComparer.Ordinal))
        {
            _projects[project] = build(project, cancellationToken);
            await Task.WhenAny(_projects[project]);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<ResolvedManifest> ResolveAsync(ManifestText file, ImageFinder? finder)
    {
        if (finder is null)
        {
            return new(file, file, [new(file.Name, 1, 1, "", ImageState.Left, Why: "the file is a template that is not YAML")]);
        }

        var (images, edits) = (new List<ResolvedImage>(), new List<TextEdit>());
        foreach (var place in finder.Places)
        {
            images.Add(await ResolveAsync(file, place, edits));
        }

        images.AddRange(finder.Left.Select(left =>
            new ResolvedImage(file.Name, left.At.Span.Line, left.At.Span.Column, left.Image, ImageState.Left, Why: left.Why)));
        var isWhole = mode != ResolveMode.Check && !images.Exists(image => image.State == ImageState.Failed);
        return new(
            file,
            isWhole ? file with { Text = TextEdit.Apply(file.Text, edits) } : file,
            [.. images.OrderBy(image => image.Line).ThenBy(image => image.Column)]);
    }

    private async Task<ResolvedImage> ResolveAsync(ManifestText file, ImagePlace place, List<TextEdit> edits)
    {
        var (line, column) = (place.At.Span.Line, place.At.Span.Column);
        var asItIs = new ResolvedImage(file.Name, line, column, place.Image, ImageState.Pinned);
        try
        {
            return place is ProjectPlace project
                ? await ResolveProjectAsync(file, project, asItIs, edits)
                : await ResolveNameAsync(file, place, asItIs, edits);
        }
        catch (ContainerizeException failure)
        {
            return asItIs with { State = ImageState.Failed, Why = failure.Message, Code = failure.Code };
        }
    }

    private async Task<ResolvedImage> ResolveNameAsync(
        ManifestText file, ImagePlace place, ResolvedImage asItIs, List<TextEdit> edits)
    {
        var image = ImageReference.Parse(place.Image);
        if (!MustAsk(image))
        {
            return image.Digest is null ? asItIs with { State = ImageState.NotPinned } : asItIs;
        }

        var digest = await _tags[Bare(image)];
        if (digest == image.Digest && digest is not null)
        {
            return asItIs;
        }

        if (digest is null)
        {
            return mode == ResolveMode.Check
                ? asItIs with { State = ImageState.Moved, Why = "the registry no longer has this tag" }
                : throw new ContainerizeException(
                    DiagnosticCode.ImageNotResolved,
                    $"The image {Bare(image)} does not exist. Check its name, and whether you are logged in: some registries hide what " +
                    $"an account may not see.");
        }

        var result = ImagePlace.Pin(image, place.Image, digest);
        return mode == ResolveMode.Check
            ? asItIs with { State = ImageState.Moved, Result = result }
            : Edit(place.Pin(file.Text, image, digest), asItIs with { State = ImageState.Resolved, Result = result }, edits);
    }

    private async Task<ResolvedImage> ResolveProjectAsync(
        ManifestText file, ProjectPlace place, ResolvedImage asItIs, List<TextEdit> edits)
    {
        if (mode == ResolveMode.Check)
        {
            return asItIs with { State = ImageState.Left, Why = "it is a project, which is built when it is resolved" };
        }

        var image = await _projects[place.Project];
        return Edit(
            place.Pin(file.Text, image, image.Digest!),
            asItIs with { State = ImageState.Resolved, Result = image.ToString() },
            edits);
    }

    private static ResolvedImage Edit(IReadOnlyList<TextEdit>? made, ResolvedImage image, List<TextEdit> edits)
    {
        if (made is null)
        {
            throw new ContainerizeException(
                DiagnosticCode.ImageNotResolved,
                $"The text of the image {image.Image} cannot be replaced: it is shared by an anchor, merged with others, or is in " +
                $"pieces. Write the image's name as one text of its own, or give it a tag and a digest of its own.");
        }

        edits.AddRange(made);
        return image;
    }
}
