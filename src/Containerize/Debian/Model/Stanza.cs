using System.Text;

namespace Containerize.Debian.Model;

/// <summary>A paragraph of fields, as dpkg and apt write everything.</summary>
/// <remarks>The manual page <i>deb822(5)</i>.</remarks>
internal sealed class Stanza
{
    // By lines: a release file has fields of thousands.
    private readonly Dictionary<string, List<string>> _fields;

    private Stanza(Dictionary<string, List<string>> fields) => _fields = fields;

    /// <summary>A field's value, lines that go on joined by line feeds; null when it is not there.</summary>
    /// <param name="name">The field's name, in any case.</param>
    public string? this[string name] => _fields.TryGetValue(name, out var lines) ? string.Join('\n', lines) : null;

    /// <summary>Reads all paragraphs of a text. Lines that begin with <c>#</c> are comments.</summary>
    /// <returns>The paragraphs that have a field.</returns>
    public static IReadOnlyList<Stanza> ParseAll(string text)
    {
        var stanzas = new List<Stanza>();
        var fields = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        string? last = null;
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')).Append(""))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                if (fields.Count > 0)
                {
                    stanzas.Add(new Stanza(fields));
                    fields = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
                }

                last = null;
            }
            else if (line[0] is ' ' or '\t')
            {
                if (last is not null)
                {
                    fields[last].Add(line.Trim());
                }
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                last = line[..colon];
                fields[last] = [line[(colon + 1)..].Trim()];
            }
        }

        return stanzas;
    }

    /// <summary>Reads one paragraph.</summary>
    /// <param name="utf8">Its bytes.</param>
    /// <returns>The paragraph, perhaps without fields.</returns>
    internal static Stanza Parse(ReadOnlySpan<byte> utf8) =>
        ParseAll(Encoding.UTF8.GetString(utf8)) is [var first, ..] ? first : new Stanza([]);
}
