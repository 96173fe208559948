using System.Text;
using Containerize.Debian.Model;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// What the cache knows of a base that packages were fitted to, for builds whose lock does not say it. Losing it costs time only.
/// </summary>
/// <param name="cache">The cache.</param>
/// <param name="inputs">The inputs hash of the packages, before they were fitted: it names the base.</param>
internal sealed class FitMemory(BlobStore cache, Digest inputs)
{
    private const string Link = "l";
    private const string Directory = "d";
    private const string Bundle = "b";

    private readonly Record _record = new(cache, RecordKind.Fit, inputs);

    /// <summary>Reads what is known.</summary>
    /// <returns>What was found out; null when nothing was, or the record is damaged.</returns>
    internal FittedBase? Read()
    {
        if (_record.Read() is not { } text)
        {
            return null;
        }

        var fitted = FittedBase.OfNothing();
        foreach (var fields in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
        {
            if (fields is [Link, var link, var target])
            {
                fitted.Links[EscapedText.Read(link)] = EscapedText.Read(target);
            }
            else if (fields is [Directory, var path, var how] && KeptDirectory.Parse(how) is { } kept)
            {
                fitted.Directories[EscapedText.Read(path)] = kept;
            }
            else if (fields is [Bundle, var bundle])
            {
                fitted.Bundle = bundle;
            }
            else
            {
                return null;
            }
        }

        return fitted;
    }

    /// <summary>Remembers what was found out. Failing to is no failure.</summary>
    internal void Write(FittedBase fitted)
    {
        var text = new StringBuilder();
        foreach (var (path, target) in fitted.Links)
        {
            text.Append($"{Link}\t{EscapedText.Write(path)}\t{EscapedText.Write(target)}\n");
        }

        foreach (var (path, kept) in fitted.Directories)
        {
            text.Append($"{Directory}\t{EscapedText.Write(path)}\t{kept}\n");
        }

        if (fitted.Bundle is { } bundle)
        {
            text.Append($"{Bundle}\t{bundle}\n");
        }

        _record.Write(text.ToString());
    }
}
