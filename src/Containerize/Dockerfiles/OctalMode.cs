using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Modes of files, as <c>chmod</c> reads them and as items have them.</summary>
internal static class OctalMode
{
    private const string Classes = "ogu";
    private const string Permissions = "xwr";

    /// <summary>The mode of an item, as four octal digits; null, with a note, where the Dockerfile does not say them.</summary>
    /// <param name="written">The mode; null for none.</param>
    internal static string? Of(ImportResult result, Instruction instruction, ExpandedText? written, string item)
    {
        if (written is null || result.Known(instruction, written, $"set Mode of {item}") is not { } mode)
        {
            return null;
        }

        var octal = Of(mode);
        if (octal is null)
        {
            result.Check(instruction, $"a mode is octal: set Mode of {item} for {mode}, unless the default is right");
        }

        return octal;
    }

    /// <summary>Four octal digits; null where they depend on the file, as with <c>+x</c>, or the text is no mode.</summary>
    internal static string? Of(string mode)
    {
        var digits = mode.TrimStart('0');
        return mode.Length == 0 ? null
            : digits.Length <= 4 && digits.All(digit => digit is >= '0' and <= '7') ? digits.PadLeft(4, '0')
            : OfSymbols(mode) is >= 0 and var value ? Convert.ToString(value, 8).PadLeft(4, '0') : null;
    }

    // u=rwx,go=rx: each class gets all of its permissions. -1 for others.
    private static int OfSymbols(string mode)
    {
        var (value, said) = (0, 0);
        foreach (var clause in mode.Split(','))
        {
            var parts = clause.Split('=');
            if (parts is not [{ Length: > 0 } who, var what])
            {
                return -1;
            }

            var permissions = 0;
            foreach (var letter in what)
            {
                var bit = Permissions.IndexOf(letter, StringComparison.Ordinal);
                if (bit < 0)
                {
                    return -1;
                }

                permissions |= 1 << bit;
            }

            foreach (var letter in who.Replace("a", Classes, StringComparison.Ordinal))
            {
                var at = Classes.IndexOf(letter, StringComparison.Ordinal);
                if (at < 0)
                {
                    return -1;
                }

                value = (value & ~(7 << (3 * at))) | (permissions << (3 * at));
                said |= 1 << at;
            }
        }

        return said == 7 ? value : -1;
    }
}
