using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Http;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Has a key certified for whom a token names.</summary>
/// <remarks>Fulcio, API version 2: <c>signingCert</c>.</remarks>
internal sealed class Fulcio(ServiceClient client, Uri address, TrustedRoot? root)
{
    /// <summary>Asks for a certificate. Possession of the key is proved by a signature of the token's subject.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SigningServiceFailed"/> or
    /// <see cref="DiagnosticCode.SigningServiceAnswerInvalid"/>.</exception>
    internal async Task<IdentityCertificate> CertifyAsync(IdentityToken token, ECDsa key, CancellationToken cancellationToken)
    {
        var url = VerbatimUrl.Create($"{VerbatimUrl.Text(address).TrimEnd('/')}/api/v2/signingCert");
        var proof = key.SignData(Encoding.UTF8.GetBytes(token.Subject), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var answer = await client.PostAsync(
            url,
            new JsonObject
            {
                ["credentials"] = new JsonObject { ["oidcIdentityToken"] = token.Text },
                ["publicKeyRequest"] = new JsonObject
                {
                    ["publicKey"] = new JsonObject
                    {
                        ["algorithm"] = "ECDSA",
                        ["content"] = key.ExportSubjectPublicKeyInfoPem(),
                    },
                    ["proofOfPossession"] = Convert.ToBase64String(proof),
                },
            },
            token,
            cancellationToken);
        var chain = (answer.Member("signedCertificateEmbeddedSct") ?? answer.Member("signedCertificateDetachedSct")).Member("chain");
        var certificate = IdentityCertificate.Read(chain.Elements("certificates").Select(Der).ToList())
            ?? throw ServiceClient.Refused(url, $"it has no certificates that can be read");
        var why = Refuse(certificate, key);
        if (why is null)
        {
            return certificate;
        }

        certificate.Dispose();
        throw ServiceClient.Refused(url, why);
    }

    private string? Refuse(IdentityCertificate certificate, ECDsa key)
    {
        try
        {
            return certificate.Refuse(key, root, client.Time.GetUtcNow());
        }
        catch (Exception failure) when (DamagedSignature.IsOne(failure))
        {
            return "its certificate cannot be read";
        }
    }

    private static byte[]? Der(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var pem) ? PemBlock.Certificates(pem).FirstOrDefault() : null;
}
