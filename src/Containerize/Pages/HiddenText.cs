using System.Text;
using System.Text.RegularExpressions;
using Containerize.Inputs.Secrets;

namespace Containerize.Pages;

/// <summary>
/// Which texts of a config or a manifest are not shown. They are in the image for all who have it; a page is shown to more people, and
/// kept longer.
/// </summary>
internal static partial class HiddenText
{
    internal const string Hidden = "(hidden)";

    /// <summary>A text as it is shown.</summary>
    internal static string Shown(string text) => IsHidden(text) ? Hidden : text;

    /// <summary>The value of a name as it is shown.</summary>
    internal static string Shown(string name, string value) => IsHidden(name, value) ? Hidden : value;

    /// <summary>Whether a value is hidden: its name is one of a secret, or it looks like one.</summary>
    internal static bool IsHidden(string name, string value) => value.Length > 0 && (SecretName().IsMatch(name) || IsHidden(value));

    /// <summary>Whether a text looks like a secret, or has one in it.</summary>
    internal static bool IsHidden(string text) =>
        SecretArgument().IsMatch(text) || SecretScanner.Scan(Encoding.UTF8.GetBytes(text)).Count > 0;

    // Texts of others, of any length: no pattern may take longer than they are long.
    [GeneratedRegex(
        "password|passwd|passphrase|secret|token|credential|connectionstring|api_?key|access_?key|private_?key|account_?key|[_.:-]pwd$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SecretName();

    // A command line, as one of a base's history: NAME=value or --name value.
    [GeneratedRegex(
        @"(password|passwd|passphrase|secret|token|credential|api_?key|access_?key|private_?key)[a-z0-9_-]*([=:]\s*|\s+)[^\s=]",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SecretArgument();
}
