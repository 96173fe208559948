using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net;
using Containerize.Http;
using Containerize.Registry.Authorization;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>One registry at one address: sends requests with authorization, redirects, repetition and the host's gate.</summary>
internal sealed class RegistryEndpoint(string registry, RegistryOrigin origin, Authorizer authorizer, HttpSender sender)
{
    // With what is known, and with a fresh token of the scopes that were asked for.
    private const int MaxAuthorizedTries = 2;

    private readonly ConcurrentDictionary<Need, TaskCompletionSource<TransientException?>> _firsts = new();
    private readonly ConcurrentDictionary<Need, bool> _granted = new();

    // What was refused and never granted, and what the registry said: other requests that need the same are answered from here.
    private readonly ConcurrentDictionary<Need, byte[]> _refusals = new();

    /// <summary>The registry's name in references.</summary>
    internal string Registry => registry;

    /// <summary>Where it is.</summary>
    internal RegistryOrigin Origin => origin;

    /// <summary>Whether it has done its work before in this build.</summary>
    internal bool HasServed => sender.Pool.HasServed(Origin.Base);

    /// <summary>Where the credential came from that requests of this need were sent with; null when they were anonymous.</summary>
    internal string? CredentialSourceFor(Access access) => authorizer.SourceFor(access);

    /// <summary>The credential for what a request needs; null is anonymous.</summary>
    internal Task<Credential?> FindCredentialAsync(Access access, CancellationToken cancellationToken) =>
        authorizer.FindCredentialAsync(access, cancellationToken);

    /// <summary>Forgets the challenge of a request that could not be answered, so that other requests do not try to.</summary>
    internal void ForgetChallenge() => authorizer.Forget();

    /// <summary>Asks the registry whether it is one, without saying who asks.</summary>
    internal Task<HttpResponseMessage> AskAsync(CancellationToken cancellationToken) => SendPlainAsync(
        new RegistryRequest(HttpMethod.Get, UrlOf(""), new Access("", "")), authorization: null, cancellationToken);

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
        if (!VerbatimUrl.SameOrigin(request.Url, Origin.Base))
        {
            return await SendPlainAsync(request, authorization: null, cancellationToken);
        }

        var need = NeedOf(request);
        while (!_granted.ContainsKey(need))
        {
            if (_refusals.TryGetValue(need, out var said))
            {
                return Refusal(request, said);
            }

            var own = new TaskCompletionSource<TransientException?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var first = _firsts.GetOrAdd(need, own);
            if (first == own)
            {
                return await GoFirstAsync(request, need, own, cancellationToken);
            }

            if (await first.Task.WaitAsync(cancellationToken) is { } failure)
            {
                throw failure;
            }
        }

        return await SendAuthorizedAsync(request, need, cancellationToken);
    }

    /// <summary>
    /// The first request of its kind goes alone: were it refused, all that go with it would be, too. Those that wait for it share its
    /// failure where the server is away: one after the other, each would wait as long.
    /// </summary>
    private async Task<HttpResponseMessage> GoFirstAsync(
        RegistryRequest request, Need need, TaskCompletionSource<TransientException?> end, CancellationToken cancellationToken)
    {
        TransientException? shared = null;
        try
        {
            return await SendAuthorizedAsync(request, need, cancellationToken);
        }
        catch (TransientException failure)
        {
            shared = failure.Status is not { } status || Retrier.IsAway(status) ? failure : null;
            throw;
        }
        finally
        {
            _firsts.TryRemove(need, out _);
            end.SetResult(shared);
        }
    }

    private async Task<HttpResponseMessage> SendAuthorizedAsync(RegistryRequest request, Need need, CancellationToken cancellationToken)
    {
        if (!authorizer.HasLearned && await authorizer.FindCredentialAsync(request.Access, cancellationToken) is not null)
        {
            // Some registries show strangers less instead of asking who they are: ask first.
            await PingAsync(cancellationToken);
        }

        for (var tries = 0; ;)
        {
            var header = await authorizer.GetHeaderAsync(request.Access, cancellationToken);
            var response = await SendPlainAsync(request, header, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Unauthorized || IsForeign(response))
            {
                Grant(request, need, response);
                return response;
            }

            tries += header is null ? 0 : 1;
            using (response)
            {
                if (tries == MaxAuthorizedTries || !await CanAnswerAsync(request, header, response, cancellationToken))
                {
                    var refused = await sender.ReadErrorAsync(response, cancellationToken);
                    if (!_granted.ContainsKey(need))
                    {
                        _refusals[need] = refused;
                    }

                    return Refusal(request, refused);
                }
            }
        }
    }

    // What was granted once is not refused for good: a token may end while a body is on its way.
    private void Grant(RegistryRequest request, Need need, HttpResponseMessage response)
    {
        _granted[need] = true;
        if (request.Access.From is not null && response.StatusCode is HttpStatusCode.Created or HttpStatusCode.Accepted)
        {
            // A mount is a push to its target.
            _granted[NeedOf(request with { Access = Access.Push(request.Access.Repository) })] = true;
        }
    }

    private static Need NeedOf(RegistryRequest request) =>
        new(string.Join(' ', request.Access.Scopes), request.Method == HttpMethod.Get || request.Method == HttpMethod.Head);

    private static HttpResponseMessage Refusal(RegistryRequest request, byte[] said) => new(HttpStatusCode.Unauthorized)
    {
        RequestMessage = new HttpRequestMessage(request.Method, request.Url),
        Content = new ByteArrayContent(said),
    };

    /// <summary>
    /// Whether there is something new to answer a 401 with: a token that was thrown away is replaced, a password that was refused is not
    /// sent again.
    /// </summary>
    private async Task<bool> CanAnswerAsync(
        RegistryRequest request, AuthenticationHeaderValue? used, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var challenges = Challenge.Of(response);
        if (challenges.Count == 0)
        {
            challenges = await PingAsync(cancellationToken);
        }

        return authorizer.Learn(challenges, request.Access, used)
            || !Equals(used, await authorizer.GetHeaderAsync(request.Access, cancellationToken));
    }

    private async Task<IReadOnlyList<Challenge>> PingAsync(CancellationToken cancellationToken)
    {
        using var response = await AskAsync(cancellationToken);
        var challenges = IsForeign(response) ? [] : Challenge.Of(response);
        authorizer.Learn(challenges);
        return challenges;
    }

    private Task<HttpResponseMessage> SendPlainAsync(
        RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken) =>
        sender.SendAsync(
            request,
            new RequestRules(Origin.Base, _ => authorization, url => Origin.DataPolicy(url, sender.Pool.ScopeOf(Origin.Base))),
            cancellationToken);

    /// <summary>What a request needs to be allowed to do; reading may be allowed where writing is not, whatever the scopes.</summary>
    private sealed record Need(string Scopes, bool IsRead);
}
