namespace Containerize.Testing;

/// <summary>A directory of a test's own that is gone afterwards.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => FullName = Directory.CreateTempSubdirectory("containerize-test-").FullName;

    /// <param name="parent">Where it is, such as on another disk.</param>
    public TemporaryDirectory(string parent) =>
        FullName = Directory.CreateDirectory(Path.Combine(parent, $"containerize-test-{Guid.NewGuid():N}")).FullName;

    public string FullName { get; }

    /// <summary>A path inside.</summary>
    public string this[string path] => Path.Combine(FullName, path);

    /// <summary>Writes a file inside, and the directories that it needs.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string path, string content) => Write(path, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Writes a file inside, and the directories that it needs.</summary>
    /// <returns>Its full path.</returns>
    public string Write(string path, byte[] content)
    {
        var full = Path.Combine(FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return full;
    }

    public void Dispose()
    {
        if (Directory.Exists(FullName))
        {
            Unlock(new DirectoryInfo(FullName));
            Directory.Delete(FullName, recursive: true);
        }
    }

    // Tests make directories and files that cannot be changed; they go all the same. Links are not followed.
    private static void Unlock(DirectoryInfo directory)
    {
        if (!OperatingSystem.IsWindows())
        {
            directory.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }

        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is not null)
            {
                continue;
            }

            if (entry is DirectoryInfo child)
            {
                Unlock(child);
            }
            else if (OperatingSystem.IsWindows())
            {
                entry.Attributes = FileAttributes.Normal;
            }
        }
    }
}
