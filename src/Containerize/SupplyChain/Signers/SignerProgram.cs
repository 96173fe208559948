using Containerize.Files;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>
/// A program that signs. One whose file is called <c>notation-…</c> speaks Notation's plugin protocol, which asks for that name; every
/// other one is called with <c>sign-oci-artifact</c>.
/// </summary>
/// <param name="Path">The program's full path.</param>
/// <param name="KeyId">What a plugin of Notation calls the key.</param>
/// <param name="Options">Arguments of the program; <c>name=value</c> for a plugin of Notation.</param>
/// <param name="PublicKeyFile">The full path of the public key that has to verify each signature; null for the key that a signature itself
/// brings.</param>
internal sealed record SignerProgram(string Path, string KeyId, IReadOnlyList<string> Options, string? PublicKeyFile)
{
    private const string Property = "ContainerizeSigner";
    private const string PluginPrefix = "notation-";

    /// <summary>Whether the program speaks Notation's plugin protocol.</summary>
    internal bool IsNotationPlugin => System.IO.Path.GetFileName(Path).StartsWith(PluginPrefix, StringComparison.Ordinal);

    /// <summary>All that decides how the program signs, one a line.</summary>
    internal string Inputs => string.Join('\n', [Path, KeyId, PublicKeyFile ?? "", .. Options]);

    /// <summary>Reads which program signs. Nothing is started or opened.</summary>
    /// <param name="program">A path, or the name of a program in <paramref name="searchPath"/>.</param>
    /// <param name="fullPath">Makes a path a full one.</param>
    /// <param name="searchPath">The variable PATH.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigner"/>, or
    /// <see cref="DiagnosticCode.SecretInProperty"/>: an option is a private key.</exception>
    internal static SignerProgram Parse(
        string program, string keyId, IReadOnlyList<string> options, string publicKey, Func<string, string> fullPath, string? searchPath)
    {
        if (options.Append(keyId).Any(option => option.Contains("PRIVATE KEY", StringComparison.Ordinal)))
        {
            throw new ContainerizeException(
                DiagnosticCode.SecretInProperty,
                $"{Property}Options or {Property}KeyId holds a private key; the value is not shown. Properties of a build stand in its "
                    + $"logs: replace the key, and hand the new one to the program in a file or in an environment variable.");
        }

        var path = program.AsSpan().ContainsAny('/', '\\') ? fullPath(program) : ProgramFinder.Find(program, searchPath)
            ?? throw Invalid($"there is no program '{program}' in PATH. Install it, or write its path");
        var signer = new SignerProgram(path, keyId, options, publicKey.Length == 0 ? null : fullPath(publicKey));
        if (!signer.IsNotationPlugin)
        {
            return keyId.Length == 0 ? signer : throw Invalid(
                $"{Property}KeyId is for plugins of Notation, which are called '{PluginPrefix}NAME'. Other programs take their key as an "
                    + $"argument in {Property}Options");
        }

        return keyId.Length == 0
            ? throw Invalid($"a plugin of Notation needs the name of a key. Set {Property}KeyId as the plugin's documentation says")
            : options.FirstOrDefault(option => option.IndexOf('=', StringComparison.Ordinal) < 1) is { } odd
                ? throw Invalid($"{Property}Options has '{odd}', and options of a plugin of Notation are 'name=value'")
                : signer;
    }

    /// <summary>Reads the public key that has to verify each signature.</summary>
    /// <returns>Its digest; null when the project names none.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>.</exception>
    internal PublicKey? ReadPublicKey() => PublicKeyFile is null ? null : PublicKey.Read(PublicKeyFile);

    private static ContainerizeException Invalid(Message why) => new(
        DiagnosticCode.InvalidSigner, $"The image cannot be signed as {Property} says: {why}.");
}
