using System.Text.Json;

namespace Containerize.Dockerfiles.Syntax;

/// <summary>One instruction of a Dockerfile.</summary>
/// <param name="Line">Its first line, from 1.</param>
/// <param name="Keyword">In upper case: <c>RUN</c>.</param>
/// <param name="Flags">What begins with <c>--</c> before the arguments, in order; the value is empty for a flag without one.</param>
/// <param name="Text">The arguments: continued lines are joined, comments between them left out.</param>
/// <param name="Heredocs">The contents of here-documents.</param>
internal sealed record Instruction(
    int Line, string Keyword, IReadOnlyList<(string Name, string Value)> Flags, string Text, IReadOnlyList<string> Heredocs)
{
    /// <summary>The arguments as a JSON array of texts; null for the shell form.</summary>
    internal IReadOnlyList<string>? Json
    {
        get
        {
            if (!Text.StartsWith('['))
            {
                return null;
            }

            try
            {
                using var document = JsonDocument.Parse(Text);
                return document.RootElement.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
                    ? [.. document.RootElement.EnumerateArray().Select(item => item.GetString()!)]
                    : null;
            }
            catch (JsonException)
            {
                // As docker: what is no JSON is a command for the shell.
                return null;
            }
        }
    }

    /// <summary>The value of a flag; null when it is not there.</summary>
    internal string? Flag(string name) => Flags.LastOrDefault(flag => flag.Name == name) is { Name: not null } flag ? flag.Value : null;
}
