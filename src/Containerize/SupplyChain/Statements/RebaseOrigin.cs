using Containerize.Images;
using Containerize.Oci;

namespace Containerize.SupplyChain.Statements;

/// <summary>How an image came to another base.</summary>
/// <param name="Name">What the image is called: its repository.</param>
/// <param name="Image">The digest of its manifest.</param>
/// <param name="Platform">What it runs on.</param>
/// <param name="Before">The digest of the manifest that it had on the old base.</param>
/// <param name="Onto">What the new base is called.</param>
/// <param name="Base">The digest of the new base's manifest.</param>
/// <param name="Signature">The new base's signature; null when none was demanded.</param>
/// <param name="Statement">The digest of the old image's provenance; null when it has none.</param>
internal sealed record RebaseOrigin(
    string Name,
    Digest Image,
    Platform Platform,
    Digest Before,
    string Onto,
    Digest Base,
    VerifiedSignature? Signature,
    Digest? Statement)
{
    /// <summary>All of it, as one text.</summary>
    internal string Inputs => string.Join('\n', Name, Image, Before, Onto, Base, Signature, Statement);
}
