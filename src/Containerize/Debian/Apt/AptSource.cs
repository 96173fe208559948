using System.Text.RegularExpressions;
using Containerize.Debian.Model;

namespace Containerize.Debian.Apt;

/// <summary>An entry of apt's sources that packages may be taken from, in either of the two forms.</summary>
internal sealed partial record AptSource
{
    private static readonly string[] s_no = ["no", "false", "without", "off", "disable", "0"];

    /// <summary>The addresses as they stand there; one entry may have several.</summary>
    internal required IReadOnlyList<string> Uris { get; init; }

    /// <summary>The suites.</summary>
    internal required IReadOnlyList<string> Suites { get; init; }

    /// <summary>The components.</summary>
    internal required IReadOnlyList<string> Components { get; init; }

    /// <summary>The keyring, or the key itself; empty when the entry names none.</summary>
    internal required string SignedBy { get; init; }

    /// <summary>The architectures that it is for; none means all.</summary>
    internal required IReadOnlyList<string> Architectures { get; init; }

    /// <summary>Whether the end of validity of what it names counts (<c>Check-Valid-Until</c>); empty when the entry does not say it.</summary>
    internal required string ChecksValidUntil { get; init; }

    /// <summary>One of the addresses, in a form that can be read here.</summary>
    internal Uri? Address { get; init; }

    /// <summary>Other addresses of the same archive, for what that one does not give; the best one first.</summary>
    internal IReadOnlyList<Uri> Alternates { get; init; } = [];

    /// <summary>Reads a paragraph of a <c>.sources</c> file.</summary>
    /// <returns>The entry; null when it is switched off or has no binary packages.</returns>
    internal static AptSource? FromStanza(Stanza stanza) =>
        Words(stanza["Types"]).Contains("deb") && !IsNo(stanza["Enabled"])
        ? new AptSource
        {
            Uris = Words(stanza["URIs"]),
            Suites = Words(stanza["Suites"]),
            Components = Words(stanza["Components"]),
            SignedBy = stanza["Signed-By"]?.Trim() ?? "",
            Architectures = Words(stanza["Architectures"]),
            ChecksValidUntil = stanza["Check-Valid-Until"] ?? "",
        }
        : null;

    /// <summary>Reads a line of a <c>.list</c> file.</summary>
    /// <returns>The entry; null when the line is none, a comment, or of source packages.</returns>
    internal static AptSource? FromLine(string text)
    {
        if (Line().Match(text) is not { Success: true } line)
        {
            return null;
        }

        var options = Words(line.Groups["options"].Value).Select(option => option.Split('=', 2)).Where(option => option.Length == 2)
            .ToLookup(option => option[0].TrimEnd('+'), option => option[1], StringComparer.OrdinalIgnoreCase);
        return new AptSource
        {
            Uris = [line.Groups["address"].Value],
            Suites = [line.Groups["suite"].Value],
            Components = Words(line.Groups["components"].Value.Split('#')[0]),
            SignedBy = options["signed-by"].LastOrDefault() ?? "",
            Architectures = [.. options["arch"].SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
            ChecksValidUntil = options["check-valid-until"].LastOrDefault() ?? "",
        };
    }

    /// <summary>Whether a text is one of apt's words for "no".</summary>
    internal static bool IsNo(string? text) => s_no.Contains(text?.Trim(), StringComparer.OrdinalIgnoreCase);

    private static string[] Words(string? text) => (text ?? "").Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);

    // An address may have brackets with blanks in them: cdrom:[Debian 12 …]/.
    [GeneratedRegex(@"\A\s*deb\s+(?:\[(?<options>[^\]]*)\]\s*)?(?<address>(?:\[[^\]]*\]|[^\s\[])+)\s+(?<suite>\S+)(?<components>.*)\z")]
    private static partial Regex Line();
}
