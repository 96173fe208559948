namespace Containerize.Starting;

/// <summary>The distribution that an image is of, by <c>os-release</c>.</summary>
/// <param name="Id">Its name: <c>debian</c>; empty when it is not known.</param>
/// <param name="Codename">Its release: <c>bookworm</c>.</param>
internal sealed record BaseRelease(string Id, string Codename)
{
    /// <summary>Whether packages of Debian can be put on it.</summary>
    internal bool HasDebianPackages => Id is "debian" or "ubuntu";

    /// <summary>Whether names of packages have the mark of 64-bit times: since Debian 13 and Ubuntu 24.04.</summary>
    internal bool HasLongTimes => HasDebianPackages
        && Codename is not ("stretch" or "buster" or "bullseye" or "bookworm" or "xenial" or "bionic" or "focal" or "jammy");

    internal static BaseRelease Read(StartedImage files)
    {
        var text = files.ReadText("/etc/os-release") ?? files.ReadText("/usr/lib/os-release") ?? "";
        var values = text.Split('\n').Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim()).ToDictionary(group => group.Key, group => group.Last()[1].Trim().Trim('"', '\''));
        return new BaseRelease(values.GetValueOrDefault("ID", ""), values.GetValueOrDefault("VERSION_CODENAME", ""));
    }

    /// <summary>The item that puts packages of Debian on the base.</summary>
    internal static string Item(IEnumerable<string> packages) => $"<ContainerizeDebianPackage Include=\"{string.Join(';', packages)}\" />";
}
