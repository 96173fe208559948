using System.Security.Cryptography;
using System.Text;
using Containerize.Oci;

namespace Containerize.Tests.Oci;

/// <summary>A document that a digest names is compared with it, its size included, before it is read.</summary>
[TestClass]
internal sealed class RawDocumentTests
{
    private static readonly byte[] s_content = Encoding.UTF8.GetBytes("""{"manifests":[]}""");

    private static string DigestOf(string algorithm) =>
        $"{algorithm}:{Convert.ToHexStringLower(algorithm == "sha512" ? SHA512.HashData(s_content) : SHA256.HashData(s_content))}";

    [TestMethod]
    [DataRow("sha256", "same", 0, true)]
    [DataRow("sha512", "same", 0, true)]
    [DataRow("sha256", "other", 0, false)]
    [DataRow("sha512", "other", 0, false)]
    [DataRow("sha256", "same", 1, false)]
    [DataRow("sha256", "same", -1, false)]
    [DataRow("sha512", "same", 1, false)]
    [DataRow("sha256", "longer", 1, false)]
    [DataRow("sha256", "shorter", -1, false)]
    public void Digest_and_size_both_count(string algorithm, string bytes, int difference, bool isFine)
    {
        var expected = new Descriptor
        {
            MediaType = MediaTypes.OciIndex,
            Digest = Digest.Parse(DigestOf(algorithm)),
            Size = s_content.Length + difference,
        };
        byte[] content = bytes switch
        {
            "other" => [.. s_content[..^1], (byte)' '],
            "longer" => [.. s_content, (byte)' '],
            "shorter" => s_content[..^1],
            _ => s_content,
        };

        if (isFine)
        {
            Assert.AreEqual(expected, RawDocument.Verify(expected, content, "test").Descriptor);
        }
        else
        {
            Assert.AreEqual(
                DiagnosticCode.DigestMismatch,
                Assert.ThrowsExactly<ContainerizeException>(() => RawDocument.Verify(expected, content, "test")).Code);
        }
    }

    [TestMethod]
    public void Bytes_that_no_digest_names_get_their_own()
    {
        var document = RawDocument.Of(MediaTypes.OciIndex, s_content);

        Assert.AreEqual(DigestOf("sha256"), document.Descriptor.Digest.ToString());
        Assert.AreEqual(s_content.Length, document.Descriptor.Size);
        Assert.IsEmpty(OciJson.ReadIndex(document, "test").Manifests);
    }
}
