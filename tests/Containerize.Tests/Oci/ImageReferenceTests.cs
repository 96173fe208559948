using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class ImageReferenceTests
{
    private const string Sha = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    [TestMethod]
    [DataRow("alpine", "docker.io/library/alpine", "latest")]
    [DataRow("alpine:3.20", "docker.io/library/alpine:3.20", "3.20")]
    [DataRow("user/app", "docker.io/user/app", "latest")]
    [DataRow("index.docker.io/alpine", "docker.io/library/alpine", "latest")]
    [DataRow("mcr.microsoft.com/dotnet/aspnet:10.0", "mcr.microsoft.com/dotnet/aspnet:10.0", "10.0")]
    [DataRow("LOCALHOST:5000/a", "localhost:5000/a", "latest")]
    [DataRow("localhost/a/b/c:x", "localhost/a/b/c:x", "x")]
    [DataRow("[::1]:5000/a", "[::1]:5000/a", "latest")]
    [DataRow("a.b/c@" + Sha, "a.b/c@" + Sha, Sha)]
    [DataRow("a.b/c:1@" + Sha, "a.b/c:1@" + Sha, Sha)]
    public void References_read_as_docker_reads_them(string text, string full, string target)
    {
        var reference = ImageReference.Parse(text);
        Assert.AreEqual(full, reference.ToString());
        Assert.AreEqual(target, reference.Target);
        Assert.AreEqual(reference, ImageReference.Parse(full));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("Upper")]
    [DataRow("a//b")]
    [DataRow("a/../b")]
    [DataRow("a:")]
    [DataRow("a:tag with blank")]
    [DataRow("a:.dot")]
    [DataRow("a@sha256:short")]
    [DataRow("host.example:port/a")]
    [DataRow("a___b")]
    [DataRow("a\n")]
    [DataRow("exa mple.com/a")]
    public void Malformed_references_are_refused(string text) =>
        Assert.AreEqual(
            DiagnosticCode.InvalidReference, Assert.ThrowsExactly<ContainerizeException>(() => ImageReference.Parse(text)).Code);

    [TestMethod]
    public void Names_and_tags_have_their_lengths()
    {
        Assert.IsTrue(ImageReference.IsTag(new string('a', 128)));
        Assert.IsFalse(ImageReference.IsTag(new string('a', 129)));
        Assert.IsTrue(ImageReference.IsRepository(new string('a', 255)));
        Assert.IsFalse(ImageReference.IsRepository(new string('a', 256)));
    }
}
