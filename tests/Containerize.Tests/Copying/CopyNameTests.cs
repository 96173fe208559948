using Containerize.Copying;
using Containerize.Oci;

namespace Containerize.Tests.Copying;

[TestClass]
internal sealed class CopyNameTests
{
    [TestMethod]
    [DataRow("myapp", "latest", "docker.io/library/myapp:latest")]
    [DataRow("latest", "latest", "docker.io/library/latest:latest")]
    [DataRow("myapp:1", "1", "docker.io/library/myapp:1")]
    [DataRow("team/myapp", "latest", "docker.io/team/myapp:latest")]
    [DataRow("localhost/myapp:1", "1", "localhost/myapp:1")]
    [DataRow("deadbeef", "latest", "docker.io/library/deadbeef:latest")]
    [DataRow("sha256:8a56e3b8e8ca", null, null)]
    [DataRow("8a56e3b8e8ca", null, null)]
    [DataRow("8a56e3b8e8ca8a56e3b8e8ca8a56e3b8e8ca8a56e3b8e8ca8a56e3b8e8ca8a56", null, null)]
    public void An_engine_knows_an_image_by_its_name_or_an_id_and_never_by_a_tag(string name, string? tag, string? full) =>
        Assert.AreEqual(new CopyName(tag, full), CopyName.OfEngine(name));

    [TestMethod]
    [DataRow("1.0", null, "1.0", null)]
    [DataRow("myapp", null, "myapp", null)]
    [DataRow("1.0", "ghcr.io/team/app:1.0", "1.0", "ghcr.io/team/app:1.0")]
    [DataRow("no name: at all", null, null, null)]
    [DataRow(null, null, null, null)]
    public void An_entry_of_a_layout_has_a_tag_or_a_full_name(string? tag, string? name, string? expectedTag, string? expectedName)
    {
        var annotations = new SortedList<string, string>();
        foreach (var (key, value) in new[] { (Layout.TagAnnotation, tag), (Layout.NameAnnotation, name) })
        {
            if (value is not null)
            {
                annotations[key] = value;
            }
        }

        var entry = new Descriptor
        {
            MediaType = MediaTypes.OciManifest, Digest = Digest.Of("x"u8), Size = 1, Annotations = annotations,
        };

        Assert.AreEqual(new CopyName(expectedTag, expectedName), CopyName.Of(entry));
    }
}
