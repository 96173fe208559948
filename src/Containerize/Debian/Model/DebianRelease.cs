namespace Containerize.Debian.Model;

/// <summary>A release of Debian or Ubuntu that packages are taken from.</summary>
/// <param name="Distribution">Whose release it is.</param>
/// <param name="Codename">Its name, which no release of the other one has: <c>bookworm</c>.</param>
/// <param name="VersionId">The <c>VERSION_ID</c> of its <c>os-release</c>.</param>
/// <param name="Keys">The fingerprints of the keys that sign it, which are shipped with Containerize.</param>
internal sealed record DebianRelease(Distribution Distribution, string Codename, string VersionId, IReadOnlyList<string> Keys)
{
    // From Debian's package debian-archive-keyring; a release is signed by its own keys, by those of the release before it and, once there
    // is one, by those of the next.
    private static readonly string[] s_bullseyeKeys = ["1F89983E0081FDE018F3CC9673A4F27B8DD47936",
        "AC530D520F2F3269F5E98313A48449044AAD5C5D", "A4285295FC7B1A81600062A9605C66F00D6C9793"];
    private static readonly string[] s_bookwormKeys = ["B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",
        "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0", "4D64FEC119C2029067D6E791F8D2585B8783D481"];
    private static readonly string[] s_trixieKeys = ["04B54C3CDCA79751B16BC6B5225629DF75B188BD", "5E04A1E3223A19A20706E20F9904613D4CCE68C6",
        "41587F7DB8C774BCCF131416762F67A0B2C39DE4"];

    // From Ubuntu's package ubuntu-keyring, whose older key signs none of these releases.
    private static readonly string[] s_ubuntuKeys = ["F6ECB3762474EDA9D21B7022871920D1991BC93C"];

    /// <summary>The releases.</summary>
    public static IReadOnlyList<DebianRelease> All { get; } =
    [
        new(Distribution.Debian, "bullseye", "11", [.. s_bullseyeKeys, .. s_bookwormKeys]),
        new(Distribution.Debian, "bookworm", "12", [.. s_bullseyeKeys, .. s_bookwormKeys, .. s_trixieKeys]),
        new(Distribution.Debian, "trixie", "13", [.. s_bookwormKeys, .. s_trixieKeys]),
        new(Distribution.Ubuntu, "jammy", "22.04", s_ubuntuKeys),
        new(Distribution.Ubuntu, "noble", "24.04", s_ubuntuKeys),
        new(Distribution.Ubuntu, "resolute", "26.04", s_ubuntuKeys),
    ];

    /// <summary>Finds a release.</summary>
    /// <returns>The release; null when it is not known.</returns>
    public static DebianRelease? Find(string codename) => All.FirstOrDefault(release => release.Codename == codename);

    /// <summary>Finds the release of an image.</summary>
    /// <param name="id">The <c>ID</c> of its <c>os-release</c>.</param>
    /// <param name="versionId">The <c>VERSION_ID</c>.</param>
    /// <returns>The release; null when it is not known.</returns>
    public static DebianRelease? Find(string id, string versionId) =>
        All.FirstOrDefault(release => release.Distribution.Id == id && release.VersionId == versionId);
}
