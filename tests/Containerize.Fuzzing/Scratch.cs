namespace Containerize.Fuzzing;

/// <summary>Gives bytes to readers that want a file.</summary>
internal static class Scratch
{
    internal static T With<T>(byte[] bytes, Func<string, T> read) => InDirectory(directory =>
    {
        var path = Path.Combine(directory, "input");
        File.WriteAllBytes(path, bytes);
        return read(path);
    });

    internal static T InDirectory<T>(Func<string, T> read)
    {
        var directory = Directory.CreateTempSubdirectory("containerize-fuzz-").FullName;
        try
        {
            return read(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
