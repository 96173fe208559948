using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// All shapes of secrets: what issuers published of their tokens, and nothing that is only likely. What is public is no secret: test keys
/// of Stripe, ids of clients, publishable keys.
/// </summary>
internal static class SecretShapes
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> s_base62 = SearchValues.Create(Letters);
    private static readonly SearchValues<char> s_base62Word = SearchValues.Create(Letters + "_");
    private static readonly SearchValues<char> s_base62Dash = SearchValues.Create(Letters + "-");
    private static readonly SearchValues<char> s_base64 = SearchValues.Create(Letters + "+/=");
    private static readonly SearchValues<char> s_base64Url = SearchValues.Create(Letters + "-_");
    private static readonly SearchValues<char> s_base64UrlDots = SearchValues.Create(Letters + "-_.");
    private static readonly SearchValues<char> s_lower = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly SearchValues<char> s_webhook = SearchValues.Create(Letters + "/");

    /// <summary>The shapes.</summary>
    internal static IReadOnlyList<SecretShape> All { get; } =
    [
        new PrivateKeyShape(),
        new JsonWebKeyShape(),
        new XmlKeyShape(SecretKind.PrivateKey, "<RSAKeyValue>", "<D>"),
        new XmlKeyShape(SecretKind.DataProtectionKey, "<masterKey", "<value>"),
        new ConnectionStringShape(),
        new UrlShape(),
        new DockerLoginShape(),
        new PackageSourcePasswordShape(),
        new WebTokenShape(),
        new AwsKeyShape(),
        new SharedAccessSignatureShape(),
        new EntraSecretShape(),
        new OpenAIKeyShape(),
        new TokenShape(SecretKind.GitHubToken, s_base62, 36, 36, "ghp_", "gho_", "ghu_", "ghs_", "ghr_") { Check = TokenShape.HasChecksum },
        new TokenShape(SecretKind.GitHubToken, s_base62Word, 82, 82, "github_pat_") { Check = body => body[22] == '_' },
        new TokenShape(SecretKind.GitLabToken, s_base64UrlDots, 20, 300,
            "glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "gloas-", "glsoat-", "glft-", "glimt-", "glagent-")
        {
            Check = IsOfGitLab,
        },
        // The keys of the emulators are public. A storage or Cosmos DB key is 64 bytes, one of Service Bus and its like 32.
        new TokenShape(SecretKind.AzureAccountKey, s_base64, 88, 88, "AccountKey=")
        {
            Check = body => body.EndsWith("==", StringComparison.Ordinal)
                && !body.StartsWith("Eby8vdM02xNO", StringComparison.Ordinal) && !body.StartsWith("C2y6yDjf5/R+", StringComparison.Ordinal),
        },
        new TokenShape(SecretKind.AzureSharedAccessKey, s_base64, 44, 44, "SharedAccessKey=") { Check = body => body[^1] == '=' },
        new TokenShape(SecretKind.SlackToken, s_base62Dash, 40, 120, "xoxb-", "xoxp-", "xoxa-", "xoxr-") { Check = IsOfSlack },
        new TokenShape(SecretKind.SlackToken, s_base62Dash, 80, 120, "xapp-") { Check = body => body[0] == '1' && body[1] == '-' },
        new TokenShape(SecretKind.SlackToken, s_webhook, 40, 60, "hooks.slack.com/services/") { Check = IsWebhook },
        // The checksum's first digit: six digits of base 62 hold more than 32 bits.
        new TokenShape(SecretKind.NpmToken, s_base62, 36, 36, "npm_") { Check = body => body[^6] is >= '0' and <= '4' },
        new TokenShape(SecretKind.NuGetApiKey, s_lower, 43, 43, "oy2"),
        new TokenShape(SecretKind.StripeKey, s_base62, 24, 247, "sk_live_", "rk_live_"),
        new TokenShape(SecretKind.GoogleApiKey, s_base64Url, 35, 35, "AIza"),
        new TokenShape(SecretKind.GoogleClientSecret, s_base64Url, 28, 28, "GOCSPX-"),
        new TokenShape(SecretKind.DockerHubToken, s_base64Url, 27, 27, "dckr_pat_"),
        new TokenShape(SecretKind.SendGridKey, s_base64UrlDots, 66, 66, "SG.") { Check = body => body[22] == '.' },
        new TokenShape(SecretKind.AnthropicKey, s_base64Url, 80, 120, "sk-ant-"),
    ];

    // An id of 20 characters, or since version 17 a payload, a dot and a checksum; some kinds have more, or begin with a number.
    private static bool IsOfGitLab(ReadOnlySpan<char> body) =>
        body.IndexOfAnyInRange('0', '9') >= 0 && body.IndexOfAnyInRange('a', 'z') >= 0 && body[^1] is not ('.' or '-');

    // Two or three numbers, and then the secret.
    private static bool IsOfSlack(ReadOnlySpan<char> body)
    {
        var first = body.IndexOf('-');
        var last = body[(body.LastIndexOf('-') + 1)..];
        return first is >= 9 and <= 14 && body[..first].IndexOfAnyExceptInRange('0', '9') < 0
            && last.Length is >= 20 and <= 64 && !Placeholder.IsSample(last);
    }

    private static bool IsWebhook(ReadOnlySpan<char> body)
    {
        const int SecretLength = 24;
        var last = body[(body.LastIndexOf('/') + 1)..];
        return body[0] == 'T' && body.Contains("/B", StringComparison.Ordinal) && last.Length == SecretLength
            && !Placeholder.IsSample(last);
    }
}
