using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Containerize.Manifests.Yaml;

/// <summary>Reads the documents of a YAML text with their positions. Nothing is expanded, so a text cannot grow.</summary>
internal static class YamlReader
{
    private const int MaxDepth = 200;

    /// <summary>Reads all documents of a text.</summary>
    /// <param name="name">What the text is called in messages.</param>
    /// <returns>The root of each document; none for one that is empty.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidManifest"/>.</exception>
    internal static IReadOnlyList<YamlNode> Read(string text, string name)
    {
        var documents = new List<YamlNode>();
        using var reader = new StringReader(text);
        var parser = new Parser(new Scanner(reader, skipComments: true));
        for (Builder? builder = null; Next(parser, name) is { } item;)
        {
            switch (item)
            {
                case DocumentStart:
                    builder = new Builder(name);
                    break;
                case DocumentEnd:
                    documents.AddRange(builder?.Root is { } root ? [root] : []);
                    break;
                default:
                    builder?.Take(item);
                    break;
            }
        }

        return documents;
    }

    private static ParsingEvent? Next(Parser parser, string name)
    {
        try
        {
            return parser.MoveNext() ? parser.Current : null;
        }
        catch (YamlException failure)
        {
            throw Invalid(name, failure.Start, failure.Message, failure);
        }
        // The parser does not foresee brackets that close what others open.
        catch (InvalidOperationException failure)
        {
            throw Invalid(name, parser.Current?.End ?? new Mark(0, 1, 1), "brackets and braces do not match", failure);
        }
    }

    private static ContainerizeException Invalid(string name, Mark at, string why, Exception? cause = null) => new(
        DiagnosticCode.InvalidManifest,
        $"{name}:{at.Line}:{at.Column}: this is not YAML that can be read: {why.TrimEnd('.')}. Nothing was written.",
        cause);

    /// <summary>Puts the nodes of one document together.</summary>
    private sealed class Builder(string name)
    {
        private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
        private readonly Stack<(YamlNode Node, YamlNode? Key)> _open = new();

        internal YamlNode? Root { get; private set; }

        internal void Take(ParsingEvent item)
        {
            var span = new YamlSpan((int)item.Start.Index, (int)item.End.Index, (int)item.Start.Line, (int)item.Start.Column);
            switch (item)
            {
                case Scalar scalar:
                    Add(new YamlScalar(span, scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty), scalar.Anchor);
                    break;
                case AnchorAlias alias:
                    Add(new YamlAlias(span, TargetOf(alias)), AnchorName.Empty);
                    break;
                case MappingStart mapping:
                    Open(new YamlMapping(span, mapping.Style == MappingStyle.Flow), mapping);
                    break;
                case SequenceStart sequence:
                    Open(new YamlSequence(span), sequence);
                    break;
                case MappingEnd or SequenceEnd:
                    _open.Pop();
                    break;
                default:
                    break;
            }
        }

        private void Open(YamlNode node, NodeEvent item)
        {
            if (_open.Count == MaxDepth)
            {
                throw Invalid(name, item.Start, $"its nodes are nested more than {MaxDepth} deep");
            }

            Add(node, item.Anchor);
            _open.Push((node, null));
        }

        private void Add(YamlNode node, AnchorName anchor)
        {
            if (!anchor.IsEmpty)
            {
                _anchors[anchor.Value] = node;
            }

            if (!_open.TryPop(out var parent))
            {
                Root = node;
                return;
            }

            switch (parent)
            {
                case (YamlSequence sequence, _):
                    sequence.Items.Add(node);
                    break;
                case (YamlMapping, null):
                    parent.Key = node;
                    break;
                case (YamlMapping mapping, { } key):
                    mapping.Entries.Add((key, node));
                    parent.Key = null;
                    break;
                default:
                    break;
            }

            _open.Push(parent);
        }

        private YamlNode TargetOf(AnchorAlias alias)
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var target))
            {
                throw Invalid(name, alias.Start, $"there is no anchor '{alias.Value.Value}' above this alias");
            }

            target.IsShared = true;
            return target;
        }
    }
}
