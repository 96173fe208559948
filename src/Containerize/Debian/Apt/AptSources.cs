using Containerize.Debian.Model;
using Containerize.Files;

namespace Containerize.Debian.Apt;

/// <summary>
/// Where this machine's apt takes the own packages of Debian or Ubuntu from. Only addresses are learnt; the keys are those that are
/// shipped. What cannot be
/// understood or read is passed over and remembered: a source of other packages must not stop a build.
/// </summary>
/// <remarks>The manual page <i>sources.list(5)</i>.</remarks>
internal sealed class AptSources
{
    private static readonly Distribution[] s_distributions = [Distribution.Debian, Distribution.Ubuntu];

    private readonly List<AptSource> _sources = [];
    private readonly List<string> _passedOver = [];
    private readonly string? _checksValidUntil;

    /// <summary>Reads the sources.</summary>
    /// <param name="directory">apt's configuration, usually <c>/etc/apt</c>.</param>
    internal AptSources(string directory)
    {
        _checksValidUntil = AptConfiguration.Read(directory)["Acquire::Check-Valid-Until"];
        foreach (var file in AptFiles.Of(Path.Combine(directory, "sources.list.d"), ".sources"))
        {
            foreach (var stanza in Stanza.ParseAll(Read(file)))
            {
                Add(file, AptSource.FromStanza(stanza));
            }
        }

        foreach (var file in AptFiles.Of(Path.Combine(directory, "sources.list.d"), ".list")
            .Prepend(Path.Combine(directory, "sources.list")).Where(RegularFile.IsThere))
        {
            foreach (var line in Read(file).Split('\n'))
            {
                Add(file, AptSource.FromLine(line.TrimEnd('\r')));
            }
        }
    }

    /// <summary>The addresses of the archives of all distributions, their security updates included.</summary>
    internal IEnumerable<Uri> Addresses =>
        _sources.Where(source => s_distributions.Any(distribution => IsOf(source, distribution)))
            .SelectMany(source => source.Alternates.Prepend(source.Address!));

    /// <summary>Where else a file of an archive may be: at the other mirrors of a list (<c>mirror+file:</c>).</summary>
    /// <param name="file">The file's address at the best mirror of the list.</param>
    /// <remarks>The manual page <i>apt-transport-mirror(1)</i>.</remarks>
    internal IEnumerable<Uri> AlternatesOf(Uri file) => _sources
        .Where(source => source.Alternates.Count > 0
            && file.AbsoluteUri.StartsWith(source.Address!.AbsoluteUri, StringComparison.Ordinal))
        .SelectMany(source => source.Alternates.Select(
            mirror => new Uri(mirror, file.AbsoluteUri[source.Address!.AbsoluteUri.Length..])))
        .Distinct();

    /// <summary>The address of a distribution's archive; null when apt has none.</summary>
    /// <param name="architecture">Debian's word for the architecture that is wanted; sources that are said to be for others go
    /// last.</param>
    internal Uri? Main(Distribution distribution, string architecture) =>
        Find(distribution, architecture, suite => !suite.Contains('-', StringComparison.Ordinal)
            && !suite.Contains('/', StringComparison.Ordinal));

    /// <summary>The address of a distribution's security updates; null when apt has none.</summary>
    /// <param name="architecture">Debian's word for the architecture that is wanted.</param>
    internal Uri? Security(Distribution distribution, string architecture) =>
        Find(distribution, architecture, suite => suite.EndsWith("-security", StringComparison.Ordinal)
            || suite.EndsWith("/updates", StringComparison.Ordinal));

    /// <summary>Whether apt takes packages from a suite of a distribution.</summary>
    /// <param name="suite">The suite, by its codename.</param>
    internal bool HasSuite(Distribution distribution, string suite) =>
        _sources.Any(source => IsOf(source, distribution) && source.Suites.Contains(suite));

    /// <summary>Whether apt takes packages from an archive whose validity has ended (<c>Check-Valid-Until</c>).</summary>
    /// <param name="address">The archive's address.</param>
    /// <param name="suite">The suite; an entry that names it counts before others of the archive.</param>
    internal bool IgnoresValidUntil(Uri address, string suite) => AptSource.IsNo(
        _sources.Where(source => source.Address == address && source.ChecksValidUntil.Length > 0)
            .OrderByDescending(source => source.Suites.Contains(suite)).FirstOrDefault()?.ChecksValidUntil ?? _checksValidUntil);

    /// <summary>
    /// The sources of distributions, and the files, that were passed over, each with the reason. Addresses are not in it: they may hold
    /// passwords.
    /// </summary>
    internal IReadOnlyList<string> PassedOver => _passedOver;

    private void Add(string file, AptSource? source)
    {
        if (source is null || !s_distributions.Any(distribution => source.Suites.Any(distribution.HasSuite)))
        {
            return;
        }

        foreach (var uri in source.Uris)
        {
            if (AptAddress.ParseAll(uri, out var why) is [var address, .. var others])
            {
                _sources.Add(source with { Address = address, Alternates = others });
            }
            else
            {
                _passedOver.Add($"{file} ({why})");
            }
        }
    }

    // Sources that say that they are signed by the distribution's keys go first: others may have suites of the same names.
    private Uri? Find(Distribution distribution, string architecture, Func<string, bool> isWanted) => _sources
        .Where(source => IsOf(source, distribution) && source.Suites.Any(suite => isWanted(suite) && distribution.HasSuite(suite)))
        .OrderBy(source => source.SignedBy.Length == 0)
        .ThenBy(source => source.Architectures.Count > 0 && !source.Architectures.Contains(architecture))
        .FirstOrDefault()?.Address;

    private static bool IsOf(AptSource source, Distribution distribution) =>
        source.Components.Contains("main") && source.Suites.Any(distribution.HasSuite)
            && (source.SignedBy.Length == 0 || source.SignedBy.Contains(distribution.Keyring, StringComparison.Ordinal));

    private string Read(string file)
    {
        try
        {
            return RegularFile.ReadAllText(file);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            _passedOver.Add($"{file} (it cannot be read: {Printable.Clean(failure.Message)})");
            return "";
        }
    }
}
