using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.SupplyChain.Signing;

/// <summary>The statement that is signed to sign an image: this digest, and nothing more said of it.</summary>
/// <remarks>in-toto Statement v1, with the predicate type of cosign.</remarks>
internal static class SignStatement
{
    /// <summary>The predicate type of a signature.</summary>
    internal const string PredicateType = "https://sigstore.dev/cosign/sign/v1";

    private const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>Writes the statement. It names no repository: a copy of the image is the same image.</summary>
    internal static byte[] Of(Digest subject) => OciJson.Write(new JsonObject
    {
        ["_type"] = StatementType,
        ["subject"] = new JsonArray(new JsonObject { ["digest"] = new JsonObject { [subject.Algorithm] = subject.Hex } }),
        ["predicateType"] = PredicateType,
        // It has to be there, though it says nothing.
        ["predicate"] = new JsonObject(),
    });

    /// <summary>The predicate type of a statement about a digest.</summary>
    /// <returns>The type; null when it is no statement about this digest.</returns>
    internal static string? PredicateTypeOf(ReadOnlySpan<byte> payload, Digest subject)
    {
        var statement = OciJson.ReadObject(payload, "statement", "a signature");
        return statement.Text("_type") is StatementType or "https://in-toto.io/Statement/v0.1"
            && statement.Elements("subject").Any(each => each.Member("digest").Text(subject.Algorithm) == subject.Hex)
                ? statement.Text("predicateType")
                : null;
    }
}
