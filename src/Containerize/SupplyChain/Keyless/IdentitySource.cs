using System.Text.RegularExpressions;
using Containerize.Files;
using Containerize.Http;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Where the token comes from that says who builds. The token itself is never a value of the project.</summary>
internal sealed partial record IdentitySource
{
    private const string Property = "ContainerizeSigningIdentity";
    private const string VariablePrefix = "env:";
    private const string RequestUrl = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string RequestToken = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    private const int MaxFileSize = 64 * 1024;

    private readonly string? _variable;
    private readonly string? _file;

    private IdentitySource(string? variable, string? file)
    {
        _variable = variable;
        _file = file;
    }

    /// <summary>Reads where the token comes from. Nothing is opened or asked.</summary>
    /// <param name="source"><c>github</c>, <c>gitlab</c>, <c>azure</c>, <c>env:NAME</c>, or a file.</param>
    /// <param name="fullPath">Makes a path a full one.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SecretInProperty"/>: it is the token. The message does not show
    /// it.</exception>
    internal static IdentitySource Parse(string source, Func<string, string> fullPath) => source.ToLowerInvariant() switch
    {
        "github" => new(null, null),
        "gitlab" => new("SIGSTORE_ID_TOKEN", null),
        // The variable that the task AzureCLI sets with addSpnToEnvironment.
        "azure" => new("idToken", null),
        _ when InlineToken.IsMatch(source) => throw Inline("an identity token"),
        _ when !source.StartsWith(VariablePrefix, StringComparison.Ordinal) => new(null, fullPath(source)),
        _ when VariableName.IsMatch(source[VariablePrefix.Length..]) => new(source[VariablePrefix.Length..], null),
        _ => throw Inline("no variable's name behind 'env:'"),
    };

    /// <summary>Gets the token.</summary>
    /// <param name="environment">Reads environment variables.</param>
    /// <param name="client">Asks GitHub for one.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.IdentityTokenUnusable"/>, or what <paramref name="client"/>
    /// throws.</exception>
    internal async Task<IdentityToken> ReadAsync(
        Func<string, string?> environment, ServiceClient client, CancellationToken cancellationToken)
    {
        var now = client.Time.GetUtcNow();
        if (_file is not null)
        {
            return IdentityToken.Parse(ReadFile(), $"The file '{_file}'", now);
        }

        if (_variable is not null)
        {
            return environment(_variable) is { Length: > 0 } value
                ? IdentityToken.Parse(value, $"The variable {_variable}", now)
                : throw IdentityToken.Unusable(
                    $"the variable {_variable} with the identity token is not set. In GitLab, id_tokens of the job sets it, with "
                        + $"'aud: sigstore'");
        }

        return environment(RequestUrl) is { Length: > 0 } text && environment(RequestToken) is { Length: > 0 } bearer
            && VerbatimUrl.TryCreate(text) is { } url && (url.Scheme == "https" || AddressScope.IsLoopback(url.Host))
                ? IdentityToken.Parse(
                    (await client.GetAsync(VerbatimUrl.WithParameter(url, "audience", "sigstore"), bearer, cancellationToken))
                        .Text("value") ?? "",
                    $"What GitHub answered",
                    now)
                : throw IdentityToken.Unusable(
                    $"this is no job of GitHub Actions that may ask for an identity token ({RequestUrl} and {RequestToken} are not set). "
                        + $"Give it 'permissions: id-token: write'");
    }

    private static ContainerizeException Inline(string what) => new(
        DiagnosticCode.SecretInProperty,
        $"The property {Property} holds {what}; the value is not shown. Set it to github, gitlab, azure, the file that holds the token, or "
            + $"'env:NAME'. Properties of a build stand in its logs.");

    private string ReadFile()
    {
        try
        {
            return RegularFile.ReadAllText(_file!, MaxFileSize);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw IdentityToken.Unusable($"the file '{_file}' with the identity token cannot be read ({failure.Message.TrimEnd('.')})");
        }
    }

    [GeneratedRegex(@"^\s*eyJ[A-Za-z0-9_-]*\.")]
    private static partial Regex InlineToken { get; }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName { get; }
}
