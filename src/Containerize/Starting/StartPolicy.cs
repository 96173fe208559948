namespace Containerize.Starting;

/// <summary>What becomes of what an image cannot be started with (<c>ContainerizeStartCheck</c>).</summary>
internal enum StartPolicy
{
    /// <summary>It is not looked for.</summary>
    None,

    /// <summary>All of it is a warning.</summary>
    Warn,

    /// <summary>What certainly fails is an error, the rest a warning.</summary>
    Error,
}
