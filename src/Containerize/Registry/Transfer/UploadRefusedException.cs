using System.Net;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>A registry did not take an upload in this way; another way may do.</summary>
/// <param name="status">Its answer.</param>
/// <param name="errors">What it said.</param>
/// <param name="failure">What to tell the user when no other way is left.</param>
internal sealed class UploadRefusedException(
    HttpStatusCode status, RegistryErrors errors, ContainerizeException failure) : Exception(failure.Message, failure)
{
    /// <summary>What to tell the user.</summary>
    internal ContainerizeException Failure { get; } = failure;

    /// <summary>Whether no way of sending the bytes would help.</summary>
    internal bool IsFinal { get; } = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || errors.Has("NAME_UNKNOWN", "NAME_INVALID", "DENIED", "UNAUTHORIZED");

    /// <summary>Whether the upload itself is gone, so that the same way may do in a new one.</summary>
    internal bool IsLostSession { get; } = status == HttpStatusCode.NotFound || errors.Has("BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID");

    /// <summary>Whether the registry found other bytes than the digest says.</summary>
    internal bool IsDigestMismatch { get; } = errors.Has("DIGEST_INVALID");

    /// <summary>The answer's status.</summary>
    internal HttpStatusCode Status { get; } = status;
}
