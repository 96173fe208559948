using System.Text;
using System.Text.RegularExpressions;

namespace Containerize.Dockerfiles.Syntax;

/// <summary>Reads the instructions of a Dockerfile: directives, continued lines, comments, flags and here-documents.</summary>
internal sealed partial class DockerfileReader
{
    private static readonly string[] s_withHeredocs = ["RUN", "COPY", "ADD"];

    private readonly string[] _lines;
    private readonly string _name;
    private readonly char _escape;
    private int _next;

    private DockerfileReader(string text, string name)
    {
        _lines = [.. text.TrimStart('\uFEFF').Split('\n').Select(line => line.TrimEnd('\r'))];
        _name = name;
        _escape = EscapeOf(_lines);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <returns>Its instructions, and the character that escapes.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDockerfile"/>.</exception>
    internal static (IReadOnlyList<Instruction> Instructions, char Escape) Read(string text, string name)
    {
        var reader = new DockerfileReader(text, name);
        var instructions = new List<Instruction>();
        while (reader.Next() is { } instruction)
        {
            instructions.Add(instruction);
        }

        return (instructions, reader._escape);
    }

    // Directives stand before everything else, also before comments.
    private static char EscapeOf(IEnumerable<string> lines)
    {
        foreach (var directive in lines.Select(line => Directive().Match(line)).TakeWhile(match => match.Success))
        {
            if (directive.Groups[1].Value.Equals("escape", StringComparison.OrdinalIgnoreCase))
            {
                return directive.Groups[2].Value == "`" ? '`' : '\\';
            }
        }

        return '\\';
    }

    private static bool IsSkipped(string line) => line.AsSpan().TrimStart() is [] or ['#', ..];

    private Instruction? Next()
    {
        while (_next < _lines.Length && IsSkipped(_lines[_next]))
        {
            _next++;
        }

        if (_next == _lines.Length)
        {
            return null;
        }

        var first = _next + 1;
        var match = Keyword().Match(ReadLogicalLine());
        if (!match.Success)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDockerfile, $"{_name}:{first}: this is not an instruction of a Dockerfile: {_lines[first - 1]}");
        }

        var (keyword, rest) = (match.Groups[1].Value.ToUpperInvariant(), match.Groups[2].Value);
        // The instruction of ONBUILD is not run here, so its flags are part of its text.
        var flags = keyword == "ONBUILD" ? [] : ReadFlags(ref rest);
        var instruction = new Instruction(first, keyword, flags, rest.Trim(), []);
        var last = keyword == "ONBUILD" ? Keyword().Match(rest).Groups[1].Value.ToUpperInvariant() : keyword;
        return s_withHeredocs.Contains(last) && instruction.Json is null
            ? instruction with { Heredocs = ReadHeredocs(rest, first) }
            : instruction;
    }

    private string ReadLogicalLine()
    {
        var text = new StringBuilder();
        for (var isFirst = true; _next < _lines.Length; isFirst = false)
        {
            var line = _lines[_next++];
            if (!isFirst && IsSkipped(line))
            {
                continue;
            }

            // Two of them are one that is escaped, and end nothing.
            var trimmed = line.TrimEnd(' ', '\t');
            if (!trimmed.EndsWith(_escape) || (trimmed.Length > 1 && trimmed[^2] == _escape))
            {
                return text.Append(line).ToString();
            }

            text.Append(trimmed, 0, trimmed.Length - 1);
        }

        return text.ToString();
    }

    private static List<(string Name, string Value)> ReadFlags(ref string rest)
    {
        var flags = new List<(string, string)>();
        for (var match = Flag().Match(rest); match.Success; match = Flag().Match(rest))
        {
            flags.Add((match.Groups[1].Value, match.Groups[2].Value.Trim('"')));
            rest = rest[match.Length..];
        }

        return flags;
    }

    private List<string> ReadHeredocs(string rest, int line)
    {
        var contents = new List<string>();
        foreach (var (isStripped, end) in Words.Raw(rest).Select(HeredocOf).OfType<(bool, string)>())
        {
            var content = new StringBuilder();
            while (true)
            {
                if (_next == _lines.Length)
                {
                    throw new ContainerizeException(
                        DiagnosticCode.InvalidDockerfile, $"{_name}:{line}: the here-document has no line '{end}' that ends it.");
                }

                var text = isStripped ? _lines[_next].TrimStart('\t') : _lines[_next];
                _next++;
                if (text == end)
                {
                    break;
                }

                content.Append(text).Append('\n');
            }

            contents.Add(content.ToString());
        }

        return contents;
    }

    // A word of its own, as for docker: <<EOF, <<-"EOF" or 3<<EOF; not $((1<<N)), and not <<<word.
    private static (bool IsStripped, string End)? HeredocOf(string word)
    {
        var rest = word.AsSpan().TrimStart("0123456789");
        if (!rest.StartsWith("<<"))
        {
            return null;
        }

        var isStripped = rest is [_, _, '-', ..];
        var name = rest[(isStripped ? 3 : 2)..].ToString();
        return name.Length > 0 && !name.Contains('<', StringComparison.Ordinal) && Words.Split(name, '\\') is [var end]
            ? (isStripped, end)
            : null;
    }

    [GeneratedRegex(@"\A\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.*?)\s*\z")]
    private static partial Regex Directive();

    [GeneratedRegex(@"\A\s*([A-Za-z]+)(?:\s+(.*))?\z", RegexOptions.Singleline)]
    private static partial Regex Keyword();

    [GeneratedRegex(@"\A\s*--([a-z][a-z-]*)(?:=(""[^""]*""|\S*))?(?:\s+|\z)")]
    private static partial Regex Flag();
}
