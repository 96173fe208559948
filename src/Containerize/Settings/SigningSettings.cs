using Containerize.SupplyChain.Signing;

namespace Containerize.Settings;

/// <summary>With which key the image is signed.</summary>
/// <param name="Key">Where the key is.</param>
/// <param name="IsOptional">Whether a place that takes no signature gets the image all the same.</param>
internal sealed record SigningSettings(SigningKeyPlace Key, bool IsOptional)
{
    /// <summary>Reads whether and how the image is signed. No key is read.</summary>
    /// <returns>How; null when it is not to be signed.</returns>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidSigningKey"/> or <see cref="DiagnosticCode.SecretInProperty"/>.
    /// </exception>
    internal static SigningSettings? Read(ProjectSettings project) => project.Find(ItemKind.Signing) is { } item
        ? new(SigningKeyPlace.Parse(item["Key"], item["PasswordVariable"], project.FullPath), item.IsTrue("IsOptional"))
        : null;
}
