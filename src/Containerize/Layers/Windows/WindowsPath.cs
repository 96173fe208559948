namespace Containerize.Layers.Windows;

/// <summary>
/// Paths of an image for Windows. Here they are written as all others are, with <c>/</c> and from the root of drive C:, the only one that a
/// layer has.
/// </summary>
internal static class WindowsPath
{
    private const string Drive = "C:";

    /// <summary>A path as it is written here.</summary>
    /// <param name="text">A path as users write it: <c>C:\app</c>, <c>C:/app</c>, <c>\app</c>, <c>/app</c>, or a relative one.</param>
    /// <returns>The path with <c>/</c>, without drive C:. Another drive stays, and makes it a path that does not begin with
    /// <c>/</c>.</returns>
    public static string Read(string text)
    {
        var path = text.Replace('\\', '/');
        return path.StartsWith(Drive, StringComparison.OrdinalIgnoreCase) && (path.Length == Drive.Length || path[Drive.Length] == '/')
            ? path[Drive.Length..]
            : path;
    }

    /// <summary>A path as Windows has it.</summary>
    /// <param name="path">An absolute path with <c>/</c>.</param>
    /// <returns>For example <c>C:\app</c>.</returns>
    public static string Write(string path) => Drive + path.Replace('/', '\\');
}
