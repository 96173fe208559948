using System.Globalization;
using System.Text;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// What a person sees who runs dotnet on a terminal: a pseudo-terminal of real columns, whose control sequences are obeyed. A line that is
/// longer than the terminal is wide takes several rows here too; <see cref="Lines"/> puts them together again.
/// </summary>
internal sealed class TerminalScreen
{
    private const char Escape = '\u001b';
    private const char Bell = '\u0007';

    private readonly int _columns;
    private readonly List<StringBuilder> _rows = [new()];
    private readonly HashSet<int> _wrapped = [];
    private readonly List<string> _links = [];
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private int _row;
    private int _column;

    private TerminalScreen(int columns) => _columns = columns;

    /// <summary>The rows of the screen, from the first one that was written.</summary>
    internal IReadOnlyList<string> Rows => [.. _rows.Select(row => row.ToString().TrimEnd())];

    /// <summary>The lines that were written: rows that only the width of the terminal divides are one.</summary>
    internal IReadOnlyList<string> Lines
    {
        get
        {
            var lines = new List<string>();
            for (var row = 0; row < _rows.Count; row++)
            {
                if (_wrapped.Contains(row))
                {
                    lines[^1] += _rows[row].ToString();
                }
                else
                {
                    lines.Add(_rows[row].ToString());
                }
            }

            return [.. lines.Select(line => line.TrimEnd())];
        }
    }

    /// <summary>The addresses that words on the screen link to.</summary>
    internal IReadOnlyList<string> Links => _links;

    /// <summary>The rows that were on the screen at some time, and were written over later.</summary>
    internal IReadOnlySet<string> Shown => _shown;

    /// <summary>Runs dotnet on a terminal.</summary>
    /// <returns>What is on the screen at the end, and the exit code.</returns>
    internal static async Task<(TerminalScreen Screen, int ExitCode)> RunAsync(string directory, int columns, params string[] arguments)
    {
        using var recording = new TemporaryDirectory();
        var command = $"stty cols {columns} rows 50; exec dotnet {string.Join(' ', arguments.Select(argument => $"'{argument}'"))}";
        // Not read from a pipe line by line: that would make one of the two ends of a line.
        var result = await ProcessRunner.RunAsync(
            "sh",
            ["-c", "script -qec \"$1\" /dev/null > \"$2\"", "sh", command, recording["screen"]],
            directory,
            Dotnet.Environment(new Dictionary<string, string?> { ["TERM"] = "xterm-256color" }));
        var screen = new TerminalScreen(columns);
        screen.Show(await File.ReadAllTextAsync(recording["screen"]));
        return (screen, result.ExitCode);
    }

    private void Show(string output)
    {
        for (var index = 0; index < output.Length; index++)
        {
            switch (output[index])
            {
                case '\r':
                    _column = 0;
                    break;
                case '\n':
                    GoTo(_row + 1);
                    break;
                case Escape when index + 1 < output.Length:
                    index = Obey(output, index + 1);
                    break;
                case var character when !char.IsControl(character):
                    Put(character);
                    break;
            }
        }
    }

    /// <summary>Obeys a control sequence.</summary>
    /// <param name="output">What the program writes.</param>
    /// <param name="start">Where it begins, behind the escape.</param>
    /// <returns>Where it ends.</returns>
    private int Obey(string output, int start)
    {
        switch (output[start])
        {
            case '[':
                var end = start + 1;
                while (!char.IsBetween(output[end], '@', '~'))
                {
                    end++;
                }

                Control(output[(start + 1)..end], output[end]);
                return end;
            case ']':
                var close = output.IndexOfAny([Bell, Escape], start);
                Note(output[(start + 1)..close]);
                return output[close] == Bell ? close : close + 1;
            default:
                return start;
        }
    }

    private void Control(string parameters, char command)
    {
        var number = int.TryParse(parameters, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
        switch (command)
        {
            case 'A' or 'F':
                _shown.UnionWith(Rows);
                GoTo(Math.Max(0, _row - number));
                _column = command == 'F' ? 0 : _column;
                break;
            case 'C':
                _column = Math.Min(_columns - 1, _column + number);
                break;
            case 'D':
                _column = Math.Max(0, _column - number);
                break;
            case 'G':
                _column = Math.Clamp(number - 1, 0, _columns - 1);
                break;
            case 'J':
                EraseLine();
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                _wrapped.RemoveWhere(row => row > _row);
                break;
            case 'K':
                EraseLine();
                break;
        }
    }

    // 8: what is written next links to an address, up to one without.
    private void Note(string text)
    {
        if (text.StartsWith("8;;", StringComparison.Ordinal) && text.Length > 3)
        {
            _links.Add(text[3..]);
        }
    }

    private void EraseLine() => _rows[_row].Length = Math.Min(_rows[_row].Length, _column);

    private void GoTo(int row)
    {
        _row = row;
        while (_rows.Count <= row)
        {
            _rows.Add(new());
        }
    }

    private void Put(char character)
    {
        if (_column == _columns)
        {
            GoTo(_row + 1);
            _wrapped.Add(_row);
            _column = 0;
        }

        var row = _rows[_row];
        row.Append(' ', Math.Max(0, _column + 1 - row.Length));
        row[_column++] = character;
    }
}
