using System.Text.RegularExpressions;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// Where a private key is: in a PEM file, or in an environment variable that holds the PEM. The key itself and its password are never
/// values of the project, because those stand in logs.
/// </summary>
internal sealed partial record SigningKeyPlace
{
    /// <summary>The variable that cosign reads passwords from.</summary>
    internal const string CosignPassword = "COSIGN_PASSWORD";

    private const string Property = "ContainerizeSigningKey";
    private const string PasswordProperty = "ContainerizeSigningKeyPasswordVariable";
    private const string VariablePrefix = "env:";

    private SigningKeyPlace(string name, bool isVariable, string passwordVariable)
    {
        Name = name;
        IsVariable = isVariable;
        PasswordVariable = passwordVariable;
    }

    /// <summary>The file's full path, or the name of the variable.</summary>
    internal string Name { get; }

    /// <summary>Whether the key is in a variable.</summary>
    internal bool IsVariable { get; }

    /// <summary>The variable that holds the password of an encrypted key.</summary>
    internal string PasswordVariable { get; }

    /// <summary>Reads where a key is. Nothing is opened.</summary>
    /// <param name="place">A file, or <c>env:NAME</c>.</param>
    /// <param name="passwordVariable">The variable with the password, with or without <c>env:</c>; empty for the one of cosign.</param>
    /// <param name="fullPath">Makes a path a full one.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/>: there is none; or
    /// <see cref="DiagnosticCode.SecretInProperty"/>: it is not a place but the key. The message does not show it.</exception>
    internal static SigningKeyPlace Parse(string place, string passwordVariable, Func<string, string> fullPath)
    {
        if (place.Length == 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidSigningKey,
                $"ContainerizeSign is true, and {Property} does not say with which key. Set it to the file of a private key (PEM), or to "
                    + $"'env:NAME' if a variable of the build's environment holds the key.");
        }

        if (InlineKey.IsMatch(place))
        {
            throw Inline(Property, "a private key", "the file that holds the key, or 'env:NAME'");
        }

        var password = passwordVariable.Length == 0 ? CosignPassword : WithoutPrefix(passwordVariable);
        return !VariableName.IsMatch(password) ? throw Inline(PasswordProperty, "no variable's name", "the name of the variable")
            : !place.StartsWith(VariablePrefix, StringComparison.Ordinal) ? new(fullPath(place), isVariable: false, password)
            : VariableName.IsMatch(WithoutPrefix(place)) ? new(WithoutPrefix(place), isVariable: true, password)
            : throw Inline(Property, "no variable's name behind 'env:'", "'env:NAME'");
    }

    private static string WithoutPrefix(string text) =>
        (text.StartsWith(VariablePrefix, StringComparison.Ordinal) ? text[VariablePrefix.Length..] : text).Trim();

    private static ContainerizeException Inline(string property, string what, string instead) => new(
        DiagnosticCode.SecretInProperty,
        $"The property {property} holds {what}; the value is not shown. Set it to {instead}. Properties of a build stand in its logs: "
            + $"if this was a key or a password, replace it.");

    // PEM; or base64 of PEM; or base64 of the DER that PEM holds, which is longer than a name and has no dot.
    [GeneratedRegex(@"-----|[\r\n]|^LS0tLS|^M[A-Za-z0-9+/\s]{55,}={0,2}$")]
    private static partial Regex InlineKey { get; }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex VariableName { get; }
}
