using System.Text;

namespace Containerize.Registry.Authorization;

/// <summary>One way of proving who one is, as a registry offers it.</summary>
/// <param name="Scheme">The scheme: <c>Bearer</c>, <c>Basic</c>, …</param>
/// <param name="Parameters">Its parameters; names in any case.</param>
/// <remarks>RFC 9110, section 11.6.1.</remarks>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    internal bool IsBearer => Is("Bearer") && Parameters.ContainsKey("realm");

    internal bool IsBasic => Is("Basic");

    /// <summary>Reads all challenges of a response: several headers, several challenges in one header.</summary>
    internal static IReadOnlyList<Challenge> Of(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? [.. values.SelectMany(Parse)] : [];

    /// <summary>Reads the challenges of one header. What cannot be read ends the list; what was read before it counts.</summary>
    internal static IReadOnlyList<Challenge> Parse(string header)
    {
        var challenges = new List<Challenge>();
        Dictionary<string, string>? parameters = null;
        for (var reader = new Reader(header); reader.SkipSeparators();)
        {
            var token = reader.ReadToken();
            if (token.Length == 0)
            {
                break;
            }

            if (parameters is not null && reader.TakeEquals())
            {
                // The first value counts: a repeated parameter must not replace the realm.
                parameters.TryAdd(token, reader.ReadValue());
                continue;
            }

            parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            challenges.Add(new(token, parameters));
            reader.SkipToken68();
        }

        return challenges;
    }

    private bool Is(string scheme) => string.Equals(Scheme, scheme, StringComparison.OrdinalIgnoreCase);

    private ref struct Reader(string text)
    {
        private int _position;

        internal bool SkipSeparators()
        {
            while (_position < text.Length && text[_position] is ' ' or '\t' or ',')
            {
                _position++;
            }

            return _position < text.Length;
        }

        internal string ReadToken()
        {
            var start = _position;
            while (_position < text.Length && IsTokenCharacter(text[_position]))
            {
                _position++;
            }

            return text[start.._position];
        }

        internal bool TakeEquals()
        {
            var after = AfterBlanks(_position);
            if (after >= text.Length || text[after] != '=')
            {
                return false;
            }

            _position = AfterBlanks(after + 1);
            return true;
        }

        internal string ReadValue()
        {
            if (_position >= text.Length || text[_position] != '"')
            {
                var start = _position;
                while (_position < text.Length && text[_position] is not (',' or ' ' or '\t'))
                {
                    _position++;
                }

                return text[start.._position];
            }

            var value = new StringBuilder();
            for (_position++; _position < text.Length && text[_position] != '"'; _position++)
            {
                if (text[_position] == '\\' && _position + 1 < text.Length)
                {
                    _position++;
                }

                value.Append(text[_position]);
            }

            _position++;
            return value.ToString();
        }

        /// <summary>
        /// Skips the one unnamed value that schemes such as Negotiate carry; it is told from a parameter by what follows it.
        /// </summary>
        internal void SkipToken68()
        {
            var start = AfterBlanks(_position);
            var end = start;
            while (end < text.Length && (IsTokenCharacter(text[end]) || text[end] == '/'))
            {
                end++;
            }

            while (end < text.Length && text[end] == '=')
            {
                end++;
            }

            var next = AfterBlanks(end);
            if (end > start && start > _position && (next == text.Length || text[next] == ','))
            {
                _position = end;
            }
        }

        private readonly int AfterBlanks(int position)
        {
            while (position < text.Length && text[position] is ' ' or '\t')
            {
                position++;
            }

            return position;
        }

        private static bool IsTokenCharacter(char c) =>
            char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
    }
}
