using System.Net.Http.Headers;
using System.Net;
using Containerize.Http;

namespace Containerize.Debian.Archive;

/// <summary>
/// Asks archives for their files. Those of apt's own sources are reached through apt's proxy; logins go to the server that they are for and
/// to no other, wherever that one leads.
/// </summary>
internal sealed class ArchiveConnection(ArchiveOptions options, IReporter reporter) : IDisposable
{
    private readonly HttpSender _sender = new(options, reporter);
    private readonly HttpSender? _aptSender = options.Apt is null ? null : new(options with { Proxy = options.Apt.Proxy }, reporter);

    internal Retrier Retrier => _sender.Retrier;

    /// <summary>Asks for a file.</summary>
    /// <param name="address">Where it is; a login in it is used.</param>
    /// <param name="offset">The first byte that is wanted; null for the whole file.</param>
    /// <returns>200 or 206, or where an offset was given 416.</returns>
    /// <exception cref="AbsentException">There is no such file.</exception>
    /// <exception cref="TransientException">The server cannot be reached, or has a bad moment.</exception>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveUnavailable"/>: the server refuses.</exception>
    internal async Task<HttpResponseMessage> SendAsync(Uri address, long? offset, CancellationToken cancellationToken)
    {
        var url = VerbatimUrl.Create(VerbatimUrl.Text(address));
        var sender = SenderFor(address);
        var request = new HttpRequest(HttpMethod.Get, url) { RangeStart = offset };
        var rules = new RequestRules(url, current => LoginOf(address, current), target => PolicyOf(sender, url, target));
        var response = await sender.SendAsync(request, rules, cancellationToken);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent
            || (offset is not null && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            return response;
        }

        using (response)
        {
            throw response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone
                ? new AbsentException(VerbatimUrl.Public(url))
                : Refused(url, response.StatusCode);
        }
    }

    /// <summary>Uses an answer; a connection that breaks meanwhile is a <see cref="TransientException"/>.</summary>
    internal async Task<T> ReadAsync<T>(HttpResponseMessage response, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
        {
            throw _sender.Failure(failure, response.RequestMessage!.RequestUri!);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sender.Dispose();
        _aptSender?.Dispose();
    }

    private HttpSender SenderFor(Uri address) => options.Apt?.Covers(address) == true ? _aptSender! : _sender;

    /// <summary>The archive is where the user says; where it leads must not be nearer to this machine than itself.</summary>
    private static ConnectionPolicy PolicyOf(HttpSender sender, Uri archive, Uri url) => new(
        VerifyCertificates: true,
        VerbatimUrl.SameOrigin(archive, url)
            ? AddressScopes.All
            : AddressScopes.Public | AddressScopes.Private | sender.Pool.ScopeOf(archive));

    private AuthenticationHeaderValue? LoginOf(Uri address, Uri current) =>
        address.UserInfo.Split(':', 2) is [{ Length: > 0 } name, .. var rest]
            ? HttpRequest.Basic(Uri.UnescapeDataString(name), Uri.UnescapeDataString(rest.FirstOrDefault("")))
            : options.Apt?.LoginFor(current) is { } login ? HttpRequest.Basic(login.Name, login.Password)
            : null;

    private ContainerizeException Refused(Uri url, HttpStatusCode status)
    {
        var isLogin = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
        var advice = isLogin && options.Apt?.UnreadableLogins is [var file, ..]
            ? $" This user may not read {Printable.Clean(file)}, where apt has logins."
            : "";
        return new(
            DiagnosticCode.ArchiveUnavailable,
            $"{VerbatimUrl.Public(url)} refuses: it answered {(int)status}.{advice} Check the mirror (ContainerizeDebianMirror, or this " +
            $"machine's apt sources).");
    }
}
