using Containerize.Oci;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Credentials;

/// <summary>
/// Credentials in environment variables: <c>CONTAINERIZE_REGISTRY_&lt;HOST&gt;_USER</c> and <c>_PASSWORD</c> for one host, and those of the
/// .NET SDK, which name no host and are therefore given to the destinations, and to the base image's registry, only. Those that do not say
/// for which of both are the destinations', as in the SDK; where there is none, they can only be meant for the base.
/// </summary>
internal sealed class EnvironmentCredentials(RegistryOptions options)
{
    private readonly IReadOnlyList<string> _push = [.. options.PushRegistries.Select(ImageReference.NormalizeRegistry)];
    private readonly string? _pull = options.PullRegistry is { } pull ? ImageReference.NormalizeRegistry(pull) : null;

    /// <summary>The middle of a variable's name: the host in upper case, everything but letters and digits as '_'.</summary>
    internal static string VariablePart(string registry) =>
        string.Concat(registry.ToUpperInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    internal Credential? Find(string registry, bool isWrite)
    {
        var own = "CONTAINERIZE_REGISTRY_" + VariablePart(registry);
        // Two hosts can give the same name (a-b and a.b); who cares says which one is meant.
        var isMeant = options.Environment(own + "_HOST") is not { Length: > 0 } host
            || ImageReference.NormalizeRegistry(host.Trim()) == registry;
        return (isMeant ? Read(own + "_USER", own + "_PASSWORD") : null)
            ?? SdkPrefixes(registry, isWrite).Select(prefix => Read(prefix + "_UNAME", prefix + "_PWORD"))
            .FirstOrDefault(found => found is not null);
    }

    private IEnumerable<string> SdkPrefixes(string registry, bool isWrite)
    {
        var isDestination = _push.Contains(registry);
        var isBase = registry == _pull;
        if (isBase && !isWrite)
        {
            yield return "DOTNET_CONTAINER_PULL_REGISTRY";
        }

        if (isDestination)
        {
            yield return "DOTNET_CONTAINER_PUSH_REGISTRY";
        }

        if (isDestination || (isBase && _push.Count == 0))
        {
            yield return "DOTNET_CONTAINER_REGISTRY";
            yield return "SDK_CONTAINER_REGISTRY";
        }
    }

    private Credential? Read(string userVariable, string passwordVariable) =>
        options.Environment(userVariable) is { Length: > 0 } user && options.Environment(passwordVariable) is { Length: > 0 } password
            ? Credential.Of($"the environment variables {userVariable} and {passwordVariable}", user, password)
            : null;
}
