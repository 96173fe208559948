using Containerize.Destinations;
using Containerize.Engines;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Settings;

/// <summary>Where an image goes, and what it is called there.</summary>
internal sealed record DestinationSettings
{
    private const string DebugSuffix = "-debug";
    private const int MaxTag = 128;

    /// <summary>What the image is called.</summary>
    internal required ImageName Name { get; init; }

    /// <summary>The project's own repository: without the path of a registry, or another name there.</summary>
    internal required string OwnRepository { get; init; }

    /// <summary>The archive's full path, if there is to be one.</summary>
    internal string? Archive { get; init; }

    /// <summary>The build that the archive is of, when the archive's name is not the user's; null otherwise.</summary>
    internal string? ArchiveBuild { get; init; }

    /// <summary>The layout's full path, if there is to be one.</summary>
    internal string? Layout { get; init; }

    /// <summary>The engine that gets the image, if one is to.</summary>
    internal EngineKind? Engine { get; init; }

    internal IReadOnlyList<RegistryTarget> Registries { get; init; } = [];

    /// <summary>
    /// Whether the symbols go into a debug image, or into none; null leaves them in the image, where the publish put them.
    /// </summary>
    internal bool? DebugImage { get; init; }

    /// <summary>The same places for the debug image: its tags, and the name of its archive, end with <c>-debug</c>.</summary>
    internal DestinationSettings OfDebugImage => this with
    {
        Name = Name with { Tags = [.. Name.Tags.Select(tag => tag + DebugSuffix)] },
        Archive = Archive is null ? null : DebugArchive(Archive),
        IsDebugImage = true,
    };

    /// <summary>The same places without the engine.</summary>
    internal DestinationSettings WithoutEngine => this with { Engine = null };

    /// <summary>Whether these are the places of the debug image.</summary>
    internal bool IsDebugImage { get; private init; }

    /// <summary>What the image of one platform of several is called: <c>1.0-linux-x64</c>, and its debug image
    /// <c>1.0-linux-x64-debug</c>.</summary>
    internal ImageName NameOf(string runtimeIdentifier) => Name with
    {
        Tags = [.. Name.Tags.Select(tag => IsDebugImage
            ? $"{tag[..^DebugSuffix.Length]}-{runtimeIdentifier}{DebugSuffix}" : $"{tag}-{runtimeIdentifier}")],
    };

    /// <summary>The files and directories that are written.</summary>
    internal IEnumerable<string> Files => ((string?[])[Archive, DebugImage == true ? OfDebugImage.Archive : null, Layout]).OfType<string>();

    /// <summary>The archives of the image and of the debug image, full paths.</summary>
    internal IEnumerable<string> Archives => Files.Where(path => path != Layout);

    /// <summary>The image's names, one per registry and tag.</summary>
    internal IEnumerable<string> References =>
        Registries.Count == 0 ? Name.References : Registries.SelectMany(target => target.Of(Name).References);

    /// <summary>The image as it is looked for: its name in each registry, under the first tag. What other tags name, such as
    /// <c>latest</c>, may be another version.</summary>
    internal IEnumerable<ImageReference> Sources => Registries.Select(target => ImageReference.Parse(target.Of(Name).References[0]));

    /// <summary>
    /// What the image is called in a layout, under its first tag: as it is written there now, then as without a registry. Other projects
    /// may have the layout, too: what has neither name is another image.
    /// </summary>
    internal IReadOnlyList<string> NamesInLayout =>
        [.. new[] { Name, Name with { Registry = null, Repository = OwnRepository } }.Select(name => name.FullReferences[0]).Distinct()];

    /// <summary>Whether a destination needs the bytes of the base's layers in any case.</summary>
    internal bool NeedBaseLayers => Archive is not null || Layout is not null;

    /// <summary>Whether a destination has a place for what tells of the image: engines have none.</summary>
    internal bool TakeEvidence => NeedBaseLayers || Registries.Count > 0;

    /// <summary>What the image is called where it is pulled: one name per registry and repository, without tags.</summary>
    internal IReadOnlyList<string> PulledNames =>
        [.. Registries.Select(target => ImageReference.Parse($"{target.Registry}/{target.Repository}").Repository.ToString()).Distinct()];

    /// <summary>Reads and checks destinations and name. Nothing is opened.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="reporter">Takes the warning of a changed name, unless this is the build of one of several platforms.</param>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidRepository"/>, <see cref="DiagnosticCode.InvalidTag"/>,
    /// <see cref="DiagnosticCode.InvalidReference"/> or <see cref="DiagnosticCode.InvalidProperty"/>.
    /// </exception>
    internal static DestinationSettings Read(ProjectSettings project, IReporter reporter)
    {
        var item = project.One(ItemKind.Name);
        var bare = ImageNameRules.Create(
            registry: null,
            item.Identity,
            item.IsTrue("IsDefault"),
            item["Tag"],
            item["Tags"],
            item.IsTrue("IsInner") ? null : reporter) is var named && item["Prefix"].Trim('/') is { Length: > 0 } prefix
            ? named with { Repository = Path("ContainerizeRepositoryPrefix", prefix, named.Repository) }
            : named;
        IReadOnlyList<RegistryTarget> registries =
            [.. project.Of(ItemKind.Registry).SelectMany(target => RegistryTarget.Read(target, bare.Repository)).Distinct()];
        var name = registries is [var first, ..] ? first.Of(bare) : bare;
        var archive = project.Find(ItemKind.Archive);
        var path = archive is null ? null : project.FullPath(archive.Identity);
        var build = archive is null ? null : SettingText.NullIfEmpty(archive["Build"]);
        return new DestinationSettings
        {
            Name = name,
            OwnRepository = bare.Repository,
            Registries = registries,
            Archive = path is null ? null : ArchiveDestination.PathOf(path, name),
            ArchiveBuild = path is not null && ArchiveDestination.IsDirectory(path) ? build : null,
            DebugImage = Debug(item["DebugImage"], name.Tags),
            Layout = project.Find(ItemKind.Layout) is { } layout ? project.FullPath(layout.Identity) : null,
            Engine = project.Find(ItemKind.Engine) is { } engine
                ? SettingText.Choice("LocalRegistry", engine.Identity.Trim(), EngineKind.Auto) : null,
        };
    }

    private static bool? Debug(string text, IReadOnlyList<string> tags)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var isWanted = Switches.Read("ContainerizeDebugImage", text);
        return isWanted && tags.FirstOrDefault(tag => tag.Length + DebugSuffix.Length > MaxTag) is { } tooLong
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidTag,
                $"The debug image (ContainerizeDebugImage) of the tag '{tooLong}' would be called '{tooLong}{DebugSuffix}', and a tag has "
                + $"at most {MaxTag} characters. Choose a shorter tag.")
            : isWanted;
    }

    private static string DebugArchive(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        var end = name.LastIndexOf(".tar", StringComparison.OrdinalIgnoreCase) is > 0 and var tar ? tar
            : name.LastIndexOf('.') is > 0 and var dot ? dot : name.Length;
        return System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, $"{name[..end]}{DebugSuffix}{name[end..]}");
    }

    // A repository that begins with the path already is complete.
    internal static string Path(string setting, string path, string repository)
    {
        var whole = repository.StartsWith(path + "/", StringComparison.Ordinal) ? repository : $"{path}/{repository}";
        return ImageReference.IsRepository(path) && ImageReference.IsRepository(whole) ? whole : throw new ContainerizeException(
            DiagnosticCode.InvalidRepository,
            $"{setting} '{path}' and the repository '{repository}' together are not a repository name. It has lower-case letters and "
            + $"digits, parts separated by '/', inside a part single '.', '_', '__' or '-', and at most 255 characters.");
    }

    /// <summary>The destinations: local ones first, because they fail sooner.</summary>
    /// <param name="client">Talks to registries.</param>
    /// <param name="cache">Has the blobs that may get a second name in a layout.</param>
    /// <param name="name">What the image is called there.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <param name="intact">Remembers which files were verified.</param>
    /// <param name="budget">How much may be sent to a registry.</param>
    /// <param name="attached">Remembers which evidence registries have.</param>
    /// <param name="begun">Gives the file of an archive that was begun.</param>
    internal IEnumerable<IImageDestination> Create(
        RegistryClient client,
        BlobStore cache,
        ImageName name,
        IReporter reporter,
        IntactFiles? intact = null,
        UploadBudget? budget = null,
        AttachedEvidence? attached = null,
        BegunArchive? begun = null)
    {
        if (Archive is not null)
        {
            var owner = ArchiveBuild is null ? null : new ArchiveOwner(cache, ArchiveBuild, reporter);
            yield return new ArchiveDestination(Archive, name, reporter, intact, owner, begun);
        }

        if (Layout is not null)
        {
            yield return new LayoutDestination(Layout, name, reporter, intact, cache);
        }

        if (Engine is { } engine)
        {
            yield return new DaemonDestination(engine, name, Environment.GetEnvironmentVariable, reporter);
        }

        foreach (var target in Registries)
        {
            yield return new RegistryDestination(client, target.Of(name).In(target.Registry), name.Tags, reporter, budget, attached);
        }
    }
}

/// <summary>A registry that an image goes to.</summary>
/// <param name="Registry">Host and optional port.</param>
/// <param name="Repository">What the image is called there.</param>
internal sealed record RegistryTarget(string Registry, string Repository)
{
    /// <summary>What the image is called there.</summary>
    internal ImageName Of(ImageName name) => name with { Registry = Registry, Repository = Repository };

    /// <summary>
    /// The registries of one item: the property <c>ContainerRegistry</c> is a list. A path behind the host, as of a team or of a project in
    /// the registry, stands before the repository.
    /// </summary>
    /// <param name="repository">What the image is called elsewhere.</param>
    internal static IEnumerable<RegistryTarget> Read(Item item, string repository)
    {
        var own = item["Repository"];
        if (own.Length > 0 && !ImageReference.IsRepository(own))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidRepository,
                $"The Repository '{own}' of the item ContainerRegistry '{item.Identity}' is not a repository name. "
                    + $"It has lower-case letters and digits, parts separated by '/', and inside a part single '.', '_', '__' or '-'.");
        }

        return Item.Split(item.Identity).Select(target => Parse(target, own.Length > 0 ? own : repository));
    }

    private static RegistryTarget Parse(string text, string repository)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..].TrimEnd('/'));
        return !ImageReference.IsRegistry(host)
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidReference,
                $"ContainerRegistry '{text}' does not begin with a registry's host and optional port, like 'ghcr.io', 'ghcr.io/team' or "
                    + $"'localhost:5000'. It has no scheme; ContainerizeInsecureRegistries names registries without HTTPS.")
            : new(
                ImageReference.NormalizeRegistry(host),
                path.Length == 0 ? repository : DestinationSettings.Path("The path of ContainerRegistry", path, repository));
    }
}
