using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class DigestTests
{
    private const string Hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [TestMethod]
    public void The_digest_of_bytes_is_their_sha256()
    {
        var digest = Digest.Of("hello"u8);
        Assert.AreEqual("sha256:" + Hex, digest.ToString());
        Assert.AreEqual("sha256", digest.Algorithm);
        Assert.AreEqual(Hex, digest.Hex);
        Assert.AreEqual(digest, Digest.Parse(digest.ToString()));
    }

    [TestMethod]
    public void Sha512_is_a_digest_too()
    {
        var digest = Digest.Parse("sha512:" + new string('a', 128));
        Assert.AreEqual("sha512", digest.Algorithm);
        using var hash = digest.CreateHash();
        Assert.IsFalse(digest.Matches(hash));
    }

    [TestMethod]
    public void Bytes_are_compared_by_their_hash()
    {
        var digest = Digest.Of("hello"u8);
        using var hash = digest.CreateHash();
        hash.AppendData("hello"u8);
        Assert.IsTrue(digest.Matches(hash));
        hash.AppendData("other"u8);
        Assert.IsFalse(digest.Matches(hash));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("sha256:")]
    [DataRow("sha256:../../../../etc/passwd")]
    [DataRow("sha256:2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824")]
    [DataRow("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982")]
    [DataRow("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n")]
    [DataRow("md5:5d41402abc4b2a76b9719d911017c592")]
    [DataRow("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.IsFalse(Digest.TryParse(text, out _));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, Assert.ThrowsExactly<ContainerizeException>(() => Digest.Parse(text)).Code);
    }
}
