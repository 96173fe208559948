using System.Globalization;
using System.Net.Http.Headers;
using System.Net;
using System.Text;
using Containerize.Debian.Apt;
using Containerize.Files;

namespace Containerize.Debian.Archive;

/// <summary>Opens files of archives, over HTTP or on the disk. Logins go to the server that they are for and to no other, wherever that one leads.</summary>
/// <param name="apt">How apt gets to its own sources; null when nothing is taken from there.</param>
/// <param name="patience">How long nothing may arrive.</param>
internal sealed class ArchiveConnection(AptAccess? apt, TimeSpan patience) : IDisposable
{
    private const int MaxRedirects = 10;
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(20);

    private readonly HttpClient _client = Client(proxy: null);
    private readonly HttpClient? _aptClient = apt is null ? null : Client(apt.Proxy);

    /// <summary>How many requests go to one server at a time.</summary>
    internal const int MaxParallel = 4;

    /// <summary>What a user can do about a refused login; empty when nothing is known.</summary>
    internal string LoginAdvice => apt?.UnreadableLogins is [var file, ..] ? $" This user may not read {Printable.Clean(file)}, where apt has logins." : "";

    /// <summary>Opens a file.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="offset">The first byte that is wanted.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The file; null when there is none.</returns>
    /// <exception cref="HttpRequestException">The server refuses, or cannot be reached.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal async Task<ArchiveFile?> OpenAsync(Uri address, long offset, CancellationToken cancellationToken)
    {
        if (address.IsFile)
        {
            return File.Exists(address.LocalPath)
                ? new ArchiveFile(new FileStream(address.LocalPath, new FileStreamOptions { Options = FileOptions.SequentialScan, Share = FileShare.Read | FileShare.Delete }), 0)
                : null;
        }

        var response = await SendAsync(address, offset, cancellationToken);
        if (offset > 0 && (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (response.StatusCode == HttpStatusCode.PartialContent && !BeginsAt(response, offset))))
        {
            // Another range than asked for, or none: the whole file, then.
            response.Dispose();
            response = await SendAsync(address, 0, cancellationToken);
        }

        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            response.Dispose();
            return null;
        }

        try
        {
            response.EnsureSuccessStatusCode();
            // Disposing the stream gives the connection back.
            var content = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new ArchiveFile(new IdleStream(content, patience, address.Host), response.StatusCode == HttpStatusCode.PartialContent ? offset : 0);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _aptClient?.Dispose();
    }

    /// <summary>Removes from an address what is nobody's business.</summary>
    internal static Uri Shown(Uri address) => new UriBuilder(address) { UserName = "", Password = "", Query = "", Fragment = "" }.Uri;

    private static bool BeginsAt(HttpResponseMessage response, long offset) => response.Content.Headers.ContentRange is { Unit: "bytes", From: { } from } && from == offset;

    private async Task<HttpResponseMessage> SendAsync(Uri address, long offset, CancellationToken cancellationToken)
    {
        var client = _aptClient is not null && apt!.Covers(address) ? _aptClient : _client;
        var current = address;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendOnceAsync(client, current, AptAccess.IsSameOrigin(current, address) ? LoginOf(address, current) : null, offset, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(current, location);
            var why = next.Scheme is not ("http" or "https") ? "which is no address of the web"
                : current.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps ? "which is not encrypted"
                : redirects == MaxRedirects ? $"after {MaxRedirects} others"
                : null;
            current = why is null ? next : throw new HttpRequestException($"It leads to {Printable.Clean(Shown(next).ToString())}, {why}.", null, response.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpClient client, Uri address, AuthenticationHeaderValue? login, long offset, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(address) { UserName = "", Password = "" }.Uri);
        request.Headers.Authorization = login;
        request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw IdleStream.Idle(address.Host, patience);
        }
    }

    private AuthenticationHeaderValue? LoginOf(Uri address, Uri current) =>
        address.UserInfo.Length > 0 ? Basic(Uri.UnescapeDataString(address.UserInfo))
        : apt?.LoginFor(current) is { } login ? Basic($"{login.Name}:{login.Password}")
        : null;

    private static AuthenticationHeaderValue Basic(string login) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));

    private static HttpClient Client(IWebProxy? proxy)
    {
        // Redirects are followed here: they decide where a login goes.
        var handler = new SocketsHttpHandler { ConnectTimeout = s_connect, UseCookies = false, AllowAutoRedirect = false, Proxy = proxy, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxConnectionsPerServer = MaxParallel };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("containerize");
        return client;
    }

    /// <summary>Gives up when nothing arrives for too long.</summary>
    private sealed class IdleStream(Stream inner, TimeSpan patience, string host) : ForwardStream
    {
        internal static TimeoutException Idle(string host, TimeSpan patience) => new(string.Create(CultureInfo.InvariantCulture, $"{host} sent nothing for {patience.TotalSeconds:0.##} seconds."));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(patience);
            try
            {
                return await inner.ReadAsync(buffer, timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw Idle(host, patience);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>An opened file of an archive.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Start">The first of them: the one that was asked for, or the file's first.</param>
internal sealed record ArchiveFile(Stream Content, long Start) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
