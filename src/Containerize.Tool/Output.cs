using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Containerize.Tool;

/// <summary>Prints an answer: lines for people, or one JSON document for programs. No colours, no progress.</summary>
/// <param name="writer">Standard output.</param>
/// <param name="isJson">Whether JSON is wanted.</param>
internal sealed class Output(TextWriter writer, bool isJson)
{
    /// <summary>Whether JSON is wanted.</summary>
    internal bool IsJson => isJson;

    /// <summary>Prints a text that is the answer itself, as it is.</summary>
    internal void Write(string text) => writer.Write(text);

    /// <summary>Prints an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="type">How it is written as JSON.</param>
    /// <param name="lines">The same for people.</param>
    internal void Write<T>(T answer, JsonTypeInfo<T> type, Func<IEnumerable<Message>> lines)
    {
        if (isJson)
        {
            writer.WriteLine(JsonSerializer.Serialize(answer, type));
            return;
        }

        foreach (var line in lines())
        {
            writer.WriteLine(line.ToString());
        }
    }
}
