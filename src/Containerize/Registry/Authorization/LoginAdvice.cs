using System.Net;
using Containerize.Registry.Credentials;

namespace Containerize.Registry.Authorization;

/// <summary>What to do about a login that a registry, or the token service that it leads to, refuses.</summary>
internal static class LoginAdvice
{
    /// <summary>The advice, as sentences.</summary>
    /// <param name="status">The answer: 403 to an account that lacks a permission, else 401.</param>
    /// <param name="source">Where the credential came from; null when there was none.</param>
    internal static Message Of(string registry, Access access, HttpStatusCode status, string? source)
    {
        var permission = $"the permission to {(access.IsWrite ? "push to" : "pull from")} {access.Repository}";
        if (source is not null)
        {
            return status == HttpStatusCode.Forbidden
                ? $"The account lacks {permission}; the credential is that of {source}. Use another account (docker login {registry})."
                : $"The credential of {source} was refused. Log in again (docker login {registry}), or correct it; the account needs "
                    + $"{permission}.";
        }

        var variable = $"CONTAINERIZE_REGISTRY_{EnvironmentCredentials.VariablePart(registry)}_USER";
        var need = access.IsWrite ? "the account needs the permission to push to" : "it may also be that there is no";
        return status == HttpStatusCode.Forbidden
            ? $"No credential was found for {registry}, and {permission} is not everyone's. Log in (docker login {registry})."
            : $"Log in (docker login {registry}), or set {variable} and _PASSWORD; {need} {access.Repository}.";
    }
}
