using System.Text;
using System.Text.RegularExpressions;

namespace Containerize.Dockerfiles.Syntax;

/// <summary>The values of <c>ARG</c> and <c>ENV</c> at a place of a Dockerfile. ENV hides ARG of the same name.</summary>
internal sealed partial class Variables
{
    private readonly Dictionary<string, string?> _arguments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);

    /// <summary>Creates them.</summary>
    /// <param name="inherited">Those of the stage that this one is built on; its arguments are not inherited.</param>
    internal Variables(Variables? inherited = null)
    {
        foreach (var (name, value) in inherited?._environment ?? [])
        {
            _environment[name] = value;
        }
    }

    /// <summary>What was used and has no value that the Dockerfile says; since <see cref="Forget"/>.</summary>
    internal IReadOnlyCollection<string> Unknown => _unknown;

    /// <summary>Forgets what was used.</summary>
    internal void Forget() => _unknown.Clear();

    /// <summary>Sets an argument; null for one without a value.</summary>
    internal void SetArgument(string name, string? value) => _arguments[name] = value;

    internal void SetEnvironment(string name, string value) => _environment[name] = value;

    internal string? Find(string name) => _environment.GetValueOrDefault(name) ?? _arguments.GetValueOrDefault(name);

    /// <summary>Appends the value of the variable that begins at an index.</summary>
    /// <returns>The index of its last character.</returns>
    internal int Take(string text, int at, StringBuilder result)
    {
        var match = Variable().Match(text, at);
        if (!match.Success)
        {
            result.Append('$');
            return at;
        }

        var name = match.Groups["name"].Value;
        var (value, alternative) = (Find(name), match.Groups["word"].Value);
        var isSet = match.Groups["colon"].Length > 0 ? !string.IsNullOrEmpty(value) : value is not null;
        result.Append(match.Groups["operator"].Value switch
        {
            "-" => isSet ? value : Words.Unquote(alternative, '\\', this),
            "+" => isSet ? Words.Unquote(alternative, '\\', this) : "",
            _ => value ?? UnknownValue(name, match.Value),
        });
        return at + match.Length - 1;
    }

    // Docker has the empty text for it, or what the base image says.
    private string UnknownValue(string name, string written)
    {
        _unknown.Add(name);
        return written;
    }

    [GeneratedRegex(
        @"\G\$(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)" +
        @"|\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?<colon>:?)(?<operator>[-+?])(?<word>[^}]*))?\})")]
    private static partial Regex Variable();
}
