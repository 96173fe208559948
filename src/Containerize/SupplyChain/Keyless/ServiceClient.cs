using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Containerize.Http;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Asks the services. What is sent to one goes to its own origin only, wherever it leads.</summary>
internal sealed class ServiceClient(ServiceOptions options, IReporter reporter) : IDisposable
{
    private const int MaxAnswer = 1024 * 1024;
    private const string Json = "application/json";

    private readonly HttpSender _sender = new(options, reporter);

    /// <summary>The clock.</summary>
    internal TimeProvider Time => options.TimeProvider;

    /// <summary>Asks for a document of JSON.</summary>
    /// <param name="bearer">The token that lets this build ask; null for none.</param>
    internal async Task<JsonObject> GetAsync(Uri url, string? bearer, CancellationToken cancellationToken) => Read(
        url, await SendAsync(new HttpRequest(HttpMethod.Get, url) { Accept = [Json] }, bearer, null, cancellationToken));

    /// <summary>Sends a document of JSON.</summary>
    /// <param name="secret">A token in it, which no message may show; null for none.</param>
    internal async Task<JsonObject> PostAsync(Uri url, JsonObject document, IdentityToken? secret, CancellationToken cancellationToken) =>
        Read(url, await PostAsync(url, OciJson.Write(document), Json, Json, secret, cancellationToken));

    /// <summary>Sends bytes.</summary>
    /// <returns>What is answered.</returns>
    internal Task<byte[]> PostAsync(
        Uri url, byte[] content, string contentType, string accept, IdentityToken? secret, CancellationToken cancellationToken)
    {
        var request = new HttpRequest(HttpMethod.Post, url)
        {
            Accept = [accept],
            Content = () => new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } },
        };
        return SendAsync(request, null, secret, cancellationToken);
    }

    /// <summary>The failure of an answer that makes no sense, or that does not verify.</summary>
    /// <param name="why">Why, as a sentence without its end.</param>
    internal static ContainerizeException Refused(Uri url, Message why) => new(
        DiagnosticCode.SigningServiceAnswerInvalid,
        $"What {VerbatimUrl.Public(url)} answered cannot be used: {why}. Nothing was pushed.");

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();

    private static JsonObject Read(Uri url, byte[] answer)
    {
        try
        {
            return OciJson.ReadObject(answer, "answer", "a signing service");
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            // The reader's words may quote a token.
            throw Refused(url, $"it is no JSON");
        }
    }

    private async Task<byte[]> SendAsync(
        HttpRequest request, string? bearer, IdentityToken? secret, CancellationToken cancellationToken)
    {
        if (options.IsOffline)
        {
            throw new ContainerizeException(
                DiagnosticCode.SigningServiceFailed,
                $"ContainerizeOffline is set, and {VerbatimUrl.Public(request.Url)} would have to be asked to sign the image without a key."
                    + $" Only what this machine signed before can be published offline.");
        }

        try
        {
            return await _sender.Retrier.ExecuteAsync(token => SendOnceAsync(request, bearer, secret, token), cancellationToken);
        }
        catch (TransientException failure)
        {
            throw failure.Explained ?? new ContainerizeException(
                DiagnosticCode.SigningServiceFailed,
                $"{VerbatimUrl.Public(request.Url)} cannot be asked to sign the image: {failure.Message}. Nothing was pushed. Build again "
                    + $"later, or check the address and the proxy.",
                failure);
        }
    }

    private async Task<byte[]> SendOnceAsync(
        HttpRequest request, string? bearer, IdentityToken? secret, CancellationToken cancellationToken)
    {
        var rules = new RequestRules(
            request.Url,
            _ => bearer is null ? null : new("Bearer", bearer),
            url => new(VerifyCertificates: true, VerbatimUrl.SameOrigin(request.Url, url) ? AddressScopes.All : AddressScopes.None));
        using var response = await _sender.SendAsync(request, rules, cancellationToken);
        // An answer was lost, and the request sent again: what it made is there.
        if (response.StatusCode == HttpStatusCode.Conflict && request.Method == HttpMethod.Post
            && RedirectLoop.Location(response) is { } location && VerbatimUrl.TryResolve(request.Url, location) is { } made
            && VerbatimUrl.SameOrigin(request.Url, made))
        {
            return await SendOnceAsync(new(HttpMethod.Get, made) { Accept = request.Accept }, bearer, secret, cancellationToken);
        }

        try
        {
            return response.IsSuccessStatusCode
                ? await ResponseBody.ReadAsync(response, MaxAnswer, options, cancellationToken)
                    ?? throw Refused(request.Url, $"it has more than {ByteSize.Format(MaxAnswer)}")
                : throw Refusal(request.Url, response.StatusCode, await _sender.ReadErrorAsync(response, cancellationToken), secret);
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
        {
            throw _sender.Failure(failure, request.Url);
        }
    }

    private static ContainerizeException Refusal(Uri url, HttpStatusCode status, byte[] body, IdentityToken? secret)
    {
        var said = "";
        try
        {
            said = OciJson.ReadObject(body, "error", "a signing service").Text("message") ?? "";
        }
        catch (ContainerizeException)
        {
            // The status is what matters.
        }

        Message quoted = said.Length == 0 || secret is null || secret.IsIn(said) ? $"" : $" ('{said}')";
        return new(
            DiagnosticCode.SigningServiceFailed,
            $"{VerbatimUrl.Public(url)} refuses to take part in signing the image: it answered {(int)status}{quoted}. Nothing was pushed. "
                + $"Check that it knows who issues this build's identity token, and the token's audience.");
    }
}
