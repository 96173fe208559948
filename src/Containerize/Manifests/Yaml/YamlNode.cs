namespace Containerize.Manifests.Yaml;

/// <summary>Where a node stands in its text.</summary>
/// <param name="Start">The index of its first character: that of its anchor or tag, if it has one.</param>
/// <param name="End">The index after its last character.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
internal readonly record struct YamlSpan(int Start, int End, int Line, int Column);

/// <summary>A node of a document, as it is written: aliases and merge keys are not replaced by what they stand for.</summary>
/// <param name="span">Where it stands. Of mappings and sequences only the start counts.</param>
internal abstract class YamlNode(YamlSpan span)
{
    internal YamlSpan Span { get; } = span;

    /// <summary>Whether it is the value of other keys, too: by an alias, or by a merge.</summary>
    internal bool IsShared { get; set; }
}

/// <summary>A text, or nothing.</summary>
/// <param name="value">What it means, without quotes and escapes.</param>
/// <param name="isPlain">Whether it is written without quotes, in one line or several, and without a tag.</param>
internal sealed class YamlScalar(YamlSpan span, string value, bool isPlain) : YamlNode(span)
{
    internal string Value { get; } = value;

    internal bool IsPlain { get; } = isPlain;

    /// <summary>Whether it is YAML's word for nothing: its key is as good as absent.</summary>
    internal bool IsNull => IsPlain && Value is ("" or "~" or "null" or "Null" or "NULL");
}

/// <summary>A sequence.</summary>
internal sealed class YamlSequence(YamlSpan span) : YamlNode(span)
{
    internal List<YamlNode> Items { get; } = [];
}

/// <summary>A name that stands for a node further up.</summary>
/// <param name="target">That node.</param>
internal sealed class YamlAlias(YamlSpan span, YamlNode target) : YamlNode(span)
{
    internal YamlNode Target { get; } = target;
}

/// <summary>A mapping; a key may occur more than once.</summary>
/// <param name="isFlow">Whether it is written in braces.</param>
internal sealed class YamlMapping(YamlSpan span, bool isFlow) : YamlNode(span)
{
    private const string Merge = "<<";

    internal bool IsFlow { get; } = isFlow;

    internal List<(YamlNode Key, YamlNode Value)> Entries { get; } = [];

    /// <summary>The value of a key: its own, else one that it merges from another mapping.</summary>
    /// <returns>The value as it is written; null when there is none.</returns>
    internal YamlNode? Find(string key) => Owner(key)?.Own(key);

    /// <summary>The mapping in which the value of a key is written: this one, else one that it merges.</summary>
    internal YamlMapping? Owner(string key) => Owner(key, []);

    /// <summary>The text of a key. An alias leads to the text that it stands for.</summary>
    /// <returns>Null where there is no value, or no text.</returns>
    internal string? Text(string key) => Resolve(Find(key)) is YamlScalar { IsNull: false } text ? text.Value : null;

    /// <summary>The value of a key of its own.</summary>
    internal YamlNode? Own(string key) =>
        Entries.FindLast(entry => entry.Key is YamlScalar { Value: var name } && name == key).Value;

    /// <summary>What a node stands for: an alias for its target.</summary>
    internal static YamlNode? Resolve(YamlNode? node) => node is YamlAlias alias ? alias.Target : node;

    // A mapping is looked into once: aliases may form circles, and lists of aliases of lists of aliases grow without end.
    private YamlMapping? Owner(string key, HashSet<YamlNode> seen) =>
        !seen.Add(this) ? null
        : Own(key) is not null ? this
        : MergedBy(Own(Merge), seen).Select(mapping => mapping.Owner(key, seen)).FirstOrDefault(owner => owner is not null);

    private static IEnumerable<YamlMapping> MergedBy(YamlNode? node, HashSet<YamlNode> seen) => Resolve(node) switch
    {
        YamlMapping mapping => [mapping],
        YamlSequence sequence when seen.Add(sequence) => sequence.Items.Select(Resolve).OfType<YamlMapping>(),
        _ => [],
    };
}
