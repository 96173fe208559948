using Containerize.Oci;

namespace Containerize.SupplyChain.Trust;

/// <summary>A base whose signature was verified.</summary>
/// <param name="Digest">The manifest or index that is signed.</param>
/// <param name="Rule">The digest of what the project demands.</param>
/// <param name="Signer">Who signed it, and in which form: <c>key sha256:… (bundle)</c>.</param>
internal sealed record VerifiedBase(Digest Digest, Digest Rule, string Signer);
