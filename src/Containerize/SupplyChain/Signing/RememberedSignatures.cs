using System.Text;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// Signatures that a key made before, so that an unchanged image is not signed again. The key is opened only when one is missing: that
/// takes longer than all else in a build that changes nothing.
/// </summary>
/// <param name="record">Where they are remembered: signatures, and the digest of the key that verifies them.</param>
/// <param name="open">Opens the key.</param>
internal sealed class RememberedSignatures(Record record, Func<SigningKey> open) : IContentSigner, IDisposable
{
    private readonly Dictionary<Digest, byte[]> _known = [];
    private SigningKey? _key;
    private Digest? _keyDigest;

    /// <inheritdoc/>
    public Digest KeyDigest => _keyDigest ??= Key.KeyDigest;

    private SigningKey Key => _key ??= open();

    /// <summary>Reads what was remembered.</summary>
    internal static RememberedSignatures Load(Record record, Func<SigningKey> open)
    {
        var signatures = new RememberedSignatures(record, open);
        if (record.Read() is { } text)
        {
            signatures.Load(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return signatures;
    }

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        var digest = Digest.Of(content);
        return _known.TryGetValue(digest, out var known) ? known : _known[digest] = Key.Sign(content);
    }

    /// <summary>Remembers what was signed, if something was.</summary>
    internal void Save()
    {
        if (_key is not null)
        {
            var text = new StringBuilder().Append(KeyDigest).Append('\n');
            foreach (var (content, signature) in _known)
            {
                text.Append(content).Append(' ').Append(Convert.ToBase64String(signature)).Append('\n');
            }

            record.Write(text.ToString());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key?.Dispose();

    private void Load(string[] lines)
    {
        _keyDigest = Digest.Parse(lines[0]);
        foreach (var parts in lines.Skip(1).Select(line => line.Split(' ')))
        {
            _known[Digest.Parse(parts[0])] = Convert.FromBase64String(parts[1]);
        }
    }
}
