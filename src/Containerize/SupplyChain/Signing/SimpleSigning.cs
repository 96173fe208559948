using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// The older form of a signature: a payload that names the image, as a layer of an image whose tag follows from the digest that is signed.
/// Podman, skopeo, CRI-O and cosign 2 read this one.
/// </summary>
/// <remarks>containers/image, "Sigstore signatures"; cosign, <i>SIGNATURE_SPEC.md</i>.</remarks>
internal static class SimpleSigning
{
    /// <summary>The media type of a payload.</summary>
    internal const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>The annotation with the signature of the layer's bytes, in base64.</summary>
    internal const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    private const string PayloadType = "cosign container image signature";

    /// <summary>The tag of the image that holds the signatures of a manifest.</summary>
    internal static string TagOf(Digest subject) => $"{subject.Algorithm}-{subject.Hex}.sig";

    /// <summary>What is signed.</summary>
    /// <param name="reference">What the image is called: registry and repository.</param>
    internal static byte[] Payload(string reference, Digest subject) => OciJson.Write(new JsonObject
    {
        ["critical"] = new JsonObject
        {
            ["identity"] = new JsonObject { ["docker-reference"] = reference },
            ["image"] = new JsonObject { ["docker-manifest-digest"] = subject.ToString() },
            ["type"] = PayloadType,
        },
        ["optional"] = null,
    });

    /// <summary>Whether a payload is about a digest.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal static bool IsAbout(ReadOnlySpan<byte> payload, Digest subject)
    {
        var critical = OciJson.ReadObject(payload, "payload", "a signature").Member("critical");
        return critical.Text("type") is PayloadType or "atomic container signature"
            && critical.Member("image").Text("docker-manifest-digest") == subject.ToString();
    }

    /// <summary>The layer that holds a payload, with its signature.</summary>
    internal static EvidenceLayer Layer(byte[] payload, ReadOnlySpan<byte> signature) => new(
        new MemoryBlob(MediaType, payload),
        new Dictionary<string, string> { [SignatureAnnotation] = Convert.ToBase64String(signature) });
}
