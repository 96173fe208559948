namespace Containerize.Files;

/// <summary>Directories for the current user only.</summary>
internal static class PrivateDirectory
{
    /// <summary>Creates a directory and those above it; one that exists stays as it is.</summary>
    internal static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            // One by one: the framework gives the mode to the last one only.
            Create(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(path, FileModes.PrivateDirectory);
        }
    }
}
