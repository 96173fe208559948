namespace Containerize.Engines;

/// <summary>Which container engine of this machine is meant.</summary>
internal enum EngineKind
{
    /// <summary>Whichever runs: Docker, else Podman.</summary>
    Auto,

    /// <summary>Docker, at the place that <c>DOCKER_HOST</c> or its current context says.</summary>
    Docker,

    /// <summary>Podman, with the storage or connection that its configuration says.</summary>
    Podman,
}
