using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.Tests.Inputs.Secrets;

/// <summary>What looks like a secret and is none: placeholders, defaults, documents, hashes, code that handles secrets.</summary>
internal static class FalseFriends
{
    private const string Base64Of64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    internal static IReadOnlyList<string> All =>
    [
        .. Passwords.Select(password => $"Server=db.corp.net;Database=shop;User Id=app;Password={password};Encrypt=True"),
        .. Passwords.Where(password => !password.Contains('/', StringComparison.Ordinal))
            .Select(password => $"\"Redis\": \"cache.corp.net:6380,password={password},ssl=True\""),
        .. UrlPasswords.Select(password => $"amqp://app:{password}@rabbit.corp.net/"),
        .. Hosts.Select(host => $"\"Default\": \"Server={host};Database=shop;User Id=sa;Password=Tr0ub4dor&3x;\""),
        .. Hosts.Where(host => host.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-'))
            .Select(host => $"postgres://app:Tr0ub4dor-3x@{host}:5432/shop"),
        .. Texts,
        .. Certificates(),
    ];

    private static string[] Passwords =>
    [
        "", "x", "password", "Password123!", "P@ssw0rd", "Pass@word1", "changeme", "ChangeMe123",
        "<your password>", "<YourStrong@Passw0rd>",
        "{password}", "{0}", "{your_password}", "${DB_PASSWORD}", "$(DbPassword)", "$DB_PASSWORD", "%DB_PASSWORD%", "#{DbPassword}#", "***",
        "********", "xxxxxxxx", "your_password_here", "yourStrong(!)Password", "myPassword", "mysecretpassword",
        "{{ db.password }}", "__DbPass__",
        "REDACTED", "placeholder", "app", "secret", "postgres", "guest", "[password]", "example-password", "...", "replace-with-real-one",
    ];

    private static string[] UrlPasswords =>
    [
        "", "x", "password", "pass", "secret", "changeme", "$PASSWORD", "${PASSWORD}", "{password}", "%PASSWORD%", "***",
        "guest", "app", "xxxxxxxxxx",
    ];

    private static string[] Hosts =>
    [
        "localhost", "127.0.0.1", "localhost,1433", "(localdb)\\mssqllocaldb", "(local)", ".", ".\\SQLEXPRESS",
        "host.docker.internal", "example.com",
        "db.example.org", "db.test", "tcp:localhost,1433", "<host>", "{host}", "${DB_HOST}",
        "your-server.database.windows.net", "myServerAddress",
    ];

    private static string[] Texts =>
    [
        // Hashes and identities.
        $"\"sha512\": \"sha512-{Base64Of64}{Base64Of64[..22]}==\"",
        $"<script src=\"x.js\" integrity=\"sha384-{Base64Of64}\" crossorigin=\"anonymous\"></script>",
        "<UserSecretsId>aspnet-App-53bc9b9d-9d6a-45d4-8429-2a2761773502</UserSecretsId>",
        "\"hash\": \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        $"//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiXX0{Base64Of64}",
        $"src: url(data:font/woff2;base64,d09GMgABAAAAA/AKIA{Base64Of64}{Base64Of64}==)",
        "{\"version\":3,\"mappings\":\"AAAA,SAASA,KAAKC,OAAOC,QAAQC,IAAI,CAACC,EAAE\",\"names\":[\"password\",\"pwd\",\"token\"]}",
        // Code and documents about secrets.
        "const begin = \"-----BEGIN PRIVATE KEY-----\"; const end = \"-----END PRIVATE KEY-----\";",
        "if (pem.startsWith('-----BEGIN RSA PRIVATE KEY-----\\n' + body)) { }",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC...\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n<your key>\n-----END RSA PRIVATE KEY-----",
        "var password=document.getElementById('password').value;var pwd=t.pwd;",
        "function a(e){return\"://\"+e.user+\":\"+e.password+\"@\"+e.host}",
        "const c='Server=db.corp.net;Uid=app;Pwd='+settings.value+';Database=shop';",
        "const u=/^(https?):\\/\\/([^:]+):([^@]+)@(.+)$/;",
        "`https://${user}:${password}@git.corp.net/team/app.git`",
        "git clone https://oauth2@git.corp.net/team/app.git; git clone git@github.com:team/app.git",
        "https://cdn.corp.net/npm/@scope/package@1.2.3/dist/index.js:10:20",
        "at render (webpack://app/./src/main.js:12:34) user@corp.net",
        "\"Password\": \"Passwort\", \"Pwd\": \"Kennwort\", \"ResetPassword\": \"Passwort zurücksetzen\"",
        "password=hunter22 is what the form posts",
        "{ \"auth\": { \"type\": \"basic\" }, \"x\": { \"auth\": \"\" }, \"y\": { \"auth\": \"bearer\" } }",
        "\"auths\": { \"registry\": { \"auth\": \"" + Convert.ToBase64String("user:password"u8) + "\" } }",
        "<add key=\"ClearTextPassword\" value=\"%NUGET_TOKEN%\" />",
        // Examples that issuers publish, and tokens that are public.
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "\"AccessKeyId\": \"AKIAQ7" + "Z3LMPT2WXV5RKB\", \"Region\": \"eu-central-1\"",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx github_pat_XXXXXXXXXXXXXXXXXXXXXX_XXXXXXXXXX",
        "ghp_" + "1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R",
        "glpat-xxxxxxxxxxxxxxxxxxxx glpat-your-token-here-1234",
        "xoxb-your-token xoxb-123456789012-123456789012-xxxxxxxxxxxxxxxxxxxxxxxx",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "npm_config_registry npm_package_json_with_a_very_long_name_of_40_characters",
        "sk_test_4eC39HqLyjWDarjtT1zdp7dc pk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "AIzaSy" + "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6"
            + "tq/K1SZFPTOtr/KBHBeksoGMGw==;",
        "Endpoint=sb://localhost;SharedAccessKeyName=Root;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;",
        "https://shop.blob.core.windows.net/c/f?sv=2024-11-04&sig=<signature>&se=2030-01-01",
        "UseDevelopmentStorage=true",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ."
            + "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhcHAifQ.",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhcHAifQ.signature",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiIs...",
        // Public keys, keys that RFCs print, and what reads keys.
        """{"keys":[{"kty":"EC","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}""",
        """{"kty":"EC","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}""",
        """{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}""",
        """if (jwk["kty"] == "EC") { return { kty: "EC", d: jwk.d, "d": "base64url" }; }""",
        """{"kty":"RSA","d":"<private exponent of the key>","key":"9fdf3e0c9a"}""",
        "<RSAKeyValue><Modulus>xA7SEU+e0yQH5rm9kbCDN9o3aPIo7HbP7tX6WOocLZAtNfyxSZDU16ksL6WjubafOqNEpcwR3RdFsT7bCqnXPBe5ELh5u4VEy19MzxkX"
            + "gxlcLyq9Vf6sVc0JHRg4yqdLw==</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>",
        "<masterKey><value>your key</value></masterKey><encryptedSecret><value>AQAAANCMnd8BFdERjHoAwE</value></encryptedSecret>",
        // What projects have.
        """{ "Logging": { "LogLevel": { "Default": "Information", "Microsoft.AspNetCore": "Warning" } }, "DetailedErrors": true }""",
        """{ "ConnectionStrings": { "Default": "Data Source=app.db", "Sql": "Server=(localdb)\\mssqllocaldb;Trusted_Connection=True" } }""",
        """{ "ConnectionStrings": { "Sql": "Server=db.corp.net;Database=shop;Authentication=Active Directory Default;" } }""",
        """{ "AzureAd": { "Instance": "https://login.microsoftonline.com/", "ClientId": "11111111-1111-1111-11111111111111111" } }""",
        "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: example\n",
    ];

    private static IEnumerable<string> Certificates()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=shop", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(80));
        return
        [
            certificate.ExportCertificatePem(), rsa.ExportRSAPublicKeyPem(), rsa.ExportSubjectPublicKeyInfoPem(),
            curve.ExportSubjectPublicKeyInfoPem(), $"ssh-rsa {Convert.ToBase64String(rsa.ExportRSAPublicKey())} user@machine",
        ];
    }
}
