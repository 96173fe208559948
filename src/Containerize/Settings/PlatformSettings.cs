using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>The platforms of a project whose image is an index.</summary>
internal static class PlatformSettings
{
    /// <summary>Checks, before anything is built, that each image of the index can be chosen by its platform.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SamePlatform"/>, or <see cref="DiagnosticCode.InvalidProperty"/>:
    /// no image can have the platform.</exception>
    /// <remarks>Images for Windows differ in their version of Windows, too, which only their bases tell.</remarks>
    internal static void RequireDistinct(IEnumerable<string> runtimeIdentifiers)
    {
        var platforms = runtimeIdentifiers.ToLookup(Platform.FromRuntimeIdentifier);
        if (platforms.FirstOrDefault(names => !names.Key.IsWindows && names.Count() > 1) is { } same)
        {
            throw new ContainerizeException(
                DiagnosticCode.SamePlatform,
                $"The runtime identifiers {string.Join(", ", same)} are all for {same.Key}, so all but one of their images could never be "
                + $"chosen. Name each platform once in ContainerRuntimeIdentifiers; build two images with different tags to have both.");
        }
    }
}
