using System.Globalization;
using Containerize.Bases;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>The base image, and what is asked of its tag.</summary>
/// <param name="Reference">Where the base image is.</param>
/// <param name="Tags">How long an answer about its tag counts, and which lock file there is.</param>
internal sealed record BaseSettings(BaseImageReference Reference, BaseTagPolicy Tags)
{
    /// <summary>How old the base image may be; null for any age.</summary>
    internal TimeSpan? MaxImageAge { get; init; }

    /// <summary>The image in a registry, if it is one.</summary>
    internal ImageReference? Image => (Reference as RegistryReference)?.Image;

    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidReference"/> or
    /// <see cref="DiagnosticCode.InvalidProperty"/>.
    /// </exception>
    internal static BaseSettings Read(ProjectSettings project)
    {
        var item = project.One(ItemKind.Base);
        var (isLocked, hasNoLock) = (item.IsTrue("LockedMode"), item.IsFalse("UseLockFile"));
        if (isLocked && hasNoLock)
        {
            throw SettingText.Invalid($"ContainerizeLockedMode is true and ContainerizeUseLockFile is false, so that nothing would be "
                + $"locked. Remove one of them.");
        }

        var isOneOfSeveral = long.TryParse(item["BuildStarted"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        return new(
            BaseImageReference.Parse(item["Image"], project.Directory),
            new BaseTagPolicy
            {
                MaxAge = Duration.Parse("ContainerizeBaseImageMaxAge", item["MaxAge"]) ?? TimeSpan.Zero,
                BuildStarted = isOneOfSeveral ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
                IsOneOfSeveral = isOneOfSeveral,
                IsOffline = project.One(ItemKind.Registries).IsTrue("Offline"),
                LockFile = item["LockFile"] is { Length: > 0 } file ? project.FullPath(file) : null,
                IsLocked = isLocked,
                Pinned = project.Find(ItemKind.BasePin) is { } pin ? Digest.Parse(pin.Identity) : null,
            })
        {
            MaxImageAge = Duration.Parse("ContainerizeBaseMaxAge", item["MaxImageAge"]),
        };
    }

    /// <summary>
    /// What the base's tag has to mean to give an image back: the base that the image names, where the project says the same base by a
    /// tag that nothing else pins.
    /// </summary>
    /// <param name="name">What the image calls its base; null for nothing.</param>
    /// <param name="digest">The digest of that base; null when the image does not say it.</param>
    internal Digest? PinTo(string? name, Digest? digest) =>
        Image is { Digest: null } image && Tags.LockFile is null && image.ToString() == name ? digest : null;

    /// <summary>Makes sure that there is a .NET runtime: a base made of packages has a C library and certificates only.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoRuntimeInBase"/>.</exception>
    internal void RequireRuntime(ProjectSettings project)
    {
        if (Reference is DebianReference && project.Find(ItemKind.Site) is null && !project.One(ItemKind.Debian).IsTrue("IsSelfContained"))
        {
            throw new ContainerizeException(
                DiagnosticCode.NoRuntimeInBase,
                $"The base image {project.One(ItemKind.Base)["Image"]} has no .NET runtime, and this app does not bring one. "
                    + $"Set SelfContained to true (or PublishAot), or choose a base image with the runtime.");
        }
    }
}
