namespace Containerize.SupplyChain.Trust;

/// <summary>What an envelope of the Notary Project says, in whichever form; nothing of it is verified.</summary>
/// <param name="Signed">The bytes that the signature is over.</param>
/// <param name="Signature">The signature: of ECDSA, both numbers one after the other.</param>
/// <param name="Payload">What is stated.</param>
/// <param name="Headers">The protected headers.</param>
/// <param name="Certificates">The certificates in DER, the signing one first; null for what is none.</param>
/// <param name="Timestamp">The token of a time-stamp authority; null for none.</param>
/// <remarks>Notary Project, <i>signature-specification.md</i>, "Signature Envelope".</remarks>
internal sealed record NotaryEnvelope(
    byte[] Signed,
    byte[] Signature,
    byte[] Payload,
    NotaryHeaders Headers,
    IReadOnlyList<byte[]?> Certificates,
    byte[]? Timestamp);

/// <summary>What the signer says of a signature, and signs with it.</summary>
/// <param name="Algorithm">The algorithm, as JWS calls it; null for one that is not known.</param>
/// <param name="ContentType">The media type of the payload.</param>
/// <param name="Critical">The headers that a verifier has to understand; null where the list is missing.</param>
/// <param name="Names">All protected headers.</param>
/// <param name="Scheme">Who says when it was made.</param>
/// <param name="SigningTime">When the signer says it was made.</param>
/// <param name="AuthenticTime">When the signing authority says it was made.</param>
/// <param name="Expiry">When it ends; null for never.</param>
internal sealed record NotaryHeaders(
    string? Algorithm,
    string? ContentType,
    IReadOnlyList<string>? Critical,
    IReadOnlyCollection<string> Names,
    string? Scheme,
    DateTimeOffset? SigningTime,
    DateTimeOffset? AuthenticTime,
    DateTimeOffset? Expiry)
{
    internal const string SchemeName = "io.cncf.notary.signingScheme";
    internal const string SigningTimeName = "io.cncf.notary.signingTime";
    internal const string AuthenticTimeName = "io.cncf.notary.authenticSigningTime";
    internal const string ExpiryName = "io.cncf.notary.expiry";
    internal const string TimestampName = "io.cncf.notary.timestampSignature";

    /// <summary>The scheme of signers whose certificates, or time stamps, say when.</summary>
    internal const string X509 = "notary.x509";

    /// <summary>The scheme of services that sign, and say when.</summary>
    internal const string SigningAuthority = "notary.x509.signingAuthority";

    /// <summary>Whether the headers are those of the specification, and all that matter are understood.</summary>
    /// <param name="payloadType">The media type that the payload should have.</param>
    /// <returns>Why not, as a sentence without its end; null when they are.</returns>
    internal string? Refuse(string payloadType)
    {
        if (ContentType != payloadType || Scheme is not (X509 or SigningAuthority))
        {
            return "it is no signature of the Notary Project";
        }

        string[] needed = [SchemeName, .. Names.Where(name => name is ExpiryName or AuthenticTimeName)];
        return Critical is null || needed.Except(Critical).Any() ? "a header that has to be critical is not"
            : Critical.Except(needed).FirstOrDefault() is { } unknown
                ? $"its critical header '{Printable.Clean(unknown)}' is not understood"
            : Scheme == SigningAuthority != AuthenticTime is not null || (Scheme == X509 && SigningTime is null)
                ? "its signing time does not fit its scheme"
            : Names.Contains(ExpiryName) && Expiry is null ? "when it ends cannot be read"
            : null;
    }
}
