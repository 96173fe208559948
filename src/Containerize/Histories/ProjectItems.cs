using System.Security;
using System.Text;
using System.Xml;
using Containerize.Files;
using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>
/// The learned layers in a project's file: an ItemGroup with a label of its own. All else in the file stays as it is, to the byte.
/// </summary>
internal sealed class ProjectItems
{
    /// <summary>The label of the group.</summary>
    internal const string Label = "ContainerizeLayout";

    private const string ItemName = "ContainerizeLayer";
    private const string DefaultIndent = "  ";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly string _text;
    private readonly bool _hasMark;
    private readonly string _newLine;
    private readonly string _indent;

    private readonly IReadOnlyList<(string Name, string Packages, string Files)> _items;

    // Where the group is in the text, with the line ends before it; null where there is none.
    private readonly (int Start, int End)? _group;
    private readonly int _end;

    private ProjectItems(string path, string text, bool hasMark, Places places)
    {
        (_path, _text, _hasMark) = (path, text, hasMark);
        _newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _items = places.Items;
        _end = WithoutBlanks(text, places.End ?? throw NotWritten(path, $"it has no </Project>"));
        _group = places.Group is var (start, end) ? (WithoutBlanks(text, start), end) : null;
        _indent = places.FirstChild is { } child && text[..child].LastIndexOf('\n') is >= 0 and var line
            && string.IsNullOrWhiteSpace(text[(line + 1)..child]) && line + 1 < child
            ? text[(line + 1)..child]
            : DefaultIndent;
    }

    /// <summary>Whether a layer of the project is one of the group.</summary>
    internal bool Has(LayerRule rule) => _items.Contains((rule.Name, Join(rule.Packages), Join(rule.Files)));

    /// <summary>Reads a project's file.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ProjectNotWritten"/>: it is not there, or no XML in
    /// UTF-8.</exception>
    internal static ProjectItems Read(string path)
    {
        if (!RegularFile.IsThere(path))
        {
            throw NotWritten(path, $"it does not exist; the project of an app in a single .cs file is one like that");
        }

        try
        {
            var bytes = RegularFile.ReadAllBytes(path).AsSpan();
            var hasMark = bytes.StartsWith(Encoding.UTF8.Preamble);
            var text = s_utf8.GetString(hasMark ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
            return new(path, text, hasMark, Places.In(text));
        }
        catch (Exception failure) when (failure is XmlException or DecoderFallbackException)
        {
            throw NotWritten(path, $"it is no XML in UTF-8: {failure.Message.TrimEnd('.')}", failure);
        }
    }

    /// <summary>The group as XML.</summary>
    /// <param name="rules">The layers.</param>
    /// <param name="why">A comment on each rule; what would end a comment is taken out.</param>
    internal static string ToXml(IReadOnlyList<LayerRule> rules, Func<LayerRule, string> why) =>
        string.Join('\n', Lines(rules, why, DefaultIndent, ""));

    /// <summary>The file with these layers in place of those that are in the group; none removes the group.</summary>
    /// <returns>The bytes; null when the file has the layers already.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ProjectNotWritten"/>: XML cannot hold the text.</exception>
    internal byte[]? With(IReadOnlyList<LayerRule> rules, Func<LayerRule, string> why)
    {
        var lines = rules.Count == 0 ? [] : Lines(rules, why, _indent, _indent);
        var group = string.Concat(lines.Select(line => _newLine + line));
        var changed = _group is var (start, end)
            ? _text[..start] + group + _text[end..]
            : _text[.._end] + group + (rules.Count > 0 && !_text[_end..].StartsWith('\n') && !_text[_end..].StartsWith('\r')
                ? _newLine : "") + _text[_end..];
        if (changed == _text)
        {
            return null;
        }

        try
        {
            _ = Places.In(changed);
        }
        catch (XmlException failure)
        {
            throw NotWritten(_path, $"it would be no XML: {failure.Message.TrimEnd('.')}", failure);
        }

        return [.. _hasMark ? Encoding.UTF8.Preamble : [], .. s_utf8.GetBytes(changed)];
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ProjectNotWritten"/>.</exception>
    internal void Write(byte[] content)
    {
        try
        {
            AtomicFile.Write(_path, content, OperatingSystem.IsWindows() ? null : FileStatus.Of(_path, followLinks: true).Mode);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw NotWritten(_path, $"{failure.Message.TrimEnd('.')}", failure);
        }
    }

    private static List<string> Lines(IReadOnlyList<LayerRule> rules, Func<LayerRule, string> why, string step, string indent) =>
    [
        $"{indent}<ItemGroup Label=\"{Label}\">",
        $"{indent}{step}<!-- Learned from images by ContainerizeLayout, which replaces this group. -->",
        .. rules.SelectMany(rule => (string[])
        [
            $"{indent}{step}<!-- {Comment(why(rule))} -->",
            $"{indent}{step}<{ItemName} Include=\"{Escape(rule.Name)}\"" + Attribute("Packages", rule.Packages)
                + Attribute("Files", rule.Files) + (rule.Before is null ? "" : $" Before=\"{Escape(rule.Before)}\"") + " />",
        ]),
        $"{indent}</ItemGroup>",
    ];

    // Of three hyphens, two are left when the first two are divided.
    private static string Comment(string text)
    {
        while (text.Contains("--", StringComparison.Ordinal))
        {
            text = text.Replace("--", "- -", StringComparison.Ordinal);
        }

        return text;
    }

    private static string Attribute(string name, IReadOnlyList<FilePattern> patterns) =>
        patterns.Count == 0 ? "" : $" {name}=\"{Escape(Join(patterns))}\"";

    private static string Join(IReadOnlyList<FilePattern> patterns) => string.Join(';', patterns.Select(pattern => pattern.Text));

    private static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>Where the line before a place ends.</summary>
    private static int WithoutBlanks(string text, int place)
    {
        var end = place;
        while (end > 0 && text[end - 1] is ' ' or '\t')
        {
            end--;
        }

        return end > 0 && text[end - 1] == '\n' ? (end > 1 && text[end - 2] == '\r' ? end - 2 : end - 1) : place;
    }

    private static ContainerizeException NotWritten(string path, Message why, Exception? cause = null) => new(
        DiagnosticCode.ProjectNotWritten,
        $"The layers cannot be written into '{path}': {why}. Put the items into the project yourself: the target prints them when " +
        $"ContainerizeLayoutApply is not set.",
        cause);

    /// <summary>Places in the text of a project, as offsets.</summary>
    private sealed record Places(
        int? End, (int Start, int End)? Group, int? FirstChild, IReadOnlyList<(string Name, string Packages, string Files)> Items)
    {
        internal static Places In(string text)
        {
            var lines = new List<int> { 0 };
            for (var index = 0; index < text.Length; index++)
            {
                if (text[index] == '\n' || (text[index] == '\r' && (index + 1 == text.Length || text[index + 1] != '\n')))
                {
                    lines.Add(index + 1);
                }
            }

            using var reader = XmlReader.Create(
                new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var position = (IXmlLineInfo)reader;
            // The position is that of the name, behind "<" or "</".
            int Offset(int mark) => lines[position.LineNumber - 1] + position.LinePosition - 1 - mark;

            int? end = null, start = null, firstChild = null;
            (int, int)? group = null;
            var items = new List<(string, string, string)>();
            while (reader.Read())
            {
                switch (reader.NodeType, reader.Depth)
                {
                    case (XmlNodeType.Element, 1):
                        firstChild ??= Offset(1);
                        start = reader.LocalName == "ItemGroup" && group is null && reader.GetAttribute("Label") == Label
                            ? Offset(1) : null;
                        if (start is { } at && reader.IsEmptyElement)
                        {
                            (group, start) = ((at, text.IndexOf('>', at) + 1), null);
                        }

                        break;
                    case (XmlNodeType.Element, 2) when start is not null && reader.LocalName == ItemName:
                        items.Add((
                            reader.GetAttribute("Include") ?? "",
                            reader.GetAttribute("Packages") ?? "",
                            reader.GetAttribute("Files") ?? ""));
                        break;
                    case (XmlNodeType.EndElement, 1) when start is { } from:
                        (group, start) = ((from, text.IndexOf('>', Offset(2)) + 1), null);
                        break;
                    case (XmlNodeType.EndElement, 0):
                        end = Offset(2);
                        break;
                }
            }

            return new(end, group, firstChild, items);
        }
    }
}
