namespace Containerize.MSBuild;

/// <summary>When the tasks of a build began in this process. The build engine keeps it until the build ends.</summary>
internal sealed class BuildStart : IDisposable
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    /// <summary>The time, to the second, as answers of registries have it.</summary>
    internal DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(_now.ToUnixTimeSeconds());

    /// <inheritdoc/>
    public void Dispose()
    {
        // Objects that the engine keeps can be disposed; this one holds nothing.
    }
}
