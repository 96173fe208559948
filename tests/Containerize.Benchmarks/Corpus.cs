using System.Globalization;
using Containerize.Layers.Entries;

namespace Containerize.Benchmarks;

/// <summary>
/// What layers are made of here: the assemblies of the .NET runtime that runs this, or a directory that the variable CONTAINERIZE_CORPUS
/// names.
/// </summary>
internal static class Corpus
{
    /// <summary>The files of a self-contained web app's runtime layer.</summary>
    internal static IReadOnlyList<LayerEntry> Runtime()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var web = Path.Combine(framework, "..", "..", "Microsoft.AspNetCore.App");
        string[] directories = Environment.GetEnvironmentVariable("CONTAINERIZE_CORPUS") is { Length: > 0 } named ? [named]
            : Directory.Exists(web) ? [framework, Directory.GetDirectories(web).Order(StringComparer.Ordinal).Last()] : [framework];
        return [.. directories.SelectMany((directory, index) => Of(Path.GetFullPath(directory), $"app/{index}"))];
    }

    /// <summary>All files below a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="prefix">Where they lie in the image.</param>
    internal static IEnumerable<LayerEntry> Of(string directory, string prefix) =>
        Directory.GetFiles(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(file => new LayerEntry
        {
            Path = $"{prefix}/{Path.GetRelativePath(directory, file).Replace('\\', '/')}",
            Type = LayerEntryType.File,
            Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            SourcePath = file,
            Size = new FileInfo(file).Length,
        });

    /// <summary>Writes many small files.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="count">How many.</param>
    internal static void WriteSmallFiles(string directory, int count)
    {
        for (var index = 0; index < count; index++)
        {
            var folder = Path.Combine(directory, (index % 100).ToString("d2", CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            File.WriteAllText(
                Path.Combine(folder, $"{index}.txt"), string.Create(CultureInfo.InvariantCulture, $"This is file {index}.\n"));
        }
    }
}
