using Containerize.Oci;

namespace Containerize.Images;

/// <summary>A signature of a base image that was verified, on this machine or, as the lock file says, on another one.</summary>
/// <param name="Image">The manifest or index that is signed.</param>
/// <param name="Rule">The digest of what the project demanded: a build that demands something else cannot use it.</param>
/// <param name="Signer">Who signed it, and in which form, in words: <c>the key sha256:… (Sigstore bundle)</c>.</param>
internal sealed record VerifiedSignature(Digest Image, Digest Rule, string Signer);
