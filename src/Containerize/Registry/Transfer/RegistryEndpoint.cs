using System.Net.Http.Headers;
using System.Net;
using Containerize.Http;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>One registry at one address: sends requests with authorization, redirects, repetition and the host's gate.</summary>
internal sealed class RegistryEndpoint(string registry, RegistryOrigin origin, Authorizer authorizer, HttpSender sender)
{
    // Without a token, with a token, with a fresh token of the scopes it asked for.
    private const int MaxAuthorizations = 3;

    /// <summary>The registry's name in references.</summary>
    internal string Registry => registry;

    /// <summary>Where it is.</summary>
    internal RegistryOrigin Origin => origin;

    /// <summary>The URL of a path below <c>/v2/</c>.</summary>
    internal Uri UrlOf(string path) => VerbatimUrl.Create($"{Origin.Base.Scheme}://{Origin.Base.Authority}/v2/{path}");

    /// <summary>Whether an answer came from elsewhere, after a redirect: its statuses are not the registry's.</summary>
    internal bool IsForeign(HttpResponseMessage response) => !VerbatimUrl.SameOrigin(response.RequestMessage!.RequestUri!, Origin.Base);

    /// <summary>Sends a request, again when that may help. For requests that may be repeated.</summary>
    internal Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken) =>
        sender.Retrier.ExecuteAsync(token => SendOnceAsync(request, token), cancellationToken);

    /// <summary>Sends a request and uses its answer, both again when that may help.</summary>
    internal Task<T> SendAsync<T>(
        RegistryRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> use, CancellationToken cancellationToken) =>
        sender.Retrier.ExecuteAsync(
            async token =>
            {
                using var response = await SendOnceAsync(request, token);
                try
                {
                    return await use(response, token);
                }
                catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
                {
                    throw sender.Failure(failure, response.RequestMessage!.RequestUri!);
                }
            },
            cancellationToken);

    /// <summary>Sends a request once; a failure that may pass is a <see cref="TransientException"/>.</summary>
    internal async Task<HttpResponseMessage> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        // The upload locations of a registry may lie elsewhere; there is nothing to authorize then.
        var isOwn = VerbatimUrl.SameOrigin(request.Url, Origin.Base);
        if (isOwn && !authorizer.HasLearned && await authorizer.FindCredentialAsync(request.Access, cancellationToken) is not null)
        {
            // Some registries show strangers less instead of asking who they are: ask first.
            await PingAsync(cancellationToken);
        }

        for (var attempt = 1; ; attempt++)
        {
            var header = isOwn ? await authorizer.GetHeaderAsync(request.Access, cancellationToken) : null;
            var response = await SendPlainAsync(request, header, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Unauthorized || !isOwn || IsForeign(response) || attempt == MaxAuthorizations)
            {
                return response;
            }

            var challenges = Challenge.Of(response);
            if (challenges.Count == 0)
            {
                challenges = await PingAsync(cancellationToken);
            }

            // A token that was thrown away is replaced; a password that was refused is not sent again.
            var renewed = authorizer.Learn(challenges, request.Access, header);
            if (!renewed && Equals(header, await authorizer.GetHeaderAsync(request.Access, cancellationToken)))
            {
                return response;
            }

            response.Dispose();
        }
    }

    private async Task<IReadOnlyList<Challenge>> PingAsync(CancellationToken cancellationToken)
    {
        using var response = await SendPlainAsync(
            new RegistryRequest(HttpMethod.Get, UrlOf(""), new Access("", "")), authorization: null, cancellationToken);
        var challenges = IsForeign(response) ? [] : Challenge.Of(response);
        authorizer.Learn(challenges);
        return challenges;
    }

    private Task<HttpResponseMessage> SendPlainAsync(
        RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken) =>
        sender.SendAsync(request, _ => authorization, url => Origin.DataPolicy(url, sender.Pool.ScopeOf(Origin.Base)), cancellationToken);
}
