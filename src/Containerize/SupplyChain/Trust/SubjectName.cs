using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Containerize.SupplyChain.Trust;

/// <summary>Parts of a certificate's subject that have to be there: what Notation calls a trusted identity.</summary>
/// <remarks>Notary Project, <i>trust-store-trust-policy.md</i>, "Trusted Identities"; RFC 4514.</remarks>
internal sealed class SubjectName
{
    /// <summary>What the texts begin with.</summary>
    internal const string Prefix = "x509.subject:";

    private const string Special = " \"#+,;<=>\\";

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashSet<(string? Type, string? Value)> _parts;

    private SubjectName(string text, HashSet<(string?, string?)> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The name, as the project wrote it.</summary>
    internal string Text { get; }

    /// <summary>Reads a name. Parts of several types at once (<c>CN=a+OU=b</c>) and values in hexadecimal (<c>#04</c>) are none.</summary>
    /// <param name="text"><c>x509.subject: C=US, ST=WA, O=Example\, Inc., CN=Signer</c>.</param>
    /// <returns>The name; null when the text is none.</returns>
    internal static SubjectName? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = new HashSet<(string?, string?)>();
        var rest = text.AsSpan(Prefix.Length);
        do
        {
            var equals = rest.IndexOf('=');
            if (equals < 0 || TypeOf(rest[..equals].Trim()) is not { } type)
            {
                return null;
            }

            rest = rest[(equals + 1)..].TrimStart(' ');
            if ((rest is ['"', ..] ? ReadQuoted(ref rest) : ReadPlain(ref rest)) is not { Length: > 0 } value)
            {
                return null;
            }

            parts.Add((type, value));
        }
        while (Take(ref rest, ','));

        return rest.IsEmpty ? new(text, parts) : null;
    }

    /// <summary>Whether a certificate's subject has all parts.</summary>
    internal bool IsIn(X509Certificate2 certificate) => _parts.IsSubsetOf(Parts(certificate.SubjectName));

    private static HashSet<(string?, string?)> Parts(X500DistinguishedName name) =>
        [.. name.EnumerateRelativeDistinguishedNames().Where(each => !each.HasMultipleElements)
            .Select(each => (each.GetSingleElementType().Value, each.GetSingleElementValue()))];

    // The framework knows the names of types; what it does not know it takes for a number.
    private static string? TypeOf(ReadOnlySpan<char> name)
    {
        const string Number = "OID.";
        var text = name.StartsWith(Number, StringComparison.OrdinalIgnoreCase) ? name[Number.Length..] : name;
        var value = text.IsEmpty ? "" : new Oid(text.ToString()).Value ?? "";
        return value.Contains('.', StringComparison.Ordinal) && value.All(each => char.IsAsciiDigit(each) || each == '.') ? value : null;
    }

    private static string? ReadPlain(ref ReadOnlySpan<char> rest)
    {
        var (bytes, length) = (new List<byte>(), 0);
        while (rest is not ([] or [',', ..]))
        {
            // Blanks at the end count only where they are escaped.
            var isBlank = rest[0] == ' ';
            if (rest is ['+' or '"', ..] || (bytes.Count == 0 && rest[0] == '#') || !ReadCharacter(ref rest, bytes))
            {
                return null;
            }

            length = isBlank ? length : bytes.Count;
        }

        return TextOf(bytes[..length]);
    }

    /// <summary>Reads a value between quotation marks (RFC 2253, section 4), in which one is doubled or escaped.</summary>
    private static string? ReadQuoted(ref ReadOnlySpan<char> rest)
    {
        var bytes = new List<byte>();
        for (rest = rest[1..]; rest is not ([] or ['"', not '"', ..] or ['"']);)
        {
            rest = rest is ['"', ..] ? rest[1..] : rest;
            if (!ReadCharacter(ref rest, bytes))
            {
                return null;
            }
        }

        if (!Take(ref rest, '"'))
        {
            return null;
        }

        rest = rest.TrimStart(' ');
        return TextOf(bytes);
    }

    private static bool ReadCharacter(ref ReadOnlySpan<char> rest, List<byte> bytes)
    {
        if (rest is ['\\', var escaped, ..] && Special.Contains(escaped, StringComparison.Ordinal))
        {
            bytes.Add((byte)escaped);
            rest = rest[2..];
            return true;
        }

        if (rest[0] == '\\')
        {
            if (rest.Length < 3 || !byte.TryParse(
                rest[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            bytes.Add(value);
            rest = rest[3..];
            return true;
        }

        var length = char.IsSurrogatePair(rest[0], rest.Length > 1 ? rest[1] : '\0') ? 2 : 1;
        bytes.AddRange(Encoding.UTF8.GetBytes(rest[..length].ToArray()));
        rest = rest[length..];
        return true;
    }

    private static string? TextOf(List<byte> bytes)
    {
        try
        {
            return s_strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool Take(ref ReadOnlySpan<char> rest, char wanted)
    {
        var isThere = !rest.IsEmpty && rest[0] == wanted;
        rest = isThere ? rest[1..] : rest;
        return isThere;
    }
}
