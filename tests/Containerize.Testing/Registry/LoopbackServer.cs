using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Containerize.Testing.Registry;

/// <summary>A web server on 127.0.0.1 that can be stopped without manners and started again on its port.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly Func<HttpContext, CancellationToken, Task> _serve;
    private readonly X509Certificate2? _certificate;
    private readonly bool _http2;
    private IHost? _host;
    private CancellationTokenSource? _stopping;

    private readonly X509Certificate2? _client;

    internal LoopbackServer(
        Func<HttpContext, CancellationToken, Task> serve, X509Certificate2? certificate, bool http2, X509Certificate2? client = null)
    {
        _client = client;
        _serve = serve;
        _certificate = certificate;
        _http2 = http2;
    }

    /// <summary>The port; kept over a restart.</summary>
    internal int Port { get; private set; }

    internal string Scheme => _certificate is null ? "http" : "https";

    internal async Task StartAsync()
    {
        var stopping = new CancellationTokenSource();
        var token = stopping.Token;
        _stopping = stopping;
        _host = new HostBuilder()
            .ConfigureWebHost(
                web => web.UseKestrel(Configure).Configure(app => app.Run(context => _serve(context, token))),
                options => options.SuppressEnvironmentConfiguration = true)
            .Build();
        await _host.StartAsync(CancellationToken.None);
        var address =
            _host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Port = new Uri(address).Port;
    }

    /// <summary>Stops at once: open connections are reset.</summary>
    internal async Task StopAsync()
    {
        if (_host is null || _stopping is null)
        {
            return;
        }

        await _stopping.CancelAsync();
        // An ended token tells the server not to wait for the requests it is serving.
        await _host.Services.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true));
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _stopping.Dispose();
        _host = null;
        _stopping = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(IPAddress.Loopback, Port, listen =>
        {
            listen.Protocols = _http2 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            if (_certificate is not null)
            {
                listen.UseHttps(_certificate, https =>
                {
                    https.ClientCertificateMode = _client is null
                        ? ClientCertificateMode.NoCertificate
                        : ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (certificate, _, _) => certificate.Thumbprint == _client?.Thumbprint;
                });
            }
        });
    }
}
