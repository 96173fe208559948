namespace Containerize.Oci;

/// <summary>
/// Tags that stand for what is said of an image: <c>sha256-HEX</c> lists its referrers, <c>sha256-HEX.sig</c> and the like are cosign's.
/// </summary>
/// <remarks>OCI distribution specification, "Referrers Tag Schema"; cosign, <i>SIGNATURE_SPEC.md</i>.</remarks>
internal static class EvidenceTag
{
    /// <summary>The suffixes that cosign has: signatures, attestations, bills of materials.</summary>
    internal static IReadOnlyList<string> Suffixes { get; } = [".sig", ".att", ".sbom"];

    private const int MaxLength = 128;

    // Of sha512 and its 128 digits, the tag has what fits.
    private const string CutDigits = "0000000";

    /// <summary>The tag under which a registry without the API, or a layout, keeps the list of what refers to a manifest.</summary>
    internal static string Of(Digest subject) =>
        $"{subject.Algorithm}-{subject.Hex}"[..Math.Min(MaxLength, subject.Algorithm.Length + 1 + subject.Hex.Length)];

    /// <summary>
    /// The suffixes that leave a tag of a manifest in its bounds: with a long digest none does, and cosign has no such tag.
    /// </summary>
    internal static IEnumerable<string> SuffixesOf(Digest subject) =>
        Suffixes.Where(suffix => Of(subject).Length + suffix.Length <= MaxLength);

    /// <summary>Whether a tag is that of evidence, so that it names no image to run.</summary>
    internal static bool IsOne(string tag)
    {
        var stem = Suffixes.FirstOrDefault(suffix => tag.EndsWith(suffix, StringComparison.Ordinal)) is { } end ? tag[..^end.Length] : tag;
        var rest = stem.Length == MaxLength ? CutDigits : "";
        return stem.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash
            && Digest.TryParse($"{stem[..dash]}:{stem[(dash + 1)..]}{rest}", out _);
    }
}
