using Containerize.Bases;
using Containerize.Engines;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class BaseImageReferenceTests
{
    private static readonly string s_project = OperatingSystem.IsWindows() ? @"C:\project" : "/project";

    private static string Full(params string[] parts) => Path.Combine([s_project, .. parts]);

    [TestMethod]
    public void Scratch_is_the_image_from_nothing() =>
        Assert.AreEqual(new ScratchReference(), BaseImageReference.Parse(" scratch ", s_project));

    [TestMethod]
    public void Relative_paths_start_at_the_project()
    {
        Assert.AreEqual(new LayoutReference(Full("images", "base"), null), BaseImageReference.Parse("oci:images/base", s_project));
        Assert.AreEqual(
            new OciArchiveReference(Full("base.tar"), "3.20"), BaseImageReference.Parse("oci-archive:./base.tar:3.20", s_project));
        Assert.AreEqual(
            new DockerArchiveReference(Full("base.tar"), null), BaseImageReference.Parse(@"docker-archive:sub\..\base.tar", s_project));
    }

    [TestMethod]
    [DataRow("scratch", typeof(ScratchSource))]
    [DataRow("oci:images/base", typeof(LayoutSource))]
    [DataRow("oci-archive:base.tar", typeof(OciArchiveSource))]
    [DataRow("docker-archive:base.tar:1.0", typeof(DockerArchiveSource))]
    [DataRow("docker-daemon:base:1.0", typeof(EngineSource))]
    [DataRow("containers-storage:base:1.0", typeof(EngineSource))]
    [DataRow("registry.example/base:1.0", typeof(RegistrySource))]
    [DataRow("docker://alpine", typeof(RegistrySource))]
    public void Each_form_has_its_source_and_opening_it_reads_nothing(string text, Type source)
    {
        using var folder = new TemporaryDirectory();
        using var client = new RegistryClient(new RegistryOptions { Environment = _ => null }, new RecordingReporter());

        var opened = BaseImageReference.Parse(text, folder.FullName).Open(Context(folder, client));

        Assert.AreEqual(source, opened.GetType());
    }

    [TestMethod]
    public async Task A_base_of_packages_is_made_by_the_room_that_knows_packages()
    {
        using var folder = new TemporaryDirectory();
        using var client = new RegistryClient(new RegistryOptions { Environment = _ => null }, new RecordingReporter());
        var suites = new List<string>();
        var context = Context(folder, client) with
        {
            Packages = suite =>
            {
                suites.Add(suite);
                return new ScratchSource();
            },
        };

        var opened = BaseImageReference.Parse("debian-packages:bookworm", folder.FullName).Open(context);

        Assert.IsNull((await opened.OpenAsync(new Platform { Os = "linux", Architecture = "amd64" }, CancellationToken.None)).Name);
        CollectionAssert.AreEqual(new[] { "bookworm" }, suites);
    }

    private static BaseContext Context(TemporaryDirectory folder, RegistryClient client)
    {
        var cache = new BlobStore(folder["cache"]);
        return new BaseContext
        {
            Registries = client,
            Tags = new BaseTags(client, new BaseTagPolicy(), new TagMemory(cache), cache, new RecordingReporter(), TimeProvider.System),
            Cache = cache,
            Saved = new SavedImages(folder["base"]),
            Environment = _ => null,
            Packages = _ => throw new InvalidOperationException("No packages were asked for."),
        };
    }

    [TestMethod]
    public void A_tag_may_be_a_full_name() =>
        Assert.AreEqual(
            new DockerArchiveReference(Full("base.tar"), "localhost:5000/app:1"),
            BaseImageReference.Parse("docker-archive:base.tar:localhost:5000/app:1", s_project));

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
        Assert.AreEqual(
            new RegistryReference(new(new("docker.io", "library/alpine"), "latest", null)), BaseImageReference.Parse("alpine", s_project));
        Assert.AreEqual(
            new RegistryReference(new(new("example.com", "a/b"), "1", null)),
            BaseImageReference.Parse("docker://example.com/a/b:1", s_project));
        var digest = Digest.Of("x"u8);
        Assert.AreEqual(
            new RegistryReference(new(new("example.com", "a"), null, digest)),
            BaseImageReference.Parse($"example.com/a@{digest}", s_project));
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
        Assert.AreEqual(
            DiagnosticCode.InvalidReference,
            Assert.ThrowsExactly<ContainerizeException>(() => BaseImageReference.Parse(text, s_project)).Code);

    [TestMethod]
    public void Images_of_engines_keep_the_name_that_the_engine_knows()
    {
        Assert.AreEqual(
            new EngineReference(EngineKind.Docker, "team/base:1.0"), BaseImageReference.Parse("docker-daemon:team/base:1.0", "/p"));
        Assert.AreEqual(
            new EngineReference(EngineKind.Podman, "localhost/base"), BaseImageReference.Parse("containers-storage:localhost/base", "/p"));
    }
}
