using Containerize.Http;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Authorization;

/// <summary>
/// Checks where a challenge sends credentials, before anything is sent (CVE-2026-48978). The address is checked when connecting.
/// </summary>
internal static class RealmGuard
{
    internal static Uri Check(string realm, RegistryOrigin origin)
    {
        var url = VerbatimUrl.TryCreate(realm);
        if (url is null || url.UserInfo.Length > 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.UnsafeLocation,
                $"{origin.Base.Authority} asks to log in at '{realm}', which is not a URL that credentials may go to. Nothing was sent.");
        }

        CheckScheme(url, origin);
        return url;
    }

    internal static void CheckScheme(Uri url, RegistryOrigin origin)
    {
        if (url.Scheme != "https" && !origin.IsInsecure)
        {
            throw new ContainerizeException(
                DiagnosticCode.UnsafeLocation,
                $"{origin.Base.Authority} asks to log in at {VerbatimUrl.Public(url)} without encryption. Nothing was sent.");
        }
    }
}
