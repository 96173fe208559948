using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Collects what becomes of the instructions.</summary>
internal sealed class ImportResult
{
    // The items whose values are files of the project, which patterns may find; those of all others are texts.
    private static readonly string[] s_files = ["ContainerizeFile", "ContainerizeCaCertificate", "ContainerizeLayerReference"];

    private readonly List<ImportedProperty> _properties = [];
    private readonly List<ImportedItem> _items = [];
    private readonly List<ImportNote> _notes = [];

    /// <summary>The value of a text; null, with a note, where the Dockerfile does not say it.</summary>
    /// <param name="cure">What to do then.</param>
    internal string? Known(Instruction instruction, ExpandedText text, string cure)
    {
        if (text.Value is null)
        {
            NoCounterpart(instruction, $"{string.Join(", ", text.Unknown)} has a value that the Dockerfile does not say: {cure}");
        }

        return text.Value;
    }

    /// <summary>Sets a property, if the Dockerfile says its value; the last one counts.</summary>
    internal void Set(Instruction instruction, string name, ExpandedText value)
    {
        if (Known(instruction, value, $"set {name}") is { } known)
        {
            Set(instruction.Line, name, known);
        }
    }

    /// <summary>Sets a property; the last value counts.</summary>
    internal void Set(int line, string name, string value)
    {
        _properties.RemoveAll(property => property.Name == name);
        _properties.Add(new(line, name, Escape(value)));
    }

    /// <summary>Adds an item with one value.</summary>
    internal void Add(int line, string name, string include, params (string Name, string? Value)[] metadata) =>
        Add(line, name, [include], metadata);

    /// <summary>Adds an item with several values; one that is there already is replaced by what comes later.</summary>
    internal void Add(int line, string name, IEnumerable<string> includes, params (string Name, string? Value)[] metadata) =>
        AddEscaped(line, name, string.Join(';', includes.Select(value => EscapeInclude(name, value))), metadata);

    /// <summary>Adds a file of the publish output, by its path there.</summary>
    internal void AddPublished(int line, string path, params (string Name, string? Value)[] metadata) =>
        AddEscaped(line, "ContainerizeFile", "$(PublishDir)" + EscapeInclude("ContainerizeFile", path), metadata);

    /// <summary>Drops the items of a kind of which only the last instruction counts.</summary>
    internal void Drop(string name) => _items.RemoveAll(item => item.Name == name);

    /// <summary>Takes an item back.</summary>
    /// <returns>Whether it was there.</returns>
    internal bool Remove(string name, string include) =>
        _items.RemoveAll(item => item.Name == name && item.Include == EscapeInclude(name, include)) > 0;

    internal void NotNeeded(Instruction instruction, string why) => Note(instruction, ImportNoteKind.NotNeeded, why);

    internal void Check(Instruction instruction, string what) => Note(instruction, ImportNoteKind.Check, what);

    internal void NoCounterpart(Instruction instruction, string what) => Note(instruction, ImportNoteKind.NoCounterpart, what);

    internal ImportedProject Finish(string? project) => new(
        project,
        _properties,
        [.. _items.OrderBy(item => item.Name, StringComparer.Ordinal).ThenBy(item => item.Line)],
        [.. _notes.Distinct().OrderBy(note => note.Line)]);

    private void Note(Instruction instruction, ImportNoteKind kind, string text) =>
        _notes.Add(new(instruction.Line, instruction.Keyword, kind, text));

    private void AddEscaped(int line, string name, string include, (string Name, string? Value)[] metadata)
    {
        var added = new ImportedItem(
            line,
            name,
            include,
            [.. metadata.Where(pair => pair.Value is not null).Select(pair => (pair.Name, Escape(pair.Value!)))]);
        _items.RemoveAll(item => IsSame(item, added));
        _items.Add(added);
    }

    // A file may be copied to several places; a port may be one of TCP and of UDP.
    private static bool IsSame(ImportedItem one, ImportedItem other) =>
        one.Name == other.Name && one.Include == other.Include
        && (one.Name switch
        {
            "ContainerizeFile" => false,
            "ContainerPort" => one.Metadata.SequenceEqual(other.Metadata),
            _ => true,
        });

    private static string EscapeInclude(string item, string value)
    {
        var escaped = Escape(value).Replace(";", "%3B", StringComparison.Ordinal);
        return s_files.Contains(item)
            ? escaped
            : escaped.Replace("*", "%2A", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal);
    }

    // What MSBuild would take for a property, an item or an escape.
    private static string Escape(string value) => value.Replace("%", "%25", StringComparison.Ordinal)
        .Replace("$(", "%24(", StringComparison.Ordinal).Replace("@(", "%40(", StringComparison.Ordinal);
}
