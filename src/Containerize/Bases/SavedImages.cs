using System.Collections.Concurrent;

namespace Containerize.Bases;

/// <summary>
/// The archives of images that engines saved. One that a command opened stays as long as the command runs: its layers are read later. What
/// is left of earlier states goes when an image is saved.
/// </summary>
/// <param name="directory">Where they are, a full path.</param>
internal sealed class SavedImages(string directory)
{
    private const int IdLength = 32;
    private const string Ending = ".tar";

    private readonly ConcurrentDictionary<string, bool> _used = new(StringComparer.Ordinal);

    /// <summary>Names the archive of an image, which stays from now on.</summary>
    /// <param name="id">What the engine calls its state: <c>sha256:</c> and hexadecimal digits. Nothing else of it becomes a path.</param>
    /// <param name="isFirst">Whether this command had no use for it yet: then it may be replaced.</param>
    /// <returns>A full path; the file may be there already.</returns>
    internal string Use(string id, out bool isFirst)
    {
        var name = string.Concat(id.Split(':')[^1].Where(char.IsAsciiHexDigit).Take(IdLength)) + Ending;
        isFirst = _used.TryAdd(name, true);
        return Path.Combine(directory, name);
    }

    /// <summary>Deletes the archives that this command did not use.</summary>
    /// <exception cref="IOException">One of them cannot be deleted.</exception>
    internal void DeleteOthers()
    {
        // Temporary files of archives that are being written have longer names.
        foreach (var old in Directory.GetFiles(directory, "*" + Ending)
            .Where(path => Path.GetFileName(path).Length == IdLength + Ending.Length && !_used.ContainsKey(Path.GetFileName(path))))
        {
            File.Delete(old);
        }
    }
}
