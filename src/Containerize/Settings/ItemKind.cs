namespace Containerize.Settings;

/// <summary>What an item says: its metadata <c>Kind</c>. The first group is there once per build, with properties as metadata.</summary>
internal enum ItemKind
{
    /// <summary>Where the cache is, and how much it keeps.</summary>
    Cache,

    /// <summary>How registries are reached.</summary>
    Registries,

    /// <summary>The base image.</summary>
    Base,

    /// <summary>Whose layers are reused.</summary>
    Reuse,

    /// <summary>Where packages of Debian come from.</summary>
    Debian,

    /// <summary>What the image is called.</summary>
    Name,

    /// <summary>How a push is done.</summary>
    Push,

    /// <summary>Files that tell of the image.</summary>
    Report,

    /// <summary>What is delivered together with the image and tells of it; there only where that is wanted.</summary>
    Evidence,

    /// <summary>What the image is signed with; there only where it is.</summary>
    Signing,

    /// <summary>Which image a rebuild is compared with; there only where one is.</summary>
    Verify,

    /// <summary>The digest of the base's manifest on which that image was built; there only where the rebuild uses it.</summary>
    BasePin,

    /// <summary>How the image runs.</summary>
    Image,

    /// <summary>How files become layers.</summary>
    Layers,

    /// <summary>From which images layers are learned; there only where that is asked for.</summary>
    History,

    /// <summary>A file in which the project declares its settings; the first is the project itself.</summary>
    ProjectFile,

    /// <summary>How a web server hands out the files; there for static sites only.</summary>
    Site,

    /// <summary>A property that is true or false, with its value.</summary>
    Switch,

    /// <summary>An archive to write.</summary>
    Archive,

    /// <summary>An OCI layout to write.</summary>
    Layout,

    /// <summary>An engine to load the image into.</summary>
    Engine,

    /// <summary>Registries to push to.</summary>
    Registry,

    /// <summary><c>ContainerizeRegistryMirror</c>.</summary>
    Mirror,

    /// <summary><c>ContainerEntrypoint</c>.</summary>
    Entrypoint,

    /// <summary><c>ContainerEntrypointArgs</c>.</summary>
    EntrypointArgs,

    /// <summary><c>ContainerDefaultArgs</c>.</summary>
    DefaultArgs,

    /// <summary><c>ContainerAppCommand</c>.</summary>
    AppCommand,

    /// <summary><c>ContainerAppCommandArgs</c>.</summary>
    AppCommandArgs,

    /// <summary><c>ContainerEnvironmentVariable</c>.</summary>
    EnvironmentVariable,

    /// <summary><c>ContainerLabel</c>, behind the generated ones.</summary>
    Label,

    /// <summary><c>ContainerPort</c>.</summary>
    Port,

    /// <summary><c>ContainerVolume</c>.</summary>
    Volume,

    /// <summary><c>ContainerHealthcheck</c>.</summary>
    Healthcheck,

    /// <summary><c>ContainerAnnotation</c>.</summary>
    Annotation,

    /// <summary><c>ContainerizeLayer</c>.</summary>
    Layer,

    /// <summary><c>ContainerizeLayerReference</c>.</summary>
    LayerReference,

    /// <summary><c>ContainerizeFile</c>.</summary>
    File,

    /// <summary><c>ContainerizeWritableDirectory</c>.</summary>
    WritableDirectory,

    /// <summary><c>ContainerizeSecretPattern</c>.</summary>
    Secret,

    /// <summary><c>ContainerizeDebianPackage</c>.</summary>
    DebianPackage,

    /// <summary><c>ContainerizeDebianSource</c>.</summary>
    DebianSource,

    /// <summary><c>ContainerizeCaCertificate</c>.</summary>
    CaCertificate,

    /// <summary><c>ContainerizeBaseTrust</c>.</summary>
    BaseTrust,

    /// <summary>A property with its value, for a provenance.</summary>
    Parameter,

    /// <summary>Where the sources are from, and what compiles them, for a provenance.</summary>
    Source,

    /// <summary><c>NuGetAuditSuppress</c>.</summary>
    AuditSuppression,
}
