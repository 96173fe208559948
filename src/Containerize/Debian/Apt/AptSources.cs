using Containerize.Debian.Archive;

namespace Containerize.Debian.Apt;

/// <summary>
/// Where this machine's apt takes Debian's own packages from. Only addresses are learnt; the keys are those that are shipped. What cannot be
/// understood or read is passed over and remembered: a source of somebody else's packages must not stop a build.
/// </summary>
/// <remarks>The manual page <i>sources.list(5)</i>.</remarks>
internal sealed class AptSources
{
    private const string OwnKeyring = "debian-archive";

    private readonly List<AptSource> _sources = [];
    private readonly List<string> _passedOver = [];

    /// <summary>Reads the sources.</summary>
    /// <param name="directory">apt's configuration, usually <c>/etc/apt</c>.</param>
    internal AptSources(string directory)
    {
        foreach (var file in AptFiles.Of(Path.Combine(directory, "sources.list.d"), ".sources"))
        {
            foreach (var stanza in Stanza.ParseAll(Read(file)))
            {
                Add(file, AptSource.FromStanza(stanza));
            }
        }

        foreach (var file in AptFiles.Of(Path.Combine(directory, "sources.list.d"), ".list").Prepend(Path.Combine(directory, "sources.list")).Where(File.Exists))
        {
            foreach (var line in Read(file).Split('\n'))
            {
                Add(file, AptSource.FromLine(line.TrimEnd('\r')));
            }
        }
    }

    /// <summary>The address of Debian's archive; null when apt has none.</summary>
    internal Uri? Main => Find(suite => !suite.Contains('-', StringComparison.Ordinal) && !suite.Contains('/', StringComparison.Ordinal));

    /// <summary>The address of Debian's security updates; null when apt has none.</summary>
    internal Uri? Security => Find(suite => suite.EndsWith("-security", StringComparison.Ordinal) || suite.EndsWith("/updates", StringComparison.Ordinal));

    /// <summary>The sources of Debian, and the files, that were passed over, each with the reason. Addresses are not in it: they may hold passwords.</summary>
    internal IReadOnlyList<string> PassedOver => _passedOver;

    private void Add(string file, AptSource? source)
    {
        if (source is null || !source.Suites.Any(IsDebian))
        {
            return;
        }

        foreach (var uri in source.Uris)
        {
            if (AptAddress.Parse(uri, out var why) is { } address)
            {
                _sources.Add(source with { Address = address });
            }
            else
            {
                _passedOver.Add($"{file} ({why})");
            }
        }
    }

    // Sources that say that they are signed by Debian's keys go first: others may have suites of the same names.
    private Uri? Find(Func<string, bool> isWanted) => _sources
        .Where(source => source.Components.Contains("main") && source.Suites.Any(suite => isWanted(suite) && IsDebian(suite)) && IsOwn(source))
        .OrderBy(source => source.SignedBy.Length == 0)
        .ThenBy(source => !source.HasOwnArchitecture)
        .FirstOrDefault()?.Address;

    private static bool IsOwn(AptSource source) => source.SignedBy.Length == 0 || source.SignedBy.Contains(OwnKeyring, StringComparison.Ordinal);

    private static bool IsDebian(string suite)
    {
        var release = suite.Split('-', '/')[0];
        return DebianRelease.Find(release) is not null || release is "stable" or "oldstable" or "oldoldstable" or "testing" or "sid" or "unstable" or "forky" or "duke";
    }

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _passedOver.Add($"{file} (it cannot be read: {Printable.Clean(failure.Message)})");
            return "";
        }
    }
}
