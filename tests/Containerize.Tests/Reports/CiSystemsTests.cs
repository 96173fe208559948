using Containerize.Destinations;
using Containerize.Images;
using Containerize.Reports;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Reports;

[TestClass]
internal sealed class CiSystemsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Without_a_CI_system_nothing_is_written_or_printed()
    {
        var lines = await TellAsync(await PublishAsync("shop"), ("GITHUB_OUTPUT", "out"), ("CI_PROJECT_DIR", _folder.FullName));

        Assert.IsEmpty(lines);
        Assert.IsFalse(Directory.EnumerateFileSystemEntries(_folder.FullName).Any());
    }

    [TestMethod]
    public async Task GitHub_has_the_outputs_of_each_image_and_those_of_the_last_one_without_its_name()
    {
        var (shop, blog) = (await PublishAsync("team/shop.web"), await PublishAsync("blog"));
        await TellGitHubAsync(shop);
        await TellGitHubAsync(blog);

        var outputs = GitHubOutputs(await File.ReadAllLinesAsync(_folder["out"]));

        Assert.AreEqual($"ghcr.io/team/shop.web@{shop.Digest}", outputs["shop_web_image"]);
        Assert.AreEqual(shop.Digest.ToString(), outputs["shop_web_digest"]);
        Assert.AreEqual("ghcr.io/team/shop.web:1\nghcr.io/team/shop.web:latest", outputs["shop_web_tags"]);
        Assert.AreEqual($"ghcr.io/blog@{blog.Digest}", outputs["image"]);
        Assert.AreEqual(outputs["blog_tags"], outputs["tags"]);
        Assert.AreEqual(blog.Digest.ToString(), outputs["digest"]);
    }

    [TestMethod]
    public async Task What_other_steps_wrote_stays_and_processes_write_at_the_same_time()
    {
        var published = await PublishAsync("shop");
        await File.WriteAllTextAsync(_folder["out"], "other=1\n");
        await File.WriteAllTextAsync(_folder["summary"], "# Other\n");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => TellGitHubAsync(published))));

        var lines = await File.ReadAllLinesAsync(_folder["out"]);

        Assert.AreEqual("other=1", lines[0]);
        Assert.AreEqual(20, lines.Count(line => line == $"image={published.Image}"));
        Assert.AreEqual(20, lines.Count(line => line == $"shop_digest={published.Digest}"));
        StringAssert.StartsWith(await File.ReadAllTextAsync(_folder["summary"]), "# Other\n");
        Assert.IsEmpty(_reporter.Warnings);
    }

    [TestMethod]
    public async Task The_summary_has_the_image_its_layers_and_what_was_sent()
    {
        await TellGitHubAsync(await PublishAsync("shop"));

        var page = new MarkdownPage(await File.ReadAllTextAsync(_folder["summary"]));

        Assert.IsEmpty(page.Tables.Where(table => table.Fault is not null).ToList());
        var rows = page.Tables.SelectMany(table => table.Rows).Select(cells => string.Join(" | ", cells)).ToList();
        StringAssert.Contains(string.Join('\n', rows), "Pushed | 50 KB; 2 MB were there already: <code>ghcr.io/shop:1</code>");
        Assert.IsTrue(rows.Exists(row => row.StartsWith("dependencies | ", StringComparison.Ordinal)));
        Assert.IsTrue(rows.Exists(row => row.EndsWith("built", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task GitLab_has_a_value_of_a_name_once_and_keeps_those_of_others()
    {
        (string, string)[] job = [("GITLAB_CI", "true"), ("CI_PROJECT_DIR", _folder.FullName)];
        await TellAsync(await PublishAsync("blog"), job);
        await TellAsync(await PublishAsync("shop"), job);
        var again = await PublishAsync("shop");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => TellAsync(again, job))));

        var lines = await File.ReadAllLinesAsync(_folder["containerize.env"]);

        Assert.HasCount(6, lines);
        CollectionAssert.Contains(lines, $"SHOP_DIGEST={again.Digest}");
        CollectionAssert.Contains(lines, "BLOG_TAGS=ghcr.io/blog:1 ghcr.io/blog:latest");
        CollectionAssert.AreEqual(
            new[] { _folder["containerize.env"] }, Directory.GetFiles(_folder.FullName), "No lock is left behind.");
    }

    [TestMethod]
    public async Task Azure_reads_commands_from_what_is_printed()
    {
        var published = await PublishAsync("shop");

        var lines = (await TellAsync(published, ("TF_BUILD", "True"))).Select(line => line.ToString()).ToList();

        CollectionAssert.Contains(lines, $"##vso[task.setvariable variable=shop_digest;isOutput=true]{published.Digest}");
        CollectionAssert.Contains(lines, "##vso[task.setvariable variable=tags;isOutput=true]ghcr.io/shop:1 ghcr.io/shop:latest");
        CollectionAssert.Contains(lines, $"##vso[task.uploadsummary]{_folder["obj/summary.md"]}");
        Assert.IsTrue(File.Exists(_folder["obj/summary.md"]));
    }

    [TestMethod]
    public async Task Text_from_outside_gives_no_commands_outputs_or_marks()
    {
        const string Evil = "x\n##vso[task.setvariable variable=secret]1\nPATH=/evil | `a` <img src=x> [l](http://e)";
        var published = await PublishAsync("shop", Evil, tag: "1%\r\nPATH=x");

        var printed = await TellAsync(
            published,
            ("TF_BUILD", "True"),
            ("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", _folder["out"]), ("GITHUB_STEP_SUMMARY", _folder["summary"]),
            ("GITLAB_CI", "true"), ("CI_PROJECT_DIR", _folder.FullName));

        foreach (var line in printed.Select(line => line.ToString()))
        {
            Assert.AreEqual(1, line.Split("##vso").Length - 1, line);
            Assert.DoesNotContain('\n', line);
            Assert.DoesNotContain("1% ", line);
        }

        Assert.DoesNotContain("\nPATH", await File.ReadAllTextAsync(_folder["out"]));
        Assert.DoesNotContain("\nPATH", await File.ReadAllTextAsync(_folder["containerize.env"]));
        var page = await File.ReadAllTextAsync(_folder["summary"]);
        Assert.IsEmpty(new MarkdownPage(page).Tables.Where(table => table.Fault is not null).ToList());
        foreach (var mark in new[] { "<img", "`", "](", "##vso" })
        {
            Assert.DoesNotContain(mark, page);
        }
    }

    [TestMethod]
    public async Task A_file_that_cannot_be_written_is_a_warning()
    {
        var lines = await TellAsync(
            await PublishAsync("shop"), ("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", _folder["none/out"]), ("TF_BUILD", "True"));

        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.CiOutputFailed, code);
        StringAssert.Contains(text, "GitHub Actions");
        Assert.IsNotEmpty(lines, "The other system is told.");
    }

    private Task TellGitHubAsync(PublishedImage published) => TellAsync(
        published, ("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", _folder["out"]), ("GITHUB_STEP_SUMMARY", _folder["summary"]));

    private Task<IReadOnlyList<Message>> TellAsync(PublishedImage published, params (string Name, string Value)[] variables) =>
        CiSystems.TellAsync(
            published,
            variables.ToDictionary(variable => variable.Name, variable => variable.Value),
            _folder["obj"],
            _reporter,
            CancellationToken.None);

    private static async Task<PublishedImage> PublishAsync(string repository, string? baseName = null, string tag = "1")
    {
        await using var lab = await BuildLab.StartAsync();
        lab.Write("app.dll", repository);
        var built = await lab.BuildAsync("here", from: []) is var image && baseName is null ? image : image with { BaseName = baseName };
        var name = new ImageName("ghcr.io", repository, [tag, "latest"]);
        return new PublishedImage(
            [built],
            ImageSet.Of([built.Image]),
            name,
            [new DestinationResult(RegistryDestination.Kind, name.References, 50_000, 2_000_000)]);
    }

    // As the runner reads them: NAME=VALUE, or NAME<<END and lines until END.
    private static Dictionary<string, string> GitHubOutputs(string[] lines)
    {
        var outputs = new Dictionary<string, string>();
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].Split("<<") is [var name, var end])
            {
                var value = lines.Skip(index + 1).TakeWhile(line => line != end).ToList();
                (outputs[name], index) = (string.Join('\n', value), index + value.Count + 1);
            }
            else
            {
                var (key, text) = (lines[index].Split('=', 2)[0], lines[index].Split('=', 2)[1]);
                outputs[key] = text;
            }
        }

        return outputs;
    }
}
