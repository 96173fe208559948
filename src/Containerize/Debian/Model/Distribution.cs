namespace Containerize.Debian.Model;

/// <summary>A distribution of Debian's packages and archives.</summary>
/// <param name="Id">The <c>ID</c> of its <c>os-release</c>.</param>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Components">The parts of its archive that packages are taken from: those with free software only.</param>
/// <param name="Keyring">A part of the name of the keyring that apt's sources say it is signed by.</param>
/// <param name="OtherSuites">Names of its suites besides those of <see cref="DebianRelease.All"/>, as apt's sources may have them.</param>
internal sealed record Distribution(
    string Id, string Name, IReadOnlyList<string> Components, string Keyring, IReadOnlyList<string> OtherSuites)
{
    /// <summary>Debian.</summary>
    public static Distribution Debian { get; } = new(
        "debian",
        "Debian",
        ["main"],
        "debian-archive",
        ["stable", "oldstable", "oldoldstable", "testing", "sid", "unstable", "forky", "duke"]);

    /// <summary>
    /// Ubuntu. Its <c>main</c> is what its maker supports; the rest of what Debian has in <c>main</c> is in <c>universe</c>.
    /// </summary>
    public static Distribution Ubuntu { get; } =
        new("ubuntu", "Ubuntu", ["main", "universe"], "ubuntu-archive", ["focal", "oracular", "plucky", "questing", "devel"]);

    /// <summary>The archive of security updates that belongs to an archive; null when none is known.</summary>
    /// <param name="archive">The archive's address.</param>
    internal Uri? SecurityOf(Uri archive) => this == Ubuntu ? archive
        : archive.AbsolutePath.EndsWith("/debian/", StringComparison.Ordinal) ? new Uri(archive, "../debian-security/")
        : null;

    /// <summary>Whether a suite of apt's sources is one of the distribution's.</summary>
    /// <param name="suite">The suite: <c>noble-updates</c>, <c>stable/updates</c>.</param>
    internal bool HasSuite(string suite)
    {
        var release = suite.Split('-', '/')[0];
        return OtherSuites.Contains(release) || DebianRelease.Find(release)?.Distribution == this;
    }
}
