using System.Net;
using Containerize.Http;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>Explains to the user why a registry could not be used, and what to do.</summary>
internal static class RegistryFailure
{
    /// <summary>An answer that ends the matter.</summary>
    /// <param name="what">What was tried, behind "could not": <c>push the blob sha256:…</c>.</param>
    internal static ContainerizeException Of(
        RegistryEndpoint endpoint, Access access, string what, HttpResponseMessage response, RegistryErrors errors)
    {
        var status = response.StatusCode;
        Message said = errors.Text.Length > 0 ? $" ({errors.Text})" : "";
        Message who = endpoint.IsForeign(response)
            ? $"{response.RequestMessage!.RequestUri!.Authority}, where {endpoint.Registry} keeps its blobs,"
            : endpoint.Registry;
        Message sentence = $"Could not {what}: {who} answered {(int)status}{said}.";
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new(
                    DiagnosticCode.RegistryDenied,
                    $"{sentence} {LoginAdvice.Of(endpoint.Registry, access, status, endpoint.CredentialSourceFor(access))}"),
            HttpStatusCode.NotFound when errors.Has("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID") => new(
                DiagnosticCode.RegistryError,
                $"{sentence} It has lost the upload that it opened: several instances behind one address need one storage and one " +
                $"http.secret, or sessions that stay with one of them."),
            HttpStatusCode.NotFound when access.IsWrite && !errors.Has("MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN") => new(
                DiagnosticCode.RegistryNotFound,
                $"{sentence} Create the repository {access.Repository} at {endpoint.Registry} first; not every registry creates it by " +
                $"itself."),
            HttpStatusCode.NotFound => new(DiagnosticCode.RegistryNotFound, sentence),
            HttpStatusCode.RequestEntityTooLarge => new(
                DiagnosticCode.RegistryError, $"{sentence} A limit of the registry, or of a proxy before it, is too small for this image."),
            _ => new(DiagnosticCode.RegistryError, sentence),
        };
    }

    /// <summary>A failure that did not pass.</summary>
    /// <param name="hasMirrors">Whether this is asked of mirrors, too: a push and what belongs to it is not.</param>
    internal static ContainerizeException Of(string registry, string what, TransientException failure, bool hasMirrors)
    {
        Message reason = failure.Message;
        Message tried = failure.Attempts > 1 ? $" It was tried {failure.Attempts} times." : "";
        return failure switch
        {
            { Explained: { } explained } => explained,
            { IsQuota: true } => new(
                DiagnosticCode.RegistryUnavailable,
                $"Could not {what}: {reason}. That is the quota of {registry} for this account or address.{tried} "
                + $"Log in (docker login {registry}), {(hasMirrors ? "wait, or pull from a mirror" : "or wait")}.",
                failure),
            _ => new(DiagnosticCode.RegistryUnavailable, $"Could not {what}: {reason}.{tried}", failure),
        };
    }
}
