namespace Containerize.Registry.Authorization;

/// <summary>What a request needs to be allowed to do, in the words of token scopes.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Actions">The actions: <c>pull</c>, <c>pull,push</c>; empty for none in particular.</param>
/// <param name="From">The repository a blob is mounted from, which must be readable too.</param>
internal sealed record Access(string Repository, string Actions, string? From = null)
{
    /// <summary>The scopes, the needed one first.</summary>
    internal IReadOnlyList<string> Scopes { get; } =
        Actions.Length == 0 ? []
        : From is null ? [$"repository:{Repository}:{Actions}"]
        : [$"repository:{Repository}:{Actions}", $"repository:{From}:pull"];

    /// <summary>Whether something is changed.</summary>
    internal bool IsWrite => Actions is not ("pull" or "");

    internal static Access Pull(string repository) => new(repository, "pull");

    internal static Access Push(string repository) => new(repository, "pull,push");

    internal static Access Mount(string repository, string from) => new(repository, "pull,push", from);
}
