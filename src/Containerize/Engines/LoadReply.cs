using Containerize.Files;

namespace Containerize.Engines;

/// <summary>What the program of an engine says of an archive that it was to load.</summary>
internal static class LoadReply
{
    // Docker with containerd's image store ends with success when an image is stored, and cannot be unpacked.
    private const string NotUnpacked = "Error unpacking image ";

    // Podman takes an archive for one form after the other, and says of each why it is not that; the last one is a directory.
    private static readonly string[] s_forms = ["* oci-archive: ", "* docker-archive: "];

    /// <summary>Why an archive was not loaded.</summary>
    /// <returns>The engine's own words, in one printable line; null when it was loaded.</returns>
    internal static string? FailureIn(ProgramReply reply)
    {
        if (reply.ExitCode == 0)
        {
            return reply.Lines.FirstOrDefault(IsNotUnpacked) is { } line ? Printable.CleanEnd(line, Printable.MaxLength) : null;
        }

        var forms = reply.ErrorLines.Where(line => s_forms.Any(form => line.StartsWith(form, StringComparison.Ordinal))).ToList();
        return forms.Count == 0 ? reply.Words : string.Join("; ", forms.Select(line =>
            $"{line[2..line.IndexOf(':', StringComparison.Ordinal)]}: " + Printable.CleanEnd(
                line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..], (Printable.MaxLength / forms.Count) - s_forms[1].Length)));
    }

    /// <summary>The names that an engine gave to images which it could not unpack.</summary>
    internal static IEnumerable<string> NotUnpackedIn(ProgramReply reply) => reply.Lines.Where(IsNotUnpacked)
        .Select(line => line[NotUnpacked.Length..].Split(": ")[0]).Where(name => !name.StartsWith('-'));

    private static bool IsNotUnpacked(string line) => line.StartsWith(NotUnpacked, StringComparison.Ordinal);
}
