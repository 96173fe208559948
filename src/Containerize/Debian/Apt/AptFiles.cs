using Containerize.Files;

namespace Containerize.Debian.Apt;

/// <summary>Finds the files of a directory of apt's configuration.</summary>
internal static class AptFiles
{
    /// <summary>The files, in the order in which apt reads them; none when the directory cannot be read.</summary>
    /// <param name="extension">How names end; others are ignored, as copies that editors and dpkg leave behind.</param>
    /// <param name="allowsNone">Whether a name without any extension counts, too.</param>
    internal static IReadOnlyList<string> Of(string directory, string extension, bool allowsNone = false)
    {
        try
        {
            return [.. (Directory.Exists(directory) ? Directory.GetFiles(directory) : [])
                .Where(file => Path.GetExtension(file) == extension
                || (allowsNone && !Path.GetFileName(file).Contains('.', StringComparison.Ordinal)))
                .Where(file => Path.GetFileName(file).All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return [];
        }
    }
}
