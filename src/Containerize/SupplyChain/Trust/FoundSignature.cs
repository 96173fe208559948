using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>A signature as a registry keeps it; nothing of it is verified.</summary>
/// <param name="Form">The form, in words.</param>
internal abstract record FoundSignature(string Form);

/// <summary>What lies where signatures do, and cannot be used as one.</summary>
/// <param name="Why">Why not, as a sentence without its end.</param>
internal sealed record UnusableSignature(string Why) : FoundSignature("unusable");

/// <summary>A bundle of Sigstore.</summary>
internal sealed record FoundBundle(SigstoreBundle Bundle) : FoundSignature("Sigstore bundle");

/// <summary>A signature of the older form.</summary>
/// <param name="Payload">What is signed.</param>
/// <param name="Signature">The signature of the payload's bytes.</param>
/// <param name="Annotations">What else is said of it.</param>
internal sealed record FoundSimpleSignature(
    ReadOnlyMemory<byte> Payload, byte[] Signature, IReadOnlyDictionary<string, string> Annotations)
    : FoundSignature("Sigstore .sig image");

/// <summary>A signature of the Notary Project.</summary>
/// <param name="Envelope">The envelope.</param>
/// <param name="EnvelopeType">Its media type.</param>
internal sealed record FoundNotarySignature(ReadOnlyMemory<byte> Envelope, string EnvelopeType)
    : FoundSignature(EnvelopeType == NotaryCose.EnvelopeType ? "Notary COSE" : "Notary JWS");
