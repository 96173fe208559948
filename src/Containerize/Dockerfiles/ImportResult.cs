using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Collects what becomes of the instructions.</summary>
internal sealed class ImportResult
{
    private readonly List<ImportedProperty> _properties = [];
    private readonly List<ImportedItem> _items = [];
    private readonly List<ImportNote> _notes = [];

    /// <summary>Sets a property; the last value counts.</summary>
    internal void Set(int line, string name, string value)
    {
        _properties.RemoveAll(property => property.Name == name);
        _properties.Add(new(line, name, Escape(value, isList: false)));
    }

    /// <summary>Adds an item with one value.</summary>
    internal void Add(int line, string name, string include, params (string Name, string? Value)[] metadata) =>
        Add(line, name, [include], metadata);

    /// <summary>Adds an item with several values; one that is there already is replaced by what comes later.</summary>
    internal void Add(int line, string name, IEnumerable<string> includes, params (string Name, string? Value)[] metadata)
    {
        var include = string.Join(';', includes.Select(value => Escape(value, isList: true)));
        _items.RemoveAll(item => item.Name == name && item.Include == include && item.Metadata.Count == metadata.Length
            && name is not "ContainerizeFile");
        _items.Add(new(
            line,
            name,
            include,
            [.. metadata.Where(pair => pair.Value is not null).Select(pair => (pair.Name, Escape(pair.Value!, isList: false)))]));
    }

    /// <summary>Drops the items of a kind of which only the last instruction counts.</summary>
    internal void Drop(string name) => _items.RemoveAll(item => item.Name == name);

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

    // What MSBuild would take for a list, a property, an item or a pattern.
    private static string Escape(string value, bool isList)
    {
        var escaped = value.Replace("%", "%25", StringComparison.Ordinal).Replace("$(", "%24(", StringComparison.Ordinal)
            .Replace("@(", "%40(", StringComparison.Ordinal);
        return isList
            ? escaped.Replace(";", "%3B", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal)
            : escaped;
    }
}
