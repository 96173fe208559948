using System.Text.RegularExpressions;

namespace Containerize.Debian.Archive;

/// <summary>Where this machine's apt takes Debian's own packages from. Only addresses are learnt; the keys are those that are shipped.</summary>
internal sealed partial class AptSources
{
    private const string OwnKeyring = "debian-archive";

    private readonly string _directory;

    /// <summary>Creates the reader.</summary>
    /// <param name="directory">apt's configuration, usually <c>/etc/apt</c>.</param>
    internal AptSources(string directory) => _directory = directory;

    /// <summary>The address of Debian's archive; null when apt has none.</summary>
    internal Uri? Main => Find(suite => !suite.Contains('-', StringComparison.Ordinal) && !suite.Contains('/', StringComparison.Ordinal));

    /// <summary>The address of Debian's security updates; null when apt has none.</summary>
    internal Uri? Security => Find(suite => suite.EndsWith("-security", StringComparison.Ordinal) || suite.EndsWith("/updates", StringComparison.Ordinal));

    private Uri? Find(Func<string, bool> isWanted)
    {
        foreach (var source in Read().Where(source => source.Components.Contains("main")))
        {
            if (source.Suites.Any(suite => isWanted(suite) && IsDebian(suite)) && (source.SignedBy is not { Length: > 0 } key || key.Contains(OwnKeyring, StringComparison.Ordinal)))
            {
                return source.Address;
            }
        }

        return null;
    }

    private static bool IsDebian(string suite)
    {
        var release = suite.Split('-', '/')[0];
        return DebianRelease.Find(release) is not null || release is "stable" or "oldstable" or "oldoldstable" or "testing" or "sid" or "unstable" or "forky" or "duke";
    }

    private IEnumerable<AptSource> Read()
    {
        foreach (var file in Files("*.sources"))
        {
            foreach (var stanza in Stanza.ParseAll(File.ReadAllText(file)))
            {
                if (Words(stanza["Types"]).Contains("deb") && stanza["Enabled"] is not ("no" or "false"))
                {
                    foreach (var address in Words(stanza["URIs"]).Select(Parse).OfType<Uri>())
                    {
                        yield return new AptSource(address, Words(stanza["Suites"]), Words(stanza["Components"]), stanza["Signed-By"]);
                    }
                }
            }
        }

        foreach (var line in Files("*.list").SelectMany(File.ReadAllLines))
        {
            if (Line().Match(line) is { Success: true } match && Parse(match.Groups["address"].Value) is { } address)
            {
                yield return new AptSource(address, [match.Groups["suite"].Value], Words(match.Groups["components"].Value.Split('#')[0]), SignedBy().Match(match.Groups["options"].Value).Groups[1].Value);
            }
        }
    }

    private IEnumerable<string> Files(string pattern)
    {
        var parts = Path.Combine(_directory, "sources.list.d");
        var main = Path.Combine(_directory, "sources.list");
        IEnumerable<string> files = Directory.Exists(parts) ? Directory.GetFiles(parts, pattern).Order(StringComparer.Ordinal) : [];
        return pattern == "*.list" && File.Exists(main) ? files.Prepend(main) : files;
    }

    // "mirror+" lists of mirrors, cdrom and the like lead to no single address.
    private static Uri? Parse(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "file" ? address : null;

    private static string[] Words(string? text) => (text ?? "").Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^\s*deb\s+(?:\[(?<options>[^\]]*)\]\s+)?(?<address>\S+)\s+(?<suite>\S+)\s*(?<components>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex("signed-by=(\\S+)", RegexOptions.IgnoreCase)]
    private static partial Regex SignedBy();

    private sealed record AptSource(Uri Address, IReadOnlyList<string> Suites, IReadOnlyList<string> Components, string? SignedBy);
}
