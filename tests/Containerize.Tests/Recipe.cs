using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Containerize.Registry.Credentials;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Containerize.Tests;

/// <summary>A recipe: a file that users copy into a repository of theirs.</summary>
/// <param name="name">The file's name, whose extension says what it is.</param>
/// <param name="text">What is in it.</param>
internal sealed partial class Recipe(string name, string text)
{
    /// <summary>The file's name.</summary>
    internal string Name => name;

    /// <summary>What is in it.</summary>
    internal string Text => text;

    /// <summary>The documents of a YAML file; none of another one.</summary>
    internal IReadOnlyList<YamlMappingNode> Documents =>
        Path.GetExtension(name) is ".yml" or ".yaml"
            ? [.. Parse(text).Documents.Select(document => (YamlMappingNode)document.RootNode)]
            : [];

    /// <summary>All recipes.</summary>
    internal static IReadOnlyList<Recipe> LoadAll() =>
        [.. Directory.GetFiles(Path.Combine(Clone.Root, "sdk", "docs", "recipes")).Order(StringComparer.Ordinal)
            .Select(file => new Recipe(Path.GetFileName(file), File.ReadAllText(file)))];

    /// <summary>What is wrong with it as a file of its kind, and with what it says of the SDK.</summary>
    internal IEnumerable<string> Faults() =>
        Syntax().Concat(Names()).Concat(Commands()).Concat(Credentials()).Select(fault => $"{name}: {fault}");

    private static YamlStream Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream;
    }

    private IEnumerable<string> Syntax()
    {
        try
        {
            return Path.GetExtension(name) switch
            {
                ".yml" or ".yaml" => Parse(text).Documents.Count > 0 ? [] : ["it is empty"],
                ".json" => JsonDocument.Parse(text).RootElement.ValueKind == JsonValueKind.Object ? [] : ["it is no object"],
                ".props" => XDocument.Parse(text).Root!.Name == "Project" ? [] : ["it is no project"],
                ".Dockerfile" => FromLine().Count(text) == 1 ? [] : ["it has not one FROM"],
                _ => ["nothing reads this kind of file"],
            };
        }
        catch (Exception failure) when (failure is YamlException or JsonException or XmlException)
        {
            return [failure.Message];
        }
    }

    private IEnumerable<string> Names() =>
        (from Match word in OwnName().Matches(text)
         where !SdkTargets.Read.Contains(word.Value) && !SdkTargets.Outputs.Contains(word.Value) && !SdkTargets.Targets.Contains(word.Value)
         select $"the targets have no {word.Value}")
        .Concat(from Match option in PropertyOption().Matches(text)
                where !SdkTargets.Read.Contains(option.Groups[1].Value)
                select $"no target reads {option.Groups[1].Value}");

    private IEnumerable<string> Commands() =>
        from Match command in Command().Matches(text)
        let target = TargetOption().Match(command.Value).Groups[1].Value
        where !SdkTargets.Targets.Contains(target)
        select $"there is no target '{target}': {command.Value}";

    // CONTAINERIZE_REGISTRY_GHCR_IO_USER is for the host ghcr.io, which must be named.
    private IEnumerable<string> Credentials()
    {
        var hosts = Host().Matches(text).Select(host => EnvironmentCredentials.VariablePart(host.Value)).ToHashSet();
        return from Match variable in CredentialVariable().Matches(text)
               where !hosts.Contains(variable.Groups[1].Value)
               select $"{variable.Value} is for no host in it";
    }

    [GeneratedRegex(@"^FROM \S+$", RegexOptions.Multiline)]
    private static partial Regex FromLine();

    [GeneratedRegex(@"\b(?:Container|Containerize|GeneratedContainer)[A-Z][A-Za-z]*\b")]
    private static partial Regex OwnName();

    [GeneratedRegex(@"-p:(\w+)=")]
    private static partial Regex PropertyOption();

    [GeneratedRegex(@"\bdotnet (?:publish|build|msbuild)\b.*")]
    private static partial Regex Command();

    [GeneratedRegex(@"-t:(\w+)")]
    private static partial Regex TargetOption();

    [GeneratedRegex(@"[a-z0-9-]+(?:\.[a-z0-9-]+)+")]
    private static partial Regex Host();

    [GeneratedRegex("CONTAINERIZE_REGISTRY_([A-Z0-9_]+)_(?:USER|PASSWORD)")]
    private static partial Regex CredentialVariable();
}
