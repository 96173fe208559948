using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Containerize.Oci;

/// <summary>
/// The identity of immutable bytes: <c>algorithm:hex</c>. A value of this type has been checked against the grammar,
/// so it is safe as part of a path or URL.
/// </summary>
/// <remarks>OCI image specification, <i>descriptor.md</i>, "Digests". Only the registered algorithms are accepted.</remarks>
[JsonConverter(typeof(DigestConverter))]
internal sealed record Digest
{
    private static readonly SearchValues<char> s_lowerHex = SearchValues.Create("0123456789abcdef");

    private readonly string _text;

    private Digest(string text) => _text = text;

    /// <summary>The algorithm: <c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => _text[.._text.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The hash as lower-case hexadecimal digits.</summary>
    public string Hex => _text[(_text.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The SHA-256 digest of bytes in memory.</summary>
    /// <param name="content">The bytes.</param>
    public static Digest Of(ReadOnlySpan<byte> content) => FromSha256(SHA256.HashData(content));

    /// <summary>Wraps a finished SHA-256 hash.</summary>
    /// <param name="hash">32 bytes.</param>
    public static Digest FromSha256(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new("sha256:" + Convert.ToHexStringLower(hash));
    }

    /// <summary>Parses a digest.</summary>
    /// <param name="text">What should be a digest.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: it is none.</exception>
    public static Digest Parse(string? text) => TryParse(text, out var digest)
        ? digest
        : throw new ContainerizeException(
            DiagnosticCode.InvalidDocument, $"'{text}' is not a digest. A digest reads 'sha256:' and 64 lower-case hexadecimal digits.");

    /// <summary>Parses a digest, if it is one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        var length = text switch
        {
            not null when text.StartsWith("sha256:", StringComparison.Ordinal) => 64,
            not null when text.StartsWith("sha512:", StringComparison.Ordinal) => 128,
            _ => -1,
        };
        var valid = text is not null && length > 0 && text.Length == 7 + length && !text.AsSpan(7).ContainsAnyExcept(s_lowerHex);
        digest = valid ? new(text!) : null;
        return valid;
    }

    /// <summary>Starts a hash with this digest's algorithm, to compare bytes with it.</summary>
    /// <returns>An empty hash.</returns>
    public IncrementalHash CreateHash() =>
        IncrementalHash.CreateHash(Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    /// <summary>Whether a finished hash of <see cref="CreateHash"/> is this digest's.</summary>
    /// <param name="hash">The hash; it is reset.</param>
    public bool Matches(IncrementalHash hash) =>
        string.Equals(Convert.ToHexStringLower(hash.GetHashAndReset()), Hex, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
