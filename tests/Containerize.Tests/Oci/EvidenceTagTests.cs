using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class EvidenceTagTests
{
    private static readonly Digest s_digest = Digest.Of("image"u8);

    [TestMethod]
    [DataRow("")]
    [DataRow(".sig")]
    [DataRow(".att")]
    [DataRow(".sbom")]
    public void The_tags_of_evidence_are_told_from_those_of_images(string suffix) =>
        Assert.IsTrue(EvidenceTag.IsOne(EvidenceTag.Of(s_digest) + suffix));

    [TestMethod]
    public void The_tag_of_a_long_digest_is_one_of_evidence() =>
        Assert.IsTrue(EvidenceTag.IsOne(EvidenceTag.Of(Digest.Parse("sha512:" + new string('a', 128)))));

    [TestMethod]
    [DataRow("1.0")]
    [DataRow("sha256-1234.sig")]
    [DataRow("sig")]
    [DataRow("sha512-aaaa")]
    [DataRow("docker.io/demo/app:1.0")]
    public void Other_tags_are_those_of_images(string tag) => Assert.IsFalse(EvidenceTag.IsOne(tag));

    [TestMethod]
    public void The_tag_of_a_long_digest_is_no_longer_than_a_tag_may_be() =>
        Assert.HasCount(128, EvidenceTag.Of(Digest.Parse("sha512:" + new string('a', 128))));

    [TestMethod]
    public void A_tag_of_cosign_is_only_asked_for_where_it_can_be()
    {
        CollectionAssert.AreEqual(EvidenceTag.Suffixes.ToArray(), EvidenceTag.SuffixesOf(s_digest).ToArray());
        Assert.IsEmpty(EvidenceTag.SuffixesOf(Digest.Parse("sha512:" + new string('a', 128))));
    }
}
