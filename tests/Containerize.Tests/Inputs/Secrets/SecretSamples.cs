using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Containerize.Inputs.Secrets;

namespace Containerize.Tests.Inputs.Secrets;

/// <summary>
/// Secrets of each kind, put together when tests run: the right shape, never valid, and not in the source, so that scanners of the
/// repository find nothing.
/// </summary>
/// <param name="seed">Which ones.</param>
internal sealed class SecretSamples(int seed)
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private const string Base62 = Digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + Lower;
    private const string Base64Url = Base62 + "-_";

    // The same ones each time, so that a failure can be repeated.
#pragma warning disable CA5394 // They protect nothing.
    private readonly Random _random = new(seed);

    private string Of(string alphabet, int length) => new(_random.GetItems<char>(alphabet, length));

    private string Base64(int bytes)
    {
        var content = new byte[bytes];
        _random.NextBytes(content);
        return Convert.ToBase64String(content);
    }
#pragma warning restore CA5394

    internal string Password => Of(Base62, 6) + "!" + Of(Base62, 6) + Of(Digits, 2);

    internal IEnumerable<(SecretKind Kind, string Value)> All =>
    [
        .. Keys.Select(key => (SecretKind.PrivateKey, key)),
        .. ConnectionStrings.Select(text => (SecretKind.ConnectionString, text)),
        .. Urls.Select(url => (SecretKind.UrlPassword, url)),
        .. Tokens,
    ];

    internal IEnumerable<(SecretKind Kind, string Value)> Tokens =>
    [
        (SecretKind.WebToken, Jwt("HS256", 43)),
        (SecretKind.WebToken, Jwt("ES256", 86)),
        (SecretKind.WebToken, Jwt("RS256", 342)),
        .. new[] { "ghp", "gho", "ghu", "ghs", "ghr" }.Select(prefix =>
            (SecretKind.GitHubToken, WithChecksum(prefix + "_"))),
        (SecretKind.GitHubToken, "github_" + "pat_" + Of(Base62, 22) + "_" + Of(Base62, 59)),
        (SecretKind.GitLabToken, "glp" + "at-" + Of(Base62, 17) + "a1Z"),
        (SecretKind.GitLabToken, "glp" + "at-" + Of(Base64Url, 27) + "a1.01." + Of(Digits + Lower, 9)),
        (SecretKind.GitLabToken, "gld" + "t-" + Of(Base62, 17) + "a1Z"),
        (SecretKind.AwsAccessKey, "AKI" + "A" + Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16) + " " + AwsSecret),
        (SecretKind.AwsAccessKey, "ASI" + "A" + Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16) + ":" + AwsSecret),
        (SecretKind.AzureAccountKey,
            "DefaultEndpointsProtocol=https;AccountName=shop;Account" + "Key=" + Base64(64) + ";EndpointSuffix=core.windows.net"),
        (SecretKind.AzureAccountKey,
            "AccountEndpoint=https://shop.documents.azure.com:443/;Account" + "Key=" + Base64(64) + ";"),
        (SecretKind.AzureSharedAccessKey,
            "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccess" + "Key=" + Base64(32)),
        (SecretKind.AzureSharedAccessKey,
            "HostName=shop.azure-devices.net;DeviceId=d;SharedAccess" + "Key=" + Base64(32)),
        (SecretKind.AzureSharedAccessSignature, "https://shop.blob.core.windows.net/c/f?sv=2024-11-04&se=2030-01-01"
            + "&sr=c&sp=r&si" + "g=" + Uri.EscapeDataString(Base64(32))),
        (SecretKind.AzureSharedAccessSignature, "BlobEndpoint=https://shop.blob.core.windows.net/;"
            + "SharedAccessSignature=si" + "g=" + Uri.EscapeDataString(Base64(32)) + "&sv=2024-11-04&ss=b"),
        (SecretKind.EntraClientSecret, Of(Base62, 3) + "8Q" + "~" + Of(Base62, 34)),
        (SecretKind.EntraClientSecret, Of(Base62, 3) + "7Q" + "~" + Of(Base62, 31)),
        (SecretKind.SlackToken, "xox" + "b-" + Of(Digits, 12) + "-" + Of(Digits, 13) + "-" + Of(Base62, 24)),
        (SecretKind.SlackToken,
            "xox" + "p-" + Of(Digits, 12) + "-" + Of(Digits, 12) + "-" + Of(Digits, 12) + "-" + Of("abcdef" + Digits, 32)),
        (SecretKind.SlackToken,
            "https://hooks.slack.com/ser" + "vices/T" + Of(Digits, 9) + "/B" + Of(Digits, 9) + "/" + Of(Base62, 24)),
        (SecretKind.NpmToken, WithChecksum("npm" + "_")),
        (SecretKind.NuGetApiKey, "oy" + "2" + Of(Lower + Digits, 43)),
        (SecretKind.StripeKey, "sk_" + "live_" + Of(Base62, 24)),
        (SecretKind.StripeKey, "rk_" + "live_" + Of(Base62, 99)),
        (SecretKind.GoogleApiKey, "AIz" + "a" + Of(Base62, 34) + "x"),
        (SecretKind.GoogleClientSecret, "GOCS" + "PX-" + Of(Base62, 28)),
        (SecretKind.DockerHubToken, "dckr_" + "pat_" + Of(Base62, 27)),
        (SecretKind.SendGridKey, "S" + "G." + Of(Base62, 22) + "." + Of(Base62, 43)),
        (SecretKind.OpenAIKey, "sk-" + "proj-" + Of(Base62, 74) + "T3Blbk" + "FJ" + Of(Base62, 74)),
        (SecretKind.OpenAIKey, "sk-" + Of(Base62, 20) + "T3Blbk" + "FJ" + Of(Base62, 20)),
        (SecretKind.AnthropicKey, "sk-" + "ant-api03-" + Of(Base62, 93) + "AA"),
    ];

    internal IEnumerable<string> ConnectionStrings =>
    [
        $"Server=tcp:shop.database.windows.net,1433;Initial Catalog=shop;User ID=app;Pass" + $"word={Password};Encrypt=True;",
        $"Data Source=db.corp.net\\SQL1;Database=shop;Uid=app;P" + $"wd={Password}",
        $"Host=pg.corp.net;Port=5432;Database=shop;Username=app;Pass" + $"word={Password}",
        $"server=mysql;user=app;database=shop;pass" + $"word={Password};SslMode=Required",
        $"cache.corp.net:6380,pass" + $"word={Base64(32)},ssl=True,abortConnect=False",
        $"Driver=ODBC Driver 18 for SQL Server;Server=db.corp.net;UID=app;P" + $"WD={Password}",
        $"Endpoint=sb://bus.corp.net;UserName=app;Pass" + $"word={Password}",
    ];

    internal IEnumerable<string> Urls =>
    [
        $"amqps://app:{Uri.EscapeDataString(Password)}@rabbit.corp.net/shop",
        $"postgres://app:{Uri.EscapeDataString(Password)}@pg.corp.net:5432/shop",
        $"mongodb+srv://app:{Uri.EscapeDataString(Password)}@cluster0.mongodb.net/?retryWrites=true",
        $"redis://:{Uri.EscapeDataString(Password)}@cache:6379",
        $"https://{Of(Lower, 8)}:{Of(Base62, 30)}@git.corp.net/team/shop.git",
    ];

    internal IReadOnlyList<string> Keys
    {
        get
        {
            using var rsa = RSA.Create(2048);
            using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
            return
            [
                rsa.ExportRSAPrivateKeyPem(), rsa.ExportPkcs8PrivateKeyPem(), curve.ExportECPrivateKeyPem(),
                curve.ExportPkcs8PrivateKeyPem(),
                rsa.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption), curve.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption),
                Pem("OPENSSH PRIVATE", "", "b3BlbnNzaC1rZXktdjEA" + Base64(300)),
                Pem("RSA PRIVATE", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,3F17F5316E2BAC89\n\n", Base64(600)),
                Pem("PRIVATE", "", "MC4CAQAwBQYDK2VwBCIEI" + Base64(32)[..43]),
            ];
        }
    }

    private string AwsSecret => Of(Base62, 37) + "a7B";

    private static string Pem(string label, string headers, string body)
    {
        var lines = string.Join('\n', body.Chunk(64).Select(line => new string(line)));
        return $"-----BEGIN {label} KEY-----\n{headers}{lines}\n-----END {label} KEY-----";
    }

    private string Jwt(string algorithm, int signature) =>
        $"{Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{Encode("""{"sub":"app"}""")}.{Of(Base64Url, signature)}";

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private string WithChecksum(string prefix)
    {
        var body = Of(Base62, 30);
        var sum = Crc32.HashToUInt32(Encoding.ASCII.GetBytes(body));
        var digits = "";
        for (var place = 0; place < 6; place++, sum /= 62)
        {
            digits = (Digits + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + Lower)[(int)(sum % 62)] + digits;
        }

        return prefix + body + digits;
    }
}
