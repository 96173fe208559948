using Containerize.Layers.Windows;

namespace Containerize.MSBuild;

/// <summary>Reads paths of the image as projects write them: with either slash, and for Windows with drive C: or without.</summary>
internal static class ImagePath
{
    /// <summary>The path with <c>/</c>.</summary>
    /// <param name="text">The path.</param>
    /// <param name="isWindows">Whether the image is for Windows.</param>
    internal static string Read(string text, bool isWindows) => isWindows ? WindowsPath.Read(text) : text.Replace('\\', '/');
}
