using System.Text;

namespace Containerize.Manifests.Yaml;

/// <summary>A part of a text that is replaced; all around it stays as it is.</summary>
/// <param name="Start">The index of its first character.</param>
/// <param name="Length">How many characters are replaced; 0 inserts.</param>
/// <param name="Replacement">What stands there then.</param>
internal sealed record TextEdit(int Start, int Length, string Replacement)
{
    /// <summary>Makes edits in a text. The same edit twice is made once.</summary>
    /// <exception cref="InvalidOperationException">Two edits replace the same part with different texts.</exception>
    internal static string Apply(string text, IEnumerable<TextEdit> edits)
    {
        var (result, done) = (new StringBuilder(text.Length), 0);
        foreach (var edit in edits.Distinct().OrderBy(edit => edit.Start).ThenBy(edit => edit.Length))
        {
            if (edit.Start < done)
            {
                throw new InvalidOperationException($"Two edits at {edit.Start} of the text exclude each other.");
            }

            result.Append(text, done, edit.Start - done).Append(edit.Replacement);
            done = edit.Start + edit.Length;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }
}
