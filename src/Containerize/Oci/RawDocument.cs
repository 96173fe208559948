namespace Containerize.Oci;

/// <summary>
/// The bytes of a manifest, index or config with a descriptor that is true of them. Documents are read from this type only, so one that a
/// digest names cannot be read before its bytes were compared with it.
/// </summary>
internal sealed class RawDocument
{
    private RawDocument(Descriptor descriptor, ReadOnlyMemory<byte> content)
    {
        Descriptor = descriptor;
        Content = content;
    }

    /// <summary>What the bytes are.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Names bytes that no digest names yet: written here, or found by a tag or a fixed file name.</summary>
    /// <param name="content">The bytes; they must not be changed any more.</param>
    public static RawDocument Of(string mediaType, ReadOnlyMemory<byte> content) =>
        new(new Descriptor { MediaType = mediaType, Digest = Digest.Of(content.Span), Size = content.Length }, content);

    /// <summary>Compares bytes with the descriptor that names them.</summary>
    /// <param name="content">The bytes; they must not be changed any more.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    public static RawDocument Verify(Descriptor expected, ReadOnlyMemory<byte> content, string origin)
    {
        if (content.Length != expected.Size)
        {
            throw new ContainerizeException(
                DiagnosticCode.DigestMismatch,
                $"The document {expected.Digest} of {origin} has {content.Length} bytes, and what names it says {expected.Size}. Nothing " +
                $"was made from it.");
        }

        using var hash = expected.Digest.CreateHash();
        hash.AppendData(content.Span);
        return expected.Digest.Matches(hash) ? new(expected, content) : throw new ContainerizeException(
            DiagnosticCode.DigestMismatch,
            $"The document {expected.Digest} of {origin} has other bytes than its digest says. It was damaged or replaced; nothing was " +
            $"made from it.");
    }
}
