namespace Containerize.Testing;

/// <summary>
/// A directory that this process can read and not change: by its permissions, or for root, who may do everything, by an attribute.
/// </summary>
internal sealed class ReadOnlyTree : IAsyncDisposable
{
    private readonly string _path;

    private ReadOnlyTree(string path) => _path = path;

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Closes a directory and all in it for writing, until it is disposed.</summary>
    /// <returns>Null where the system offers no way.</returns>
    public static async Task<ReadOnlyTree?> TryMakeAsync(string path)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            await ChangeAsync(path, isReadOnly: true);
            try
            {
                await File.WriteAllTextAsync(Path.Combine(path, "probe"), "");
                File.Delete(Path.Combine(path, "probe"));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return new ReadOnlyTree(path);
            }

            await ChangeAsync(path, isReadOnly: false);
        }

        return null;
    }

    public async ValueTask DisposeAsync() => await ChangeAsync(_path, isReadOnly: false);

    private static async Task ChangeAsync(string path, bool isReadOnly)
    {
        try
        {
            _ = IsRoot
                ? await ProcessRunner.RunAsync("chattr", ["-R", isReadOnly ? "+i" : "-i", path])
                : await ProcessRunner.RunAsync("chmod", ["-R", isReadOnly ? "a-w" : "u+w", path]);
        }
        catch (ProcessFailedException)
        {
            // There is no such program; the probe shows it.
        }
    }
}
