using System.Text.RegularExpressions;

namespace Containerize.Manifests.Yaml;

/// <summary>Texts without quotes that YAML takes for numbers.</summary>
internal static partial class YamlNumber
{
    /// <summary>Whether a program that reads the text as a number writes another one: <c>1.10</c>, <c>1e3</c>, <c>017</c>.</summary>
    internal static bool LosesText(string text) => Lossy().IsMatch(text);

    [GeneratedRegex(@"\A[+-]?(?:[0-9_]+\.[0-9_]*0|0[0-9_]+|0[xob][0-9a-fA-F_]+|[0-9][0-9_]*\.?[0-9_]*[eE][+-]?[0-9]+|[0-9]+_[0-9_]*)\z")]
    private static partial Regex Lossy();
}
