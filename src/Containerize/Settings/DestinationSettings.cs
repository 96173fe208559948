using Containerize.Destinations;
using Containerize.Engines;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Settings;

/// <summary>Where an image goes, and what it is called there.</summary>
internal sealed record DestinationSettings
{
    /// <summary>What the image is called.</summary>
    internal required ImageName Name { get; init; }

    /// <summary>The archive's full path, if there is to be one.</summary>
    internal string? Archive { get; init; }

    /// <summary>The layout's full path, if there is to be one.</summary>
    internal string? Layout { get; init; }

    /// <summary>The engine that gets the image, if one is to.</summary>
    internal EngineKind? Engine { get; init; }

    internal IReadOnlyList<RegistryTarget> Registries { get; init; } = [];

    /// <summary>The image's names, one per registry and tag.</summary>
    internal IEnumerable<string> References =>
        Registries.Count == 0 ? Name.References : Registries.SelectMany(target => target.Of(Name).References);

    /// <summary>Whether a destination needs the bytes of the base's layers in any case.</summary>
    internal bool NeedBaseLayers => Archive is not null || Layout is not null;

    /// <summary>Reads and checks destinations and name. Nothing is opened.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="reporter">Takes the warning of a changed name, unless this is the build of one of several platforms.</param>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidRepository"/>, <see cref="DiagnosticCode.InvalidTag"/>,
    /// <see cref="DiagnosticCode.InvalidReference"/> or <see cref="DiagnosticCode.InvalidProperty"/>.
    /// </exception>
    internal static DestinationSettings Read(ProjectSettings project, IReporter reporter)
    {
        IReadOnlyList<RegistryTarget> registries = [.. project.Of(ItemKind.Registry).SelectMany(RegistryTarget.Read).Distinct()];
        var item = project.One(ItemKind.Name);
        var name = ImageNameRules.Create(
            registries is [var first, ..] ? first.Registry : null,
            item.Identity,
            item.IsTrue("IsDefault"),
            item["Tag"],
            item["Tags"],
            item.IsTrue("IsInner") ? null : reporter);
        return new DestinationSettings
        {
            Name = name,
            Registries = registries,
            Archive = project.Find(ItemKind.Archive) is { } archive
                ? ArchiveDestination.PathOf(project.FullPath(archive.Identity), name) : null,
            Layout = project.Find(ItemKind.Layout) is { } layout ? project.FullPath(layout.Identity) : null,
            Engine = project.Find(ItemKind.Engine) is { } engine
                ? SettingText.Choice("LocalRegistry", engine.Identity.Trim(), EngineKind.Auto) : null,
        };
    }

    /// <summary>The destinations: local ones first, because they fail sooner.</summary>
    /// <param name="client">Talks to registries.</param>
    /// <param name="cache">Has the blobs that may get a second name in a layout.</param>
    /// <param name="name">What the image is called there.</param>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <param name="intact">Remembers which files were verified.</param>
    /// <param name="budget">How much may be sent to a registry.</param>
    internal IEnumerable<IImageDestination> Create(
        RegistryClient client, BlobStore cache, ImageName name, IReporter reporter, IntactFiles? intact = null, UploadBudget? budget = null)
    {
        if (Archive is not null)
        {
            yield return new ArchiveDestination(Archive, name, reporter, intact);
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
            yield return new RegistryDestination(client, target.Of(name).In(target.Registry), name.Tags, reporter, budget);
        }
    }
}

/// <summary>A registry that an image goes to.</summary>
/// <param name="Registry">Host and optional port.</param>
/// <param name="Repository">What the image is called there, when it has another name than elsewhere.</param>
internal sealed record RegistryTarget(string Registry, string? Repository)
{
    /// <summary>What the image is called there.</summary>
    internal ImageName Of(ImageName name) => name with { Registry = Registry, Repository = Repository ?? name.Repository };

    /// <summary>The registries of one item: the property <c>ContainerRegistry</c> is a list.</summary>
    internal static IEnumerable<RegistryTarget> Read(Item item)
    {
        var repository = item["Repository"];
        if (repository.Length > 0 && !ImageReference.IsRepository(repository))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidRepository,
                $"The Repository '{repository}' of the item ContainerRegistry '{item.Identity}' is not a repository name. "
                    + $"It has lower-case letters and digits, parts separated by '/', and inside a part single '.', '_', '__' or '-'.");
        }

        return Item.Split(item.Identity).Select(registry => new RegistryTarget(Host(registry), SettingText.NullIfEmpty(repository)));
    }

    private static string Host(string registry) => ImageReference.IsRegistry(registry)
        ? ImageReference.NormalizeRegistry(registry)
        : throw new ContainerizeException(
            DiagnosticCode.InvalidReference,
            $"ContainerRegistry '{registry}' is not a registry's host and optional port, like 'ghcr.io' or 'localhost:5000'. "
                + $"The repository's path belongs into ContainerRepository.");
}
