using System.Xml.Linq;

namespace Containerize.Dockerfiles;

/// <summary>A property that replaces an instruction.</summary>
/// <param name="Line">The line of the instruction.</param>
internal sealed record ImportedProperty(int Line, string Name, string Value);

/// <summary>An item that replaces an instruction.</summary>
/// <param name="Line">The line of the instruction.</param>
/// <param name="Include">Escaped, as a project has it.</param>
/// <param name="Metadata">In the order in which they are written.</param>
internal sealed record ImportedItem(int Line, string Name, string Include, IReadOnlyList<(string Name, string Value)> Metadata);

/// <summary>What there is to say of an instruction.</summary>
internal enum ImportNoteKind
{
    /// <summary>Nothing in the project has to replace it.</summary>
    NotNeeded,

    /// <summary>It is replaced, or its effect is the default; something about it differs.</summary>
    Check,

    /// <summary>No property and no item does what it does.</summary>
    NoCounterpart,
}

/// <summary>What there is to say of an instruction.</summary>
/// <param name="Line">Its first line.</param>
/// <param name="Instruction">Its keyword.</param>
/// <param name="Text">What becomes of it, or what to do.</param>
internal sealed record ImportNote(int Line, string Instruction, ImportNoteKind Kind, string Text);

/// <summary>What a project gets in place of a Dockerfile.</summary>
/// <param name="Project">The project that the Dockerfile publishes, relative to its context; null where it does not say.</param>
internal sealed record ImportedProject(
    string? Project,
    IReadOnlyList<ImportedProperty> Properties,
    IReadOnlyList<ImportedItem> Items,
    IReadOnlyList<ImportNote> Notes)
{
    /// <summary>The elements for the project file.</summary>
    /// <param name="version">The version of the package.</param>
    /// <returns>XML with <c>\n</c>, without a root element.</returns>
    internal string ToXml(string version)
    {
        var elements = new List<XElement> { new("Sdk", new XAttribute("Name", "Containerize.Sdk"), new XAttribute("Version", version)) };
        if (Properties.Count > 0)
        {
            elements.Add(new("PropertyGroup", Properties.Select(property => new XElement(property.Name, property.Value))));
        }

        if (Items.Count > 0)
        {
            elements.Add(new("ItemGroup", Items.Select(item => new XElement(
                item.Name,
                new XAttribute("Include", item.Include),
                item.Metadata.Select(metadata => new XAttribute(metadata.Name, metadata.Value))))));
        }

        return string.Concat(elements.Select(element => element.ToString().ReplaceLineEndings("\n") + "\n"));
    }
}
