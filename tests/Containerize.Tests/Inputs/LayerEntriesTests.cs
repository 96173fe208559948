using System.Text;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Testing;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class LayerEntriesTests
{
    private const string Endpoints =
        """{"Version":1,"Endpoints":[{"Route":"a.css","ResponseHeaders":[{"Name":"ETag","Value":"\"x\""},""" +
        """{"Name":"Last-Modified","Value":"Mon, 23 Nov 2026 22:50:02 GMT"}]}]}""";

    private static readonly DateTimeOffset s_time = DateTimeOffset.UnixEpoch.AddSeconds(1);

    private static LayerEntry Entry(TemporaryDirectory directory, string path)
    {
        var files = PublishDirectory.List(directory.FullName, new Dictionary<string, FileOrigin>(), new HashSet<string>());
        return LayerEntries.Of(files, new EntryRules("/app", s_time)).Single(entry => entry.Path == path);
    }

    [TestMethod]
    public void Files_lie_below_the_directory_of_the_image_and_belong_to_root()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("sub/file.txt", "text");

        var entry = Entry(directory, "app/sub/file.txt");

        Assert.AreEqual("644", Convert.ToString((int)entry.Mode, 8));
        Assert.AreEqual((0, 0), (entry.UserId, entry.GroupId));
        Assert.AreEqual(directory["sub/file.txt"], entry.SourcePath);
    }

    [TestMethod]
    public void The_times_in_an_endpoints_manifest_become_the_time_of_the_image()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("web.staticwebassets.endpoints.json", Endpoints);

        var entry = Entry(directory, "app/web.staticwebassets.endpoints.json");

        var text = Encoding.UTF8.GetString(entry.Content!.Value.Span);
        Assert.AreEqual(
            Endpoints.Replace("Mon, 23 Nov 2026 22:50:02 GMT", "Thu, 01 Jan 1970 00:00:01 GMT", StringComparison.Ordinal), text);
    }

    [TestMethod]
    [DataRow("not json")]
    [DataRow("{}")]
    [DataRow("[]")]
    [DataRow("""{"Endpoints":"none"}""")]
    public void A_file_that_only_has_the_manifests_name_stays_as_it_is(string content)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("web.staticwebassets.endpoints.json", content);

        var entry = Entry(directory, "app/web.staticwebassets.endpoints.json");

        Assert.IsNull(entry.Content);
        Assert.IsNotNull(entry.SourcePath);
    }

    [TestMethod]
    public void A_manifest_in_a_subdirectory_is_content_of_the_project()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("data/web.staticwebassets.endpoints.json", Endpoints);

        Assert.IsNull(Entry(directory, "app/data/web.staticwebassets.endpoints.json").Content);
    }
}
