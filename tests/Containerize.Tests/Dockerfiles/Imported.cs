using Containerize.Dockerfiles;

namespace Containerize.Tests.Dockerfiles;

/// <summary>Dockerfiles of tests, and what became of them, in short.</summary>
internal static class Imported
{
    internal static ImportedProject Read(string text, string? target = null) =>
        DockerfileImport.Read(text, "Dockerfile", target, new Dictionary<string, string>(), IsDirectory);

    /// <summary>Whether a path of the context is a directory; null where nothing is there.</summary>
    internal static bool? IsDirectory(string path) => path switch
    {
        "certs" or "publish" or "src/Company.Api" => true,
        "LICENSE" => false,
        _ => null,
    };

    /// <summary>Reads instructions on an image that is not .NET's, behind those of an app.</summary>
    internal static ImportedProject Of(string instructions) => Read($"FROM debian:trixie\nWORKDIR /app\nCOPY publish/ .\n{instructions}\n");

    /// <summary>The items of a kind: <c>Include Name=Value</c>, one a line.</summary>
    internal static string Items(this ImportedProject project, string name) => string.Join('\n', project.Items
        .Where(item => item.Name == name)
        .Select(item => string.Join(' ', [item.Include, .. item.Metadata.Select(pair => $"{pair.Name}={pair.Value}")])));

    /// <summary>The value of a property; null for none.</summary>
    internal static string? Property(this ImportedProject project, string name) =>
        project.Properties.SingleOrDefault(property => property.Name == name)?.Value;

    /// <summary>The notes of instructions with a keyword: <c>Kind: text</c>, one a line.</summary>
    internal static string Notes(this ImportedProject project, string keyword) => string.Join('\n', project.Notes
        .Where(note => note.Instruction == keyword)
        .Select(note => $"{note.Kind}: {note.Text}"));
}
