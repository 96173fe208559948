namespace Containerize.Inputs.Secrets;

/// <summary>What a secret is. Numbers are written to the memory of a project: a new kind gets a new one.</summary>
internal enum SecretKind
{
    /// <summary>A private key in PEM, encrypted or not, or one in the clear as JSON or XML.</summary>
    PrivateKey = 1,

    /// <summary>A connection string with a password.</summary>
    ConnectionString = 2,

    /// <summary>A URL with a password.</summary>
    UrlPassword = 3,

    /// <summary>A login of a registry, as Docker keeps it.</summary>
    DockerLogin = 4,

    /// <summary>The password of a package source, as NuGet keeps it in plain text.</summary>
    PackageSourcePassword = 5,

    /// <summary>A JSON Web Token with a signature.</summary>
    WebToken = 6,

    /// <summary>A key of ASP.NET Core's data protection, in the clear.</summary>
    DataProtectionKey = 7,

    /// <summary>A token of GitHub.</summary>
    GitHubToken = 10,

    /// <summary>A token of GitLab.</summary>
    GitLabToken = 11,

    /// <summary>An access key of AWS, with its secret.</summary>
    AwsAccessKey = 12,

    /// <summary>A key of a storage or Cosmos DB account.</summary>
    AzureAccountKey = 13,

    /// <summary>A shared access key of Service Bus, Event Hubs or IoT Hub.</summary>
    AzureSharedAccessKey = 14,

    /// <summary>A shared access signature of Azure (SAS).</summary>
    AzureSharedAccessSignature = 15,

    /// <summary>A client secret of Entra ID.</summary>
    EntraClientSecret = 16,

    /// <summary>A token or webhook of Slack.</summary>
    SlackToken = 17,

    /// <summary>A token of npm.</summary>
    NpmToken = 18,

    /// <summary>An API key of nuget.org.</summary>
    NuGetApiKey = 19,

    /// <summary>A key of Stripe for live data.</summary>
    StripeKey = 20,

    /// <summary>An API key of Google.</summary>
    GoogleApiKey = 21,

    /// <summary>An OAuth client secret of Google.</summary>
    GoogleClientSecret = 22,

    /// <summary>A token of Docker Hub.</summary>
    DockerHubToken = 23,

    /// <summary>An API key of SendGrid.</summary>
    SendGridKey = 24,

    /// <summary>An API key of OpenAI.</summary>
    OpenAIKey = 25,

    /// <summary>An API key of Anthropic.</summary>
    AnthropicKey = 26,
}

/// <summary>A secret in a file. Its value is nowhere in it, so that no message can show it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">The line where it begins, from 1.</param>
internal sealed record SecretFinding(SecretKind Kind, int Line)
{
    /// <summary>Where it is, and what: <c>line 4: a GitHub token</c>.</summary>
    internal string Text => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {Line}: {Name(Kind)}");

    private static string Name(SecretKind kind) => kind switch
    {
        SecretKind.PrivateKey => "a private key",
        SecretKind.ConnectionString => "a connection string with a password",
        SecretKind.UrlPassword => "a URL with a password",
        SecretKind.DockerLogin => "a login of a registry",
        SecretKind.PackageSourcePassword => "the password of a package source",
        SecretKind.WebToken => "a JSON Web Token",
        SecretKind.DataProtectionKey => "a data protection key",
        SecretKind.GitHubToken => "a GitHub token",
        SecretKind.GitLabToken => "a GitLab token",
        SecretKind.AwsAccessKey => "an AWS access key",
        SecretKind.AzureAccountKey => "an Azure account key",
        SecretKind.AzureSharedAccessKey => "an Azure shared access key",
        SecretKind.AzureSharedAccessSignature => "an Azure shared access signature",
        SecretKind.EntraClientSecret => "an Entra ID client secret",
        SecretKind.SlackToken => "a Slack token",
        SecretKind.NpmToken => "an npm token",
        SecretKind.NuGetApiKey => "a NuGet API key",
        SecretKind.StripeKey => "a Stripe key",
        SecretKind.GoogleApiKey => "a Google API key",
        SecretKind.GoogleClientSecret => "a Google client secret",
        SecretKind.DockerHubToken => "a Docker Hub token",
        SecretKind.SendGridKey => "a SendGrid key",
        SecretKind.OpenAIKey => "an OpenAI key",
        SecretKind.AnthropicKey => "an Anthropic key",
        _ => throw new System.Diagnostics.UnreachableException($"{kind}"),
    };
}
