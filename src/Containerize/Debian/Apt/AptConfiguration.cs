using System.Buffers;
using Containerize.Files;

namespace Containerize.Debian.Apt;

/// <summary>apt's settings, as far as they are plain values: lists and programs to run are passed over.</summary>
/// <remarks>The manual page <i>apt.conf(5)</i>.</remarks>
internal sealed class AptConfiguration
{
    private const string Separator = "::";
    private const string Clear = "#clear";

    private static readonly SearchValues<char> s_wordEnds = SearchValues.Create("{};\" \t\r\n");

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A setting by its full name, as <c>Acquire::http::Proxy</c>; null when it is not set, or set to nothing.</summary>
    /// <param name="name">The name; case does not matter.</param>
    internal string? this[string name] => _values.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>Reads the settings; files that this user may not read are passed over.</summary>
    /// <param name="directory">apt's configuration, usually <c>/etc/apt</c>.</param>
    internal static AptConfiguration Read(string directory)
    {
        var configuration = new AptConfiguration();
        // The later one wins.
        foreach (var file in AptFiles.Of(Path.Combine(directory, "apt.conf.d"), ".conf", allowsNone: true)
            .Append(Path.Combine(directory, "apt.conf")).Where(RegularFile.IsThere))
        {
            try
            {
                configuration.Add(RegularFile.ReadAllText(file));
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                // apt goes on without it as well.
            }
        }

        return configuration;
    }

    /// <summary>Adds settings.</summary>
    /// <param name="text">A file's text; what is malformed in it sets nothing.</param>
    internal void Add(string text)
    {
        var scopes = new Stack<string>();
        var scope = "";
        var words = new List<string>();
        var rest = text.AsSpan();
        while (Next(ref rest) is var (token, isQuoted))
        {
            switch (token)
            {
                case "{" when !isQuoted:
                    scopes.Push(scope);
                    scope = Join(scope, words.FirstOrDefault() ?? "");
                    words.Clear();
                    break;
                case "}" when !isQuoted:
                    scope = scopes.TryPop(out var outer) ? outer : "";
                    words.Clear();
                    break;
                case ";" when !isQuoted:
                    Set(scope, words);
                    words.Clear();
                    break;
                default:
                    words.Add(token);
                    break;
            }
        }
    }

    private void Set(string scope, List<string> words)
    {
        if (words is [Clear, ..])
        {
            foreach (var name in words.Skip(1).SelectMany(name => _values.Keys.Where(key => IsBelow(key, Join(scope, name)))).ToList())
            {
                _values.Remove(name);
            }
        }
        else if (words is [var name, var value] && !name.EndsWith(Separator, StringComparison.Ordinal))
        {
            _values[Join(scope, name)] = value;
        }
    }

    private static bool IsBelow(string key, string name) =>
        key.Equals(name, StringComparison.OrdinalIgnoreCase) || key.StartsWith(name + Separator, StringComparison.OrdinalIgnoreCase);

    private static string Join(string scope, string name) =>
        scope.Length == 0 || name.Length == 0 ? scope + name : scope + Separator + name;

    /// <summary>Reads the next token: a word, a quoted text, a brace or a semicolon. Comments are passed over.</summary>
    private static (string Text, bool IsQuoted)? Next(ref ReadOnlySpan<char> rest)
    {
        while (!(rest = rest.TrimStart()).IsEmpty)
        {
            if (rest.StartsWith("//") || (rest[0] == '#' && !rest.StartsWith(Clear, StringComparison.OrdinalIgnoreCase)))
            {
                Take(ref rest, "\n", 0);
            }
            else if (rest.StartsWith("/*"))
            {
                Take(ref rest, "*/", 2);
            }
            else if (rest[0] == '"')
            {
                return (Take(ref rest, "\"", 1), true);
            }
            else
            {
                var end = rest[0] is '{' or '}' or ';' ? 1 : rest.IndexOfAny(s_wordEnds);
                var word = end < 0 ? rest : rest[..end];
                rest = rest[word.Length..];
                return (word.Equals(Clear, StringComparison.OrdinalIgnoreCase) ? Clear : word.ToString(), false);
            }
        }

        return null;
    }

    /// <summary>Takes what stands between an opening of a known length and an end, and both of them with it.</summary>
    private static string Take(ref ReadOnlySpan<char> rest, ReadOnlySpan<char> end, int opening)
    {
        rest = rest[opening..];
        var length = rest.IndexOf(end);
        var taken = length < 0 ? rest : rest[..length];
        rest = length < 0 ? [] : rest[(length + end.Length)..];
        return taken.ToString();
    }
}
