using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Shows that a log has an entry: hashes that lead from it to the root of a tree, which the log signed.</summary>
/// <param name="Index">Which leaf of the tree the entry is.</param>
/// <param name="Size">How many leaves the tree has.</param>
/// <param name="Root">The hash of the tree.</param>
/// <param name="Hashes">The hashes beside the way, the lowest first.</param>
/// <param name="Checkpoint">What the log signed: a note with size and hash.</param>
/// <remarks>RFC 9162, section 2.1.3; C2SP, <i>signed-note</i> and <i>tlog-checkpoint</i>.</remarks>
internal sealed record InclusionProof(long Index, long Size, byte[] Root, IReadOnlyList<byte[]> Hashes, string Checkpoint)
{
    private const int HintLength = 4;

    /// <summary>Reads a proof as bundles hold it.</summary>
    /// <returns>The proof; null when it lacks a part.</returns>
    internal static InclusionProof? Read(JsonNode? proof)
    {
        var hashes = proof.Elements("hashes").Select(each =>
            each is JsonValue value && value.TryGetValue<string>(out var text) ? JsonMembers.Base64(text) : null).ToList();
        return proof.Number("treeSize") is { } size && proof.Bytes("rootHash") is { } root && !hashes.Contains(null)
            && proof.Member("checkpoint").Text("envelope") is { } checkpoint
                // A number of 0 is left out by some writers.
                ? new(proof.Number("logIndex") ?? 0, size, root, hashes!, checkpoint) : null;
    }

    /// <summary>Whether the proof shows that a log has an entry.</summary>
    /// <param name="body">The entry.</param>
    /// <param name="log">The log's name.</param>
    /// <param name="key">The log's key.</param>
    /// <returns>Why not, as a sentence without its end; null when it does.</returns>
    internal string? Refuse(ReadOnlySpan<byte> body, ReadOnlySpan<byte> log, PublicKey key) =>
        !LeadsToRoot(body) ? "the proof that its log has the entry does not fit the entry"
            : !IsSigned(log, key) ? "its log did not sign the checkpoint of the proof"
            : null;

    private bool LeadsToRoot(ReadOnlySpan<byte> body)
    {
        if (Index < 0 || Index >= Size)
        {
            return false;
        }

        var (at, last) = (Index, Size - 1);
        var hash = SHA256.HashData([0, .. body]);
        foreach (var beside in Hashes)
        {
            if (last == 0)
            {
                return false;
            }

            if (at % 2 == 1 || at == last)
            {
                hash = SHA256.HashData([1, .. beside, .. hash]);
                while (at % 2 == 0 && at != 0)
                {
                    (at, last) = (at / 2, last / 2);
                }
            }
            else
            {
                hash = SHA256.HashData([1, .. hash, .. beside]);
            }

            (at, last) = (at / 2, last / 2);
        }

        return last == 0 && hash.AsSpan().SequenceEqual(Root);
    }

    private bool IsSigned(ReadOnlySpan<byte> log, PublicKey key)
    {
        var end = Checkpoint.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || log.Length < HintLength)
        {
            return false;
        }

        var note = Checkpoint[..(end + 1)];
        var lines = note.Split('\n');
        if (lines.Length < 4 || lines[1] != Size.ToString(CultureInfo.InvariantCulture)
            || JsonMembers.Base64(lines[2]) is not { } root || !root.AsSpan().SequenceEqual(Root))
        {
            return false;
        }

        var signed = Encoding.UTF8.GetBytes(note);
        foreach (var line in Checkpoint[(end + 2)..].Split('\n'))
        {
            // A dash, a name, and in base64 the beginning of the log's name and the signature. Others may have signed too.
            if (line.Split(' ') is ["\u2014", _, var text] && JsonMembers.Base64(text) is { Length: > HintLength } signature
                && signature.AsSpan(0, HintLength).SequenceEqual(log[..HintLength]) && key.Verify(signed, signature.AsSpan(HintLength)))
            {
                return true;
            }
        }

        return false;
    }
}
