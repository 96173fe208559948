namespace Containerize.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("containerize-test-");

    internal string Root => _directory.FullName;

    internal string this[string name] => System.IO.Path.Combine(Root, name);

    internal string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>The names of all files, with slashes.</summary>
    internal IReadOnlyList<string> Files() => [.. _directory.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(Root, file.FullName).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public void Dispose() => _directory.Delete(recursive: true);
}
