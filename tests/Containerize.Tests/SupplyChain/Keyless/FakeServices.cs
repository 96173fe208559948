using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Testing.Registry;
using Microsoft.AspNetCore.Http;

namespace Containerize.Tests.SupplyChain.Keyless;

/// <summary>Fulcio and Rekor on one address of this machine, and GitHub's issuer of tokens; a test changes what they answer.</summary>
internal sealed class FakeServices : IAsyncDisposable
{
    internal const string Issuer = "https://token.actions.example";
    internal const string Subject = "https://github.example/team/app/release.yml";

    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _logKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly LoopbackServer _server;

    private FakeServices()
    {
        var request = new CertificateRequest("CN=Authority,O=Test", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _server = new LoopbackServer(ServeAsync, certificate: null, http2: false);
    }

    internal string Address => $"http://127.0.0.1:{_server.Port}";

    /// <summary>The paths that were asked for, in order.</summary>
    internal ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers in the place of the services, where it answers.</summary>
    internal Func<HttpContext, string, Task<bool>>? Instead { get; set; }

    /// <summary>Changes what a service answers.</summary>
    internal Action<JsonObject>? Change { get; set; }

    /// <summary>The key that Fulcio certifies instead of the one that is asked for.</summary>
    internal ECDsa? OtherKey { get; set; }

    internal static async Task<FakeServices> StartAsync()
    {
        var services = new FakeServices();
        await services._server.StartAsync();
        return services;
    }

    /// <summary>A token as GitHub issues it; nothing verifies its signature.</summary>
    internal static string Token(DateTimeOffset? expiry = null, string subject = Subject) => string.Join('.', new JsonObject?[]
    {
        new() { ["alg"] = "none" },
        new()
        {
            ["iss"] = Issuer, ["sub"] = subject, ["exp"] = (expiry ?? DateTimeOffset.UtcNow.AddMinutes(5)).ToUnixTimeSeconds(),
        },
        new() { ["signature"] = "of-the-issuer" },
    }.Select(part => Convert.ToBase64String(Encoding.UTF8.GetBytes(part!.ToJsonString())).TrimEnd('=')));

    /// <summary>What trusts these services.</summary>
    internal string TrustedRoot() => new JsonObject
    {
        ["certificateAuthorities"] = new JsonArray(new JsonObject
        {
            ["certChain"] = new JsonObject
            {
                ["certificates"] = new JsonArray(new JsonObject { ["rawBytes"] = Convert.ToBase64String(_authority.RawData) }),
            },
        }),
        ["tlogs"] = new JsonArray(new JsonObject
        {
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(LogId) },
            ["publicKey"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(_logKey.ExportSubjectPublicKeyInfo()) },
        }),
    }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _authorityKey.Dispose();
        _logKey.Dispose();
    }

    private byte[] LogId => SHA256.HashData(_logKey.ExportSubjectPublicKeyInfo());

    private async Task ServeAsync(HttpContext context, CancellationToken stopping)
    {
        Requests.Enqueue(context.Request.Path);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(stopping);
        if (Instead is not null && await Instead(context, body))
        {
            return;
        }

        var answer = context.Request.Path.Value switch
        {
            "/token" => new JsonObject { ["value"] = Token() },
            "/api/v2/signingCert" => Certify(JsonNode.Parse(body)!),
            "/api/v1/log/entries" => Note(JsonNode.Parse(body)!),
            var other => throw new InvalidOperationException(other),
        };
        Change?.Invoke(answer);
        context.Response.StatusCode = 201;
        await context.Response.WriteAsync(answer.ToJsonString(), stopping);
    }

    private JsonObject Certify(JsonNode request)
    {
        using var key = ECDsa.Create();
        var asked = request["publicKeyRequest"]!;
        key.ImportFromPem(asked["publicKey"]!["content"]!.GetValue<string>());
        var token = request["credentials"]!["oidcIdentityToken"]!.GetValue<string>();
        var claims = JsonNode.Parse(Convert.FromBase64String(Pad(token.Split('.')[1])))!;
        var subject = claims["sub"]!.GetValue<string>();
        Assert.IsTrue(key.VerifyData(
            Encoding.UTF8.GetBytes(subject),
            Convert.FromBase64String(asked["proofOfPossession"]!.GetValue<string>()),
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence));
        var leaf = new CertificateRequest("", OtherKey ?? key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.3")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(subject));
        leaf.CertificateExtensions.Add(names.Build(critical: true));
        leaf.CertificateExtensions.Add(new X509Extension(
            "1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(claims["iss"]!.GetValue<string>()), critical: false));
        using var issued = leaf.Create(
            _authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_authorityKey),
            DateTimeOffset.UtcNow.AddSeconds(-5),
            DateTimeOffset.UtcNow.AddMinutes(10),
            [1, 2, 3]);
        return new()
        {
            ["signedCertificateEmbeddedSct"] = new JsonObject
            {
                ["chain"] = new JsonObject
                {
                    ["certificates"] = new JsonArray(issued.ExportCertificatePem(), _authority.ExportCertificatePem()),
                },
            },
        };
    }

    /// <summary>The entry that Rekor makes of a request.</summary>
    internal JsonObject Note(JsonNode proposed)
    {
        var envelope = JsonNode.Parse(proposed["spec"]!["proposedContent"]!["envelope"]!.GetValue<string>())!;
        var payload = Convert.FromBase64String(envelope["payload"]!.GetValue<string>());
        var body = Convert.ToBase64String(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "dsse",
            ["spec"] = new JsonObject
            {
                ["payloadHash"] = new JsonObject
                {
                    ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(SHA256.HashData(payload)),
                },
                ["signatures"] = new JsonArray(new JsonObject { ["signature"] = envelope["signatures"]![0]!["sig"]!.GetValue<string>() }),
            },
        }.ToJsonString()));
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var log = Convert.ToHexStringLower(LogId);
        var promised = $$"""{"body":"{{body}}","integratedTime":{{time}},"logID":"{{log}}","logIndex":7}""";
        return new()
        {
            ["24296fb24b8ad77a"] = new JsonObject
            {
                ["body"] = body,
                ["integratedTime"] = time,
                ["logID"] = log,
                ["logIndex"] = 7,
                ["verification"] = new JsonObject
                {
                    ["signedEntryTimestamp"] = Convert.ToBase64String(_logKey.SignData(
                        Encoding.UTF8.GetBytes(promised), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
                    ["inclusionProof"] = new JsonObject
                    {
                        ["logIndex"] = 0, ["treeSize"] = 1, ["rootHash"] = "00", ["hashes"] = new JsonArray(), ["checkpoint"] = "note",
                    },
                },
            },
        };
    }

    private static string Pad(string text) => text.PadRight((text.Length + 3) / 4 * 4, '=');
}
