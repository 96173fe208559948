using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>What a lock file says of an image that was found signed.</summary>
/// <param name="Image">The manifest or index that is signed.</param>
/// <param name="Rule">The digest of what the project demanded: a build that demands something else cannot use it.</param>
/// <param name="Signer">Who signed, in words.</param>
internal sealed record LockedSignature(Digest Image, Digest Rule, string Signer)
{
    private const string RuleMember = "rule";
    private const string SignerMember = "signer";

    internal static LockedSignature? Read(string image, JsonNode? value) =>
        value is JsonObject members && Digest.TryParse(image, out var digest)
        && Digest.TryParse(Text(members, RuleMember), out var rule) && Text(members, SignerMember) is { } signer
            ? new(digest, rule, signer)
            : null;

    internal JsonObject Write() => new() { [RuleMember] = Rule.ToString(), [SignerMember] = Signer };

    private static string? Text(JsonObject members, string name) =>
        members[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
