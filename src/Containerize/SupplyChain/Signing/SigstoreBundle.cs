using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.SupplyChain.Signing;

/// <summary>A signed statement, with what is needed to verify it.</summary>
/// <param name="Envelope">The signed statement.</param>
/// <param name="Material">Which key signed, and who vouches for it and for the time.</param>
/// <remarks>Sigstore bundle, version 0.3.</remarks>
internal sealed record SigstoreBundle(DsseEnvelope Envelope, JsonObject Material)
{
    /// <summary>Its media type, and the artifact type of the referrer that holds one.</summary>
    internal const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private const string MediaTypeBegin = "application/vnd.dev.sigstore.bundle";
    private const string ContentAnnotation = "dev.sigstore.bundle.content";
    private const string PredicateAnnotation = "dev.sigstore.bundle.predicateType";

    /// <summary>The media type that it names, which has the version.</summary>
    internal string Type { get; private init; } = MediaType;

    /// <summary>Whether a media type, or an artifact type, is that of a bundle of any version.</summary>
    internal static bool IsBundle(string? mediaType) => mediaType?.StartsWith(MediaTypeBegin, StringComparison.Ordinal) ?? false;

    /// <summary>What a referrer says that its bundle states; nothing of it is verified.</summary>
    /// <returns>The predicate type; null when it does not say.</returns>
    internal static string? AnnouncedPredicate(Descriptor referrer) => referrer.Annotations?.GetValueOrDefault(PredicateAnnotation);

    /// <summary>The annotations of a referrer that holds a bundle.</summary>
    internal static IReadOnlyDictionary<string, string> Annotations(string predicateType) => new SortedDictionary<string, string>
    {
        [ContentAnnotation] = "dsse-envelope",
        [PredicateAnnotation] = predicateType,
    };

    /// <summary>Signs a statement with a key that verifiers know.</summary>
    internal static SigstoreBundle Sign(ReadOnlyMemory<byte> statement, IContentSigner key) => new(
        new(DsseEnvelope.Statement, statement, [key.Sign(DsseEnvelope.SignedBytes(DsseEnvelope.Statement, statement.Span))]),
        new JsonObject
        {
            // As cosign names keys: a verifier that knows several finds the right one by it.
            ["publicKey"] = new JsonObject
            {
                ["hint"] = Convert.ToBase64String(Convert.FromHexString(key.KeyDigest.Hex)),
            },
        });

    /// <summary>Reads a bundle.</summary>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <returns>The bundle; null when it holds something else than a statement.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal static SigstoreBundle? Read(ReadOnlySpan<byte> json, string origin)
    {
        var root = OciJson.ReadObject(json, "signature", origin, RegularFile.MaxDocument);
        return root.Text("mediaType") is { } type && IsBundle(type) && DsseEnvelope.Read(root.Member("dsseEnvelope")) is { } envelope
            && root.Member("verificationMaterial") is JsonObject material ? new(envelope, material) { Type = type } : null;
    }

    /// <summary>The bundle as JSON.</summary>
    internal byte[] Write() => OciJson.Write(new JsonObject
    {
        ["mediaType"] = Type,
        ["verificationMaterial"] = Material.DeepClone(),
        ["dsseEnvelope"] = Envelope.Write(),
    });
}
