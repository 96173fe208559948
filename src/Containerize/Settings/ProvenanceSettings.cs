using System.Text;
using Containerize.Inputs.Secrets;
using Containerize.SupplyChain.Statements;

namespace Containerize.Settings;

/// <summary>Reads what a provenance says of a build: who builds, which source, and what the project sets.</summary>
internal static class ProvenanceSettings
{
    /// <summary>What stands in the place of a value that looks like a secret.</summary>
    internal const string Withheld = "(withheld: it looks like a secret)";

    /// <summary>Reads it.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="evidence">What it says of evidence.</param>
    /// <param name="variables">The value of an environment variable; null when it is not set.</param>
    /// <returns>What to say; null when no provenance is wanted.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static ProvenanceRequest? Read(ProjectSettings project, Item evidence, Func<string, string?> variables)
    {
        var builder = Builder(evidence["BuilderId"]);
        if (!evidence.IsTrue("Provenance"))
        {
            return null;
        }

        var source = project.One(ItemKind.Source);
        return new ProvenanceRequest(
            BuildOrigin.Of(variables, builder),
            Parameters(project))
        {
            Repository = SettingText.NullIfEmpty(Clean(source["Repository"])),
            Revision = SettingText.NullIfEmpty(source["Revision"]),
            Sdk = SettingText.NullIfEmpty(source["Sdk"]),
        };
    }

    /// <summary>The properties that are set and decide what is built, in ordinal order; free of secrets.</summary>
    internal static IReadOnlyList<(string Name, string Value)> Parameters(ProjectSettings project) =>
        [.. project.Of(ItemKind.Parameter).Select(item => (item.Identity, Clean(item["Value"]))).Where(item => item.Item2.Length > 0)
            .OrderBy(item => item.Identity, StringComparer.Ordinal)];

    private static string? Builder(string text) => text.Length == 0 ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var uri) && !uri.IsFile && uri.UserInfo.Length == 0 ? text
        : throw SettingText.Invalid($"ContainerizeBuilderId '{Credentials.Strip(text)}' is not a URI of a builder, without a login: "
            + $"write one as 'https://ci.example.com/pipelines/shop'.");

    private static string Clean(string text) =>
        Credentials.Strip(text) is var clean && SecretScanner.Scan(Encoding.UTF8.GetBytes(clean)).Count == 0 ? clean : Withheld;
}
