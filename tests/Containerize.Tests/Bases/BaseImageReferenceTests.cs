using Containerize.Bases;
using Containerize.Engines;
using Containerize.Oci;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class BaseImageReferenceTests
{
    private static readonly string s_project = OperatingSystem.IsWindows() ? @"C:\project" : "/project";

    private static string Full(params string[] parts) => Path.Combine([s_project, .. parts]);

    [TestMethod]
    public void Scratch_is_the_image_from_nothing() => Assert.AreEqual(new ScratchReference(), BaseImageReference.Parse(" scratch ", s_project));

    [TestMethod]
    public void Relative_paths_start_at_the_project()
    {
        Assert.AreEqual(new LayoutReference(Full("images", "base"), null), BaseImageReference.Parse("oci:images/base", s_project));
        Assert.AreEqual(new OciArchiveReference(Full("base.tar"), "3.20"), BaseImageReference.Parse("oci-archive:./base.tar:3.20", s_project));
        Assert.AreEqual(new DockerArchiveReference(Full("base.tar"), null), BaseImageReference.Parse(@"docker-archive:sub\..\base.tar", s_project));
    }

    [TestMethod]
    public void A_tag_may_be_a_full_name() =>
        Assert.AreEqual(new DockerArchiveReference(Full("base.tar"), "localhost:5000/app:1"), BaseImageReference.Parse("docker-archive:base.tar:localhost:5000/app:1", s_project));

    [TestMethod]
    [DataRow(@"oci:C:\images\base:1.0", "1.0")]
    [DataRow("oci:C:/images/base", null)]
    public void The_colon_of_a_drive_begins_no_tag(string text, string? tag)
    {
        var layout = (LayoutReference)BaseImageReference.Parse(text, s_project);
        Assert.AreEqual(tag, layout.Tag);
        Assert.EndsWith(Path.Combine("images", "base"), layout.Directory);
        Assert.Contains("C:", layout.Directory);
    }

    [TestMethod]
    public void Anything_else_is_in_a_registry()
    {
        Assert.AreEqual(new RegistryReference(new(new("docker.io", "library/alpine"), "latest", null)), BaseImageReference.Parse("alpine", s_project));
        Assert.AreEqual(new RegistryReference(new(new("example.com", "a/b"), "1", null)), BaseImageReference.Parse("docker://example.com/a/b:1", s_project));
        var digest = Digest.Of("x"u8);
        Assert.AreEqual(new RegistryReference(new(new("example.com", "a"), null, digest)), BaseImageReference.Parse($"example.com/a@{digest}", s_project));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("oci:")]
    [DataRow("oci::tag")]
    [DataRow("oci:dir:")]
    [DataRow("oci-archive:  ")]
    [DataRow("docker-archive:a\0b")]
    [DataRow("docker-daemon:")]
    [DataRow("containers-storage:--help")]
    [DataRow("UPPER/case/")]
    public void Malformed_references_are_refused(string text) =>
        Assert.AreEqual(DiagnosticCode.InvalidReference, Assert.ThrowsExactly<ContainerizeException>(() => BaseImageReference.Parse(text, s_project)).Code);

    [TestMethod]
    public void Images_of_engines_keep_the_name_that_the_engine_knows()
    {
        Assert.AreEqual(new EngineReference(EngineKind.Docker, "team/base:1.0"), BaseImageReference.Parse("docker-daemon:team/base:1.0", "/p"));
        Assert.AreEqual(new EngineReference(EngineKind.Podman, "localhost/base"), BaseImageReference.Parse("containers-storage:localhost/base", "/p"));
    }
}
