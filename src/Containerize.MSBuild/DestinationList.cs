using Containerize.Destinations;
using Containerize.Engines;
using Containerize.Oci;
using Containerize.Registry;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Where an image goes and what it is called there, read and checked from items.</summary>
internal sealed class DestinationList
{
    private readonly IReporter _reporter;

    internal DestinationList(ITaskItem[] destinations, ITaskItem name, string projectDirectory, IReporter reporter)
    {
        _reporter = reporter;
        Registries = [.. Of(destinations, "Registry").Select(item => new RegistryTarget(Registry(item.ItemSpec), Repository(item))).Distinct()];
        Name = ImageNameRules.Create(Registries.Count > 0 ? Registries[0].Registry : null, name.ItemSpec, name.GetMetadata("IsDefault") == "true", name.GetMetadata("Tag"), name.GetMetadata("Tags"), reporter);
        Archive = Of(destinations, "Archive").Select(item => ArchiveDestination.PathOf(Full(item, projectDirectory), Name)).FirstOrDefault();
        Daemon = Of(destinations, "Daemon").FirstOrDefault() is { } daemon ? Daemons(daemon.ItemSpec) : null;
        Layout = Of(destinations, "Layout").Select(item => Full(item, projectDirectory)).FirstOrDefault();
    }

    /// <summary>What the image is called.</summary>
    internal ImageName Name { get; }

    /// <summary>The archive's full path, if there is to be one.</summary>
    internal string? Archive { get; }

    /// <summary>The layout's full path, if there is to be one.</summary>
    internal string? Layout { get; }

    /// <summary>The engine that gets the image, if one is to.</summary>
    internal EngineKind? Daemon { get; }

    /// <summary>The registries.</summary>
    internal IReadOnlyList<RegistryTarget> Registries { get; }

    /// <summary>The image's names, one per registry and tag.</summary>
    internal IEnumerable<string> References => Registries.Count == 0 ? Name.References : Registries.SelectMany(target => target.Of(Name).References);

    /// <summary>Whether a destination needs the bytes of the base's layers in any case.</summary>
    internal bool NeedBaseLayers => Archive is not null || Layout is not null;

    /// <summary>Full paths of what is written; in the publish directory they are no content.</summary>
    internal IReadOnlySet<string> LocalPaths => new HashSet<string>(new[] { Archive, Layout }.OfType<string>().Select(Path.TrimEndingDirectorySeparator), StringComparer.Ordinal);

    /// <summary>The destinations: local ones first, because they fail sooner.</summary>
    /// <param name="client">Talks to registries.</param>
    /// <param name="name">What the image is called there.</param>
    /// <param name="intact">Remembers which files were verified.</param>
    /// <param name="budget">How much may be sent to a registry.</param>
    /// <returns>The destinations.</returns>
    internal IEnumerable<IImageDestination> Create(RegistryClient client, ImageName name, IntactFiles? intact = null, UploadBudget? budget = null)
    {
        if (Archive is not null)
        {
            yield return new ArchiveDestination(Archive, name, _reporter, intact);
        }

        if (Layout is not null)
        {
            yield return new LayoutDestination(Layout, name, _reporter, intact);
        }

        if (Daemon is { } engine)
        {
            yield return new DaemonDestination(engine, name, Environment.GetEnvironmentVariable, _reporter);
        }

        foreach (var target in Registries)
        {
            yield return new RegistryDestination(client, target.Of(name).In(target.Registry), name.Tags, _reporter, budget);
        }
    }

    private static IEnumerable<ITaskItem> Of(ITaskItem[] destinations, string kind) => destinations.Where(item => item.GetMetadata("Kind") == kind);

    private static EngineKind? Daemons(string text) => text.Trim().ToUpperInvariant() switch
    {
        "" or "AUTO" => EngineKind.Auto,
        "DOCKER" => EngineKind.Docker,
        "PODMAN" => EngineKind.Podman,
        _ => throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"LocalRegistry '{text.Trim()}' is unknown. Choose one of: Docker, Podman, Auto."),
    };

    private static string Full(ITaskItem item, string projectDirectory)
    {
        // A trailing separator says "directory", and GetFullPath keeps it.
        var path = item.ItemSpec.Trim().Replace('\\', Path.DirectorySeparatorChar);
        return Path.GetFullPath(path, projectDirectory);
    }

    private static string? Repository(ITaskItem item) => item.GetMetadata("Repository").Trim() switch
    {
        "" => null,
        var text when ImageReference.IsRepository(text) => text,
        var text => throw new ContainerizeException(DiagnosticCode.InvalidRepository, $"The Repository '{text}' of the item ContainerRegistry '{item.ItemSpec}' is not a repository name. It has lower-case letters and digits, parts separated by '/', and inside a part single '.', '_', '__' or '-'."),
    };

    private static string Registry(string text)
    {
        var registry = text.Trim();
        return ImageReference.IsRegistry(registry)
            ? ImageReference.NormalizeRegistry(registry)
            : throw new ContainerizeException(DiagnosticCode.InvalidReference, $"ContainerRegistry '{registry}' is not a registry's host and optional port, like 'ghcr.io' or 'localhost:5000'. The repository's path belongs into ContainerRepository.");
    }
}

/// <summary>A registry that an image goes to.</summary>
/// <param name="Registry">Host and optional port.</param>
/// <param name="Repository">What the image is called there, when it has another name than elsewhere.</param>
internal sealed record RegistryTarget(string Registry, string? Repository)
{
    /// <summary>What the image is called there.</summary>
    internal ImageName Of(ImageName name) => name with { Registry = Registry, Repository = Repository ?? name.Repository };
}
