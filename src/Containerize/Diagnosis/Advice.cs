using System.Net;

namespace Containerize.Diagnosis;

/// <summary>What to do about answers of registries.</summary>
internal static class Advice
{
    /// <summary>What to do about a status that may pass.</summary>
    internal static Message ForStatus(HttpStatusCode status, string registry) => status == HttpStatusCode.TooManyRequests
        ? $"Log in (docker login {registry}), which mostly raises the limit, wait, or pull from a mirror (registry-mirrors in " +
            $"daemon.json, a mirror in registries.conf)."
        : (Message)$"The registry, or a proxy before it, has a failure: see its log, and try again.";

    /// <summary>What to do about a request that a registry refused.</summary>
    internal static Message ForFailure(ContainerizeException failure, RepositoryAccess access) => failure.Code switch
    {
        DiagnosticCode.RegistryDenied =>
            $"Log in with an account that may {access.Verb} {access.Repository} (docker login {access.Registry}).",
        DiagnosticCode.RegistryNotFound =>
            $"Create the repository {access.Repository} there, or check its name: not every registry creates it by itself.",
        DiagnosticCode.RegistryUnavailable => $"Wait and try again; log in (docker login {access.Registry}) where it is a limit.",
        DiagnosticCode.UnsafeLocation => $"Have the registry's configuration corrected: it names a place that data must not go to.",
        _ when access.IsWrite =>
            (Message)$"See the registry's configuration and log: it may be read-only, full, or limit the size of requests.",
        _ => $"See the registry's log.",
    };
}

/// <summary>What was tried in a repository.</summary>
internal sealed record RepositoryAccess(string Registry, string Repository, bool IsWrite)
{
    internal string Verb => IsWrite ? "push to" : "pull from";
}
