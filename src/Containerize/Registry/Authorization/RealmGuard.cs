using Containerize.Http;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Authorization;

/// <summary>
/// Checks where a challenge sends credentials, before anything is sent (CVE-2026-48978). The address is checked when connecting.
/// </summary>
internal static class RealmGuard
{
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsafeLocation"/>.</exception>
    internal static async Task<Uri> CheckAsync(string realm, RegistryOrigin origin, HttpSender sender, CancellationToken cancellationToken)
    {
        var url = VerbatimUrl.TryCreate(realm);
        if (url is null || url.UserInfo.Length > 0)
        {
            throw Unsafe(origin, $"at '{VerbatimUrl.Public(realm)}', which is not a URL that credentials may go to");
        }

        // What listens at another port may be another service.
        url = url.IsDefaultPort && !origin.Base.IsDefaultPort ? url : VerbatimUrl.Upgrade(origin.Base, url);
        return await sender.MayLeadAsync(origin.Base, url, cancellationToken)
            ? url
            : throw Unsafe(origin, $"at {VerbatimUrl.Public(url)} without encryption");
    }

    private static ContainerizeException Unsafe(RegistryOrigin origin, Message where) =>
        new(DiagnosticCode.UnsafeLocation, $"{origin.Base.Authority} asks to log in {where}. Nothing was sent.");
}
