using Containerize.Trees;

namespace Containerize.Starting;

/// <summary>Whether the image has the time zones and certificate authorities that the app asks for.</summary>
internal static class SystemDataCheck
{
    private const string Zones = "/usr/share/zoneinfo";

    /// <param name="files">The image.</param>
    /// <param name="release">The base's distribution.</param>
    /// <param name="use">What the app uses.</param>
    internal static IEnumerable<StartFinding> Check(StartedImage files, BaseRelease release, Lazy<AssemblyUse> use)
    {
        var zone = files.Variables.GetValueOrDefault("TZ", "");
        if (!files.Variables.ContainsKey("TZDIR") && files.Find(Zones) is null
            && ((zone.Length > 0 && zone is not ("UTC" or "Etc/UTC") && !zone.StartsWith('/')) || use.Value.UsesTimeZones))
        {
            Message why = zone.Length > 0 ? $"TZ is '{zone}'" : $"The app asks for time zones by name";
            yield return StartFinding.Likely(
                DiagnosticCode.StartNoTimeZones,
                $"{why}, and the image has no time zones ({Zones}). {Cure(release, "tzdata")}");
        }

        if (!HasAuthorities(files) && use.Value.UsesTls)
        {
            yield return StartFinding.Likely(
                DiagnosticCode.StartNoAuthorities,
                $"The app makes connections with TLS, and the image has no certificate authorities that it could trust. "
                + $"{Cure(release, "ca-certificates")}");
        }
    }

    private static bool HasAuthorities(StartedImage files) =>
        files.Variables.ContainsKey("SSL_CERT_FILE") || files.Variables.ContainsKey("SSL_CERT_DIR")
        || KeptFiles.MoreCertificates.Prepend(KeptFiles.CertificateBundle).Any(path => files.FindFile("/" + path) is not null)
        || files.NamesIn("/etc/ssl/certs").Any();

    private static Message Cure(BaseRelease release, string package) => release.HasDebianPackages
        ? $"Add {BaseRelease.Item([package])}."
        : $"Choose a base image that has them, or put them into it (ContainerizeFile).";
}
