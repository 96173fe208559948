using Containerize.Ahead;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>Reads which layers a project will want of what packages bring, before it is compiled.</summary>
internal static class AheadSettings
{
    /// <param name="project">What the project says, as far as it is known.</param>
    /// <param name="platform">What the image is for.</param>
    /// <param name="key">Everything that the items depend on.</param>
    /// <param name="copied">What the build copies: <c>NuGetPackageId</c>, <c>DestinationSubDirectory</c>.</param>
    /// <param name="runtimePacks">The names of the runtime packs.</param>
    /// <returns>The request; null where nothing is to be made ahead.</returns>
    /// <exception cref="ContainerizeException">A setting is wrong: what the build says of it later.</exception>
    internal static AheadRequest? Read(
        ProjectSettings project, Platform platform, Digest key, IEnumerable<Item> copied, IEnumerable<string> runtimePacks)
    {
        var files = PublishedFileItems.OfPackages(copied, runtimePacks);
        // Where images are trusted, a layer that a registry has is not made at all.
        if (ReuseSettings.Read(project, DestinationSettings.Read(project, SilentReporter.Instance)).Trusts)
        {
            return null;
        }

        // What lies in the project may be written by the build.
        var known = project.Of(ItemKind.File).All(file => IsOutside(project, file)) ? project : project.Without(ItemKind.File);
        var layers = LayerSettings.Read(known, platform);
        return files.Count + layers.Files.Count + layers.FilesWithSecrets.Count == 0
            ? null
            : new AheadRequest(key, files, layers, LayerWriting.Read(project).Options(ImageRequests.Format(project), platform));
    }

    private static bool IsOutside(ProjectSettings project, Item file) => project.FullPath(file.Identity) is var path
        && Path.Exists(path) && Path.GetRelativePath(project.Directory, path) is var relative
        && (Path.IsPathRooted(relative) || relative.StartsWith("..", StringComparison.Ordinal));
}
