using Containerize.Engines;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>Says where a base image is. Written as skopeo writes it.</summary>
internal abstract record BaseImageReference
{
    private const string LayoutPrefix = "oci:";
    private const string OciArchivePrefix = "oci-archive:";
    private const string DockerArchivePrefix = "docker-archive:";
    private const string DockerPrefix = "docker-daemon:";
    private const string PodmanPrefix = "containers-storage:";
    private const string RegistryPrefix = "docker://";

    private protected BaseImageReference()
    {
    }

    /// <summary>Opens the place; nothing is read yet.</summary>
    internal abstract IImageSource Open(BaseContext context);

    /// <summary>
    /// Parses <c>scratch</c>, <c>oci:DIR[:TAG]</c>, <c>oci-archive:FILE[:TAG]</c>, <c>docker-archive:FILE[:TAG]</c>,
    /// <c>debian-packages:SUITE</c>, <c>docker-daemon:NAME</c>, <c>containers-storage:NAME</c>, or the name of an image in a registry,
    /// whose tag is <c>latest</c> when it has neither tag nor digest.
    /// </summary>
    /// <param name="baseDirectory">Where relative paths start: the project's directory, as a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    public static BaseImageReference Parse(string text, string baseDirectory)
    {
        var reference = text.Trim();
        if (reference == ScratchSource.Name)
        {
            return new ScratchReference();
        }

        if (reference.StartsWith(LayoutPrefix, StringComparison.Ordinal))
        {
            var (directory, tag) = Split(reference, LayoutPrefix, baseDirectory);
            return new LayoutReference(directory, tag);
        }

        if (reference.StartsWith(OciArchivePrefix, StringComparison.Ordinal))
        {
            var (file, tag) = Split(reference, OciArchivePrefix, baseDirectory);
            return new OciArchiveReference(file, tag);
        }

        if (reference.StartsWith(DockerArchivePrefix, StringComparison.Ordinal))
        {
            var (file, tag) = Split(reference, DockerArchivePrefix, baseDirectory);
            return new DockerArchiveReference(file, tag);
        }

        if (reference.StartsWith(DockerPrefix, StringComparison.Ordinal))
        {
            return new EngineReference(EngineKind.Docker, EngineImage(reference, DockerPrefix));
        }

        if (reference.StartsWith(PodmanPrefix, StringComparison.Ordinal))
        {
            return new EngineReference(EngineKind.Podman, EngineImage(reference, PodmanPrefix));
        }

        return reference.StartsWith(DebianReference.Prefix, StringComparison.Ordinal)
            ? new DebianReference(reference[DebianReference.Prefix.Length..])
            : ParseRegistry(reference);
    }

    // A name that begins with a dash would be an option of the engine.
    private static string EngineImage(string reference, string prefix) =>
        reference[prefix.Length..].Trim() is var name && name.Length > 0 && name[0] != '-' && !name.Any(char.IsControl)
        ? name
        : throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{reference}' lacks the image's name. Write {prefix}NAME:TAG.");

    private static RegistryReference ParseRegistry(string reference)
    {
        var image = ImageReference.Parse(
            reference.StartsWith(RegistryPrefix, StringComparison.Ordinal) ? reference[RegistryPrefix.Length..] : reference);
        return new RegistryReference(image.Tag is null && image.Digest is null ? image with { Tag = "latest" } : image);
    }

    private static (string Path, string? Tag) Split(string reference, string prefix, string baseDirectory)
    {
        var rest = reference[prefix.Length..];
        var hasDrive = rest.Length >= 3 && char.IsAsciiLetter(rest[0]) && rest[1] == ':' && rest[2] is '\\' or '/';
        var colon = rest.IndexOf(':', hasDrive ? 2 : 0);
        var path = colon < 0 ? rest : rest[..colon];
        var tag = colon < 0 ? null : rest[(colon + 1)..];
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal) || tag is { Length: 0 })
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidReference,
                $"The image '{reference}' lacks {(tag is { Length: 0 } ? "the tag after its last colon" : "a path")}. Write " +
                $"{prefix}PATH or {prefix}PATH:TAG.");
        }

        // Project files are written with either separator on every system.
        return (Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), baseDirectory), tag);
    }
}

/// <summary>An image assembled from Debian's packages.</summary>
/// <param name="Suite">The suite: <c>bookworm</c>.</param>
internal sealed record DebianReference(string Suite) : BaseImageReference
{
    /// <summary>What such a reference begins with.</summary>
    public const string Prefix = "debian-packages:";

    internal override IImageSource Open(BaseContext context) => context.Packages(Suite);
}

/// <summary>The image from nothing.</summary>
internal sealed record ScratchReference : BaseImageReference
{
    internal override IImageSource Open(BaseContext context) => new ScratchSource();
}

/// <summary>An image in an OCI layout directory.</summary>
/// <param name="Directory">The full path.</param>
/// <param name="Tag">The tag or name of the image; null for the only one.</param>
internal sealed record LayoutReference(string Directory, string? Tag) : BaseImageReference
{
    internal override IImageSource Open(BaseContext context) => new LayoutSource(Directory, Tag);
}

/// <summary>An image in an archive of an OCI layout.</summary>
/// <param name="File">The full path.</param>
/// <param name="Tag">The tag or name of the image; null for the only one.</param>
internal sealed record OciArchiveReference(string File, string? Tag) : BaseImageReference
{
    internal override IImageSource Open(BaseContext context) => new OciArchiveSource(File, Tag, context.Cache);
}

/// <summary>An image in an archive of <c>docker save</c>.</summary>
/// <param name="File">The full path.</param>
/// <param name="Tag">The tag or name of the image; null for the only one.</param>
internal sealed record DockerArchiveReference(string File, string? Tag) : BaseImageReference
{
    internal override IImageSource Open(BaseContext context) => new DockerArchiveSource(File, Tag, context.Cache);
}

/// <summary>An image in a registry.</summary>
/// <param name="Image">The image, with a tag or a digest.</param>
internal sealed record RegistryReference(ImageReference Image) : BaseImageReference
{
    internal override IImageSource Open(BaseContext context) =>
        new RegistrySource(context.Registries, Image, context.Tags, context.Cache, context.Prefetch, context.Verify);
}

/// <summary>An image in the storage of a container engine.</summary>
/// <param name="Engine">Docker or Podman.</param>
/// <param name="Image">The image's name or id, as the engine knows it.</param>
internal sealed record EngineReference(EngineKind Engine, string Image) : BaseImageReference
{
    internal override IImageSource Open(BaseContext context) =>
        new EngineSource(this, context.Saved, context.Cache, context.Environment);
}
