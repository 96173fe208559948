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

    /// <summary>
    /// What a shell runs: the text, or the here-document that is all of it; null where a here-document is given to a command, or is for
    /// another interpreter.
    /// </summary>
    internal string? Script => Heredocs switch
    {
        [] => Text,
        [var script] when IsAlone() && (!script.StartsWith("#!", StringComparison.Ordinal) || IsForShell(script)) => script,
        _ => null,
    };

    private bool IsAlone() => Words.Raw(Text) is [_] or [_, "sh" or "bash"] or ["sh" or "bash", _];

    private static bool IsForShell(string script) =>
        script[2..].Split('\n')[0].Split(' ').Any(word => word.Split('/')[^1] is "sh" or "bash" or "dash" or "ash");

    /// <summary>The value of a flag; null when it is not there.</summary>
    internal string? Flag(string name) => Flags.LastOrDefault(flag => flag.Name == name) is { Name: not null } flag ? flag.Value : null;
}
