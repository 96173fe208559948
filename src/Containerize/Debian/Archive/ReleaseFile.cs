using System.Globalization;
using Containerize.Debian.Model;
using Containerize.Oci;

namespace Containerize.Debian.Archive;

/// <summary>What an archive says of a suite, after its signature was verified: when it was made, and the digests of its indexes.</summary>
internal sealed class ReleaseFile
{
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromHours(1);

    private readonly Stanza _fields;
    private readonly Dictionary<string, (Digest Digest, long Size)> _files = new(StringComparer.Ordinal);

    private ReleaseFile(Stanza fields, DateTimeOffset date)
    {
        _fields = fields;
        Date = date;
    }

    /// <summary>When it was made.</summary>
    internal DateTimeOffset Date { get; }

    /// <summary>Whether indexes can be fetched by their digests, so that an update of the archive in between does no harm.</summary>
    internal bool ByHash => Says("Acquire-By-Hash");

    /// <summary>
    /// How much apt prefers its packages: 500, or less where they are to be taken only when they are asked for, as those of backports.
    /// </summary>
    /// <remarks>The manual page <i>apt_preferences(5)</i>.</remarks>
    internal int Preference => !Says("NotAutomatic") ? DebianPackage.Preferred : Says("ButAutomaticUpgrades") ? 100 : 1;

    /// <summary>Whether it has packages for an architecture; one that names none may.</summary>
    internal bool MayHave(string architecture) => _fields["Architectures"] is not { } all || all.Split(' ').Contains(architecture);

    /// <summary>Whether packages for all architectures have indexes of their own and are missing in the others.</summary>
    internal bool HasIndexOfAll =>
        _fields["No-Support-for-Architecture-all"] != "Packages" && _fields["Architectures"]?.Split(' ').Contains("all") == true;

    /// <summary>Reads a release file.</summary>
    /// <param name="text">The signed text.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.ArchiveDamaged"/>,
    /// <see cref="DiagnosticCode.ArchiveWrongSuite"/>, <see cref="DiagnosticCode.ArchiveOutdated"/>.
    /// </exception>
    internal static ReleaseFile Read(string text, ArchiveSource source, DateTimeOffset now)
    {
        var fields = Stanza.ParseAll(text) is [var only] ? only : throw Damaged(source, "it is not one paragraph");
        if (!source.IsFlat && fields["Codename"] != source.Suite && fields["Suite"] != source.Suite)
        {
            throw new ContainerizeException(
                DiagnosticCode.ArchiveWrongSuite,
                $"{source} says that it is '{fields["Codename"] ?? fields["Suite"]}', not '{source.Suite}'. It may be another " +
                $"release under this name; nothing of it is used. Try another mirror.");
        }

        var date = Time(fields["Date"]) ?? throw Damaged(source, "it has no date");
        if (date > now + s_clockSkew)
        {
            throw new ContainerizeException(
                DiagnosticCode.ArchiveOutdated, $"{source} is of {date:u}, which is in the future. Check the clock of this machine.");
        }

        if (!source.IgnoresValidUntil && fields["Valid-Until"] is { } until && (Time(until) ?? throw Damaged(source, "its end of validity cannot be read")) < now)
        {
            throw new ContainerizeException(
                DiagnosticCode.ArchiveOutdated,
                $"{source} was valid until {until}. The mirror is no longer updated, or it holds back updates. Try another mirror; " +
                $"check the clock of this machine. For an archive that stays as it was, say so in this machine's apt sources " +
                $"(Check-Valid-Until: no).");
        }

        if (source.NotBefore is { } earliest && date < earliest)
        {
            throw new ContainerizeException(
                DiagnosticCode.ArchiveOutdated,
                $"{source} is of {date:u}, older than what the lock file was made from ({earliest:u}). The mirror is behind, or it " +
                $"holds back updates. Try another mirror, or remove the lock file to go back on purpose.");
        }

        var release = new ReleaseFile(fields, date);
        foreach (var line in (fields["SHA256"] ?? "").Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var hash, var size, var path]
                && Digest.TryParse("sha256:" + hash, out var digest)
                && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && DebianPackage.IsSafe(path))
            {
                release._files[path] = (digest, length);
            }
        }

        return release;
    }

    /// <summary>Finds a file by its path below the release file.</summary>
    internal (Digest Digest, long Size)? Find(string path) => _files.TryGetValue(path, out var file) ? file : null;

    private bool Says(string field) => string.Equals(_fields[field], "yes", StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(
            text?.Replace("UTC", "GMT", StringComparison.Ordinal),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time) ? time : null;

    private static ContainerizeException Damaged(ArchiveSource source, string why) =>
        new(DiagnosticCode.ArchiveDamaged, $"The release file of {source} cannot be read: {why}. Try another mirror.");
}
