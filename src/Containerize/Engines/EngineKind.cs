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

    /// <summary>The containers of the Windows Subsystem for Linux, by its program <c>wslc</c>.</summary>
    Wslc,

    /// <summary>Apple's containers on macOS, by their program <c>container</c>.</summary>
    MacOSContainer,

    /// <summary>
    /// containerd, by its program <c>ctr</c>: at the address and in the namespace that <c>CONTAINERD_ADDRESS</c> and
    /// <c>CONTAINERD_NAMESPACE</c> say.
    /// </summary>
    Containerd,
}
