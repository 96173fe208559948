using System.Globalization;
using System.Text.RegularExpressions;
using Containerize.Files;

namespace Containerize.Debian.Apt;

/// <summary>Turns an address of apt's sources into one that can be read without apt.</summary>
internal static partial class AptAddress
{
    private const string MirrorList = "mirror+file:";
    private const string Copy = "copy:";
    private const string File = "file:";

    /// <summary>Reads an address, or a list of mirrors.</summary>
    /// <param name="why">When there is none: what it is, without repeating it, for it may hold a password.</param>
    /// <returns>
    /// Addresses with <c>http</c>, <c>https</c> or <c>file</c>, ending with <c>/</c>, of the same archive, the best one first; none when it
    /// is of another kind.
    /// </returns>
    internal static Uri[] ParseAll(string text, out string why) =>
        text.StartsWith(MirrorList, StringComparison.OrdinalIgnoreCase) ? FromList(text[MirrorList.Length..], out why)
        : Parse(text, out why) is { } address ? [address] : [];

    private static Uri? Parse(string text, out string why)
    {
        why = "";
        // To apt it means that the files are to be copied before they are read; here they always are.
        var plain = text.StartsWith(Copy, StringComparison.OrdinalIgnoreCase) ? File + text[Copy.Length..] : text;
        // apt's manual writes file:/srv/debian; .NET wants two slashes more.
        plain = plain.StartsWith(File + "/", StringComparison.OrdinalIgnoreCase)
            && !plain.StartsWith(File + "//", StringComparison.OrdinalIgnoreCase) ? File + "//" + plain[File.Length..] : plain;
        if (Uri.TryCreate(plain.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file"
            && address.Query.Length == 0
            && (address.IsFile ? address.Host.Length == 0 : address.Host.Length > 0))
        {
            return address;
        }

        why = Scheme().Match(text) is { Success: true } scheme && scheme.Groups[1].Value is not ("http" or "https" or "file" or "copy")
            ? $"only apt itself can read '{scheme.Groups[1].Value}' addresses"
            : "its address is malformed";
        return null;
    }

    /// <summary>Reads a list of mirrors: one a line, perhaps with a tab and what it is good for behind it.</summary>
    private static Uri[] FromList(string file, out string why)
    {
        var path = file.StartsWith("//", StringComparison.Ordinal) ? file[2..] : file;
        try
        {
            var mirrors = RegularFile.ReadAllLines(path).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).ToList();
            // Lists do not lead to lists. What is not for packages (type:index) is asked last.
            Uri[] found = [.. mirrors
                .Where(line => !line.StartsWith(MirrorList, StringComparison.OrdinalIgnoreCase))
                .OrderBy(line => TypeOf().IsMatch(line) && !TypeOf().Matches(line).Any(type => type.Groups[1].Value == "deb"))
                .ThenBy(Priority)
                .Select(line => Parse(line.Split((char[])[' ', '\t'], 2)[0], out _)).OfType<Uri>().Distinct()];
            why = found.Length == 0 ? $"the list '{Printable.Clean(path)}' has no mirror that can be read here" : "";
            return found;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ArgumentException)
        {
            why = $"the list '{Printable.Clean(path)}' cannot be read: {Printable.Clean(failure.Message)}";
            return [];
        }
    }

    private static int Priority(string line) =>
        PriorityOf().Match(line) is { Success: true } match
            && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            ? priority
            : int.MaxValue;

    [GeneratedRegex(@"\A([a-z][a-z0-9+.-]*):", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\stype:([a-z-]+)")]
    private static partial Regex TypeOf();

    [GeneratedRegex(@"\spriority:(\d+)")]
    private static partial Regex PriorityOf();
}
