using System.Text.RegularExpressions;

namespace Containerize.Tests;

/// <summary>The targets and props of the SDK, as far as pages speak of them.</summary>
internal static partial class SdkTargets
{
    /// <summary>All of them, one after the other.</summary>
    internal static string Text { get; } = string.Join('\n', Files.Select(File.ReadAllText));

    /// <summary>Their files.</summary>
    internal static IEnumerable<string> Files =>
        from directory in new[] { "Sdk", "build", "buildMultiTargeting", "source" }
        from file in Directory.GetFiles(Path.Combine(Clone.Root, "sdk", directory))
        where Path.GetExtension(file) is ".targets" or ".props"
        select file;

    /// <summary>The names of targets that users may call.</summary>
    internal static IReadOnlySet<string> Targets { get; } = Matches(TargetName());

    /// <summary>The properties and items that are read, and so may be set.</summary>
    internal static IReadOnlySet<string> Read { get; } = Matches(Reading());

    /// <summary>The properties and items that targets after these can use.</summary>
    internal static IReadOnlySet<string> Outputs { get; } = Matches(Output());

    private static HashSet<string> Matches(Regex pattern) => [.. pattern.Matches(Text).Select(match => match.Groups[1].Value)];

    // What begins with an underscore is the targets' own. An empty one stands in for one of the .NET SDK that is missing.
    [GeneratedRegex("<Target Name=\"([A-Za-z]+)\"(?! />)")]
    private static partial Regex TargetName();

    // $(Name), $(Name.Trim()), @(Name), @(Name->...).
    [GeneratedRegex(@"[$@]\(([A-Za-z]+)")]
    private static partial Regex Reading();

    [GeneratedRegex("(?:PropertyName|ItemName)=\"([A-Za-z]+)\"")]
    private static partial Regex Output();
}
