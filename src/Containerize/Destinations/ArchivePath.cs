namespace Containerize.Destinations;

/// <summary>Where an archive goes.</summary>
internal static class ArchivePath
{
    /// <summary>The archive's file: the path itself, or, for a directory, a file in it that is named after the image.</summary>
    /// <param name="path">A file, an existing directory, or a directory that ends with a separator; a full path.</param>
    /// <param name="name">The image's name.</param>
    /// <returns>The file. In a directory it is called after the last part of the repository, and <c>.tar</c>, as it is not compressed again.</returns>
    public static string Resolve(string path, ImageName name) =>
        Path.EndsInDirectorySeparator(path) || Directory.Exists(path)
            ? Path.Combine(path, name.Repository[(name.Repository.LastIndexOf('/') + 1)..] + ".tar")
            : path;
}
