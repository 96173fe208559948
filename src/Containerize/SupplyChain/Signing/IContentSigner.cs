using Containerize.Oci;

namespace Containerize.SupplyChain.Signing;

/// <summary>Signs bytes with a key. The same bytes get the same signature.</summary>
internal interface IContentSigner
{
    /// <summary>The digest of the key that verifies the signatures, as SubjectPublicKeyInfo in DER.</summary>
    Digest KeyDigest { get; }

    /// <summary>Signs bytes.</summary>
    /// <returns>The signature, as <see cref="PublicKey.Verify(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> takes it.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidSigningKey"/> or
    /// <see cref="DiagnosticCode.SigningKeyPassword"/>: the key cannot be used.</exception>
    byte[] Sign(ReadOnlySpan<byte> content);
}
