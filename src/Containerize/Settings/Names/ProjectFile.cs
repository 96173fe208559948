using System.Xml;

namespace Containerize.Settings.Names;

/// <summary>What a file of the project declares, as it is written: nothing is evaluated.</summary>
internal sealed class ProjectFile
{
    private const string Directive = "#:property";

    private static readonly XmlReaderSettings s_reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    private readonly List<DeclaredName> _properties = [];
    private readonly List<DeclaredItem> _items = [];
    private readonly List<string> _imports = [];

    private ProjectFile(string path, string text) => (Path, Text) = (path, text);

    internal string Path { get; }

    internal string Text { get; }

    internal IReadOnlyList<DeclaredName> Properties => _properties;

    internal IReadOnlyList<DeclaredItem> Items => _items;

    /// <summary>The files that it imports, as they are written.</summary>
    internal IReadOnlyList<string> Imports => _imports;

    /// <summary>Reads a project, or an app that is one file of C#. One that is malformed declares nothing: MSBuild has told it.</summary>
    internal static ProjectFile Parse(string path, string text)
    {
        var file = new ProjectFile(path, text);
        if (path.EndsWith(".cs", StringComparison.OrdinalIgnoreCase))
        {
            file.ReadDirectives();
            return file;
        }

        try
        {
            using var reader = XmlReader.Create(new StringReader(text), s_reading);
            reader.MoveToContent();
            file.ReadGroups(reader, isCertain: true);
            return file;
        }
        catch (XmlException)
        {
            return new ProjectFile(path, "");
        }
    }

    // Directives stand above the code.
    private void ReadDirectives()
    {
        var number = 0;
        foreach (var line in Text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.StartsWith(Directive, StringComparison.Ordinal))
            {
                var rest = line[Directive.Length..];
                var name = rest.TrimStart();
                var end = name.IndexOf('=');
                _properties.Add(new DeclaredName(
                    (end < 0 ? name : name[..end]).Trim().ToString(),
                    new SourcePosition(Path, number, line.Length - name.Length + 1)));
            }
        }
    }

    /// <summary>Reads elements that hold groups: the project, a choice or a target.</summary>
    /// <param name="isCertain">Whether no condition stands above, and no target.</param>
    private void ReadGroups(XmlReader reader, bool isCertain) => EachChild(reader, () =>
    {
        var here = isCertain && reader.GetAttribute("Condition") is null;
        switch (reader.LocalName)
        {
            case "PropertyGroup":
                EachChild(reader, () =>
                {
                    _properties.Add(new DeclaredName(reader.LocalName, PositionOf(reader)));
                    reader.Skip();
                });
                break;
            case "ItemGroup":
                EachChild(reader, () => ReadItem(reader, here));
                break;
            case "ItemDefinitionGroup":
                EachChild(reader, () => ReadItem(reader, isCertain: false));
                break;
            case "Import":
                _imports.Add(reader.GetAttribute("Sdk") is null ? reader.GetAttribute("Project") ?? "" : "");
                reader.Skip();
                break;
            case "ImportGroup" or "Choose":
                ReadGroups(reader, here);
                break;
            case "When" or "Otherwise" or "Target":
                ReadGroups(reader, isCertain: false);
                break;
            default:
                reader.Skip();
                break;
        }
    });

    private void ReadItem(XmlReader reader, bool isCertain)
    {
        var (name, position) = (reader.LocalName, PositionOf(reader));
        var (include, isUnconditional) = (reader.GetAttribute("Include"), isCertain && reader.GetAttribute("Condition") is null);
        var metadata = new List<DeclaredMetadata>();
        while (reader.MoveToNextAttribute())
        {
            if (!DeclaredItem.IsReserved(reader.LocalName))
            {
                metadata.Add(new DeclaredMetadata(reader.LocalName, reader.Value, PositionOf(reader)));
            }
        }

        reader.MoveToElement();
        EachChild(reader, () =>
        {
            var (child, at) = (reader.LocalName, PositionOf(reader));
            metadata.Add(new DeclaredMetadata(child, reader.ReadInnerXml(), at));
        });
        _items.Add(new DeclaredItem(name, include, metadata, isUnconditional, position));
    }

    /// <summary>Visits the elements in an element. Each visit reads the whole of its element.</summary>
    private static void EachChild(XmlReader reader, Action visit)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return;
        }

        reader.Read();
        while (reader.NodeType is not (XmlNodeType.EndElement or XmlNodeType.None))
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                visit();
            }
            else
            {
                reader.Read();
            }
        }

        reader.Read();
    }

    private SourcePosition PositionOf(XmlReader reader) =>
        reader is IXmlLineInfo line ? new(Path, line.LineNumber, line.LinePosition) : new(Path, 0, 0);
}
