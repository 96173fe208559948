using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Transfer;

namespace Containerize.Diagnosis;

/// <summary>Whether a registry asks for a login, where the credential for it comes from, and whether the registry takes it.</summary>
/// <param name="connection">The registry.</param>
/// <param name="findings">Takes what is found.</param>
internal sealed class LoginDiagnosis(Connection connection, FindingList findings)
{
    private const string Check = "login";

    private RegistryEndpoint Endpoint => connection.Endpoint;

    private Message Again => $"Log in (docker login {Endpoint.Registry}, or podman login).";

    /// <summary>Looks.</summary>
    /// <param name="repository">The repository that it is for; null for none in particular.</param>
    /// <param name="isWrite">Whether it is to be written to.</param>
    /// <returns>Whether it is worth going on: without a login, too, where a registry may let everyone read.</returns>
    internal async Task<bool> RunAsync(RepositoryReference? repository, bool isWrite, CancellationToken cancellationToken)
    {
        var access = repository is null ? new Access("", "")
            : isWrite ? Access.Push(repository.Name) : Access.Pull(repository.Name);
        var credential = await Endpoint.FindCredentialAsync(access, cancellationToken);
        if (connection.Challenges.Count == 0)
        {
            Message unused = credential is null ? "" : $"; that of {credential.Source} is not used";
            findings.Works(Check, $"{Endpoint.Registry} asks for no login{unused}.");
            return true;
        }

        findings.Note(Check, $"{Endpoint.Registry} asks for {How()}{Scopes(access)}.");
        try
        {
            using var response = await Endpoint.SendAsync(
                new RegistryRequest(HttpMethod.Get, Endpoint.UrlOf(""), new Access("", "")), cancellationToken);
            var isAccepted = response.StatusCode != HttpStatusCode.Unauthorized;
            if (credential is null)
            {
                findings.Note(
                    Check,
                    $"There is no credential for {Endpoint.Registry} here: " +
                    $"{(isAccepted ? "it is used" : "it refuses to be used")} anonymously.",
                    $"To push, or to read what is not public: log in (docker login {Endpoint.Registry}, or podman login).");
                return true;
            }

            if (isAccepted)
            {
                findings.Works(Check, $"{Endpoint.Registry} takes the credential of {credential.Source}.");
                return true;
            }

            findings.Problem(Check, $"{Endpoint.Registry} refuses the credential of {credential.Source}.", Again);
        }
        catch (ContainerizeException failure)
        {
            findings.Problem(Check, failure.Message, Again);
        }
        catch (TransientException failure)
        {
            findings.Problem(
                Check, $"{failure.Message}.", $"Check that the host of tokens can be reached from here (name, firewall, proxy).");
        }

        return false;
    }

    private Message How() => connection.Challenges.FirstOrDefault(challenge => challenge.IsBearer) is { } bearer
        ? $"tokens of {HostOf(bearer.Parameters["realm"])}"
        : connection.Challenges.Any(challenge => challenge.IsBasic)
        ? $"user and password"
        : (Message)$"a login of a kind that builds do not know ({string.Join(", ", connection.Challenges.Select(each => each.Scheme))})";

    private Message Scopes(Access access) => access.Scopes.Count > 0 && connection.Challenges.Any(challenge => challenge.IsBearer)
        ? $" with the scope {string.Join(' ', access.Scopes)}"
        : (Message)$"";

    private static string HostOf(string realm) => VerbatimUrl.TryCreate(realm)?.Authority ?? "an address that is none";
}
