using System.Text;
using Containerize.Manifests;
using static Containerize.Tests.Manifests.ManifestLab;

namespace Containerize.Tests.Manifests;

[TestClass]
internal sealed class ManifestResolverTests
{
    private const string Old = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

    private readonly ManifestLab _lab = new();

    [TestMethod]
    public async Task Each_distinct_name_is_asked_for_once()
    {
        await _lab.ResolveAsync("a: {image: nginx}\nb: {image: 'nginx:latest'}\nc: {image: docker.io/library/nginx}\nd: {image: " +
            "redis:7}\n");

        CollectionAssert.AreEqual(new[] { "docker.io/library/nginx:latest", "docker.io/library/redis:7" }, _lab.Asked.ToArray());
    }

    [TestMethod]
    public async Task A_name_with_a_digest_stays_and_is_not_asked_for()
    {
        var text = $"image: nginx:1@{Old}\n";

        var result = await _lab.ResolveAsync(text);

        Assert.AreEqual(text, result.After.Text);
        Assert.IsEmpty(_lab.Asked);
        Assert.AreEqual(ImageState.Pinned, result.Images.Single().State);
    }

    [TestMethod]
    public async Task An_update_resolves_tags_with_digests_again()
    {
        var result = await _lab.ResolveAsync($"a: {{image: nginx:1@{Old}}}\nb: {{image: nginx@{Old}}}\n", mode: ResolveMode.Update);

        Assert.AreEqual(Fill($"a: {{image: nginx:1@DIGEST(docker.io/library/nginx:1)}}\nb: {{image: nginx@{Old}}}\n"), result.After.Text);
    }

    [TestMethod]
    [DataRow("nginx:1", ImageState.NotPinned)]
    [DataRow("nginx:1@" + Old, ImageState.Moved)]
    [DataRow("nginx@" + Old, ImageState.Pinned)]
    [DataRow("nginx:gone@" + Old, ImageState.Moved)]
    [DataRow("nginx:1@DIGEST(docker.io/library/nginx:1)", ImageState.Pinned)]
    [DataRow("containerize://src/App", ImageState.Left)]
    public async Task A_check_finds_names_without_digests_and_moved_tags(string image, ImageState expected)
    {
        _lab.Missing.Add("docker.io/library/nginx:gone");

        var result = await _lab.ResolveAsync(Fill($"image: {image}\n"), mode: ResolveMode.Check);

        Assert.AreEqual(expected, result.Images.Single().State);
        Assert.AreSame(result.Before, result.After);
        Assert.AreEqual(0, _lab.Builds);
    }

    [TestMethod]
    public async Task A_moved_tag_is_shown_with_the_digest_that_it_has_now()
    {
        var result = await _lab.ResolveAsync($"image: nginx:1@{Old}\n", mode: ResolveMode.Check);

        Assert.AreEqual(Fill("nginx:1@DIGEST(docker.io/library/nginx:1)"), result.Images.Single().Result);
    }

    [TestMethod]
    [DataRow("image: nginx:1.27\nother: {image: 'Not A Name'}\n", 2, "InvalidReference")]
    [DataRow("ok: 1\nimage: nginx:gone\n", 2, "ImageNotResolved")]
    [DataRow("a:\n\n  image: containerize://broken\n", 3, "ProjectNotBuilt")]
    [DataRow("a: {image: nginx:1, x: &v '2'}\nb: {repository: nginx, tag: &t '1'}\nc: *t\n", 2, "ImageNotResolved")]
    public async Task A_failure_has_its_line_and_nothing_of_the_file_changes(string text, int line, string code)
    {
        _lab.Missing.Add("docker.io/library/nginx:gone");

        var result = await _lab.ResolveAsync(text);

        var failed = result.Images.Single(image => image.State == ImageState.Failed);
        Assert.AreEqual((line, code), (failed.Line, failed.Code.ToString()));
        Assert.AreEqual(text, result.After.Text);
    }

    [TestMethod]
    [DataRow("image: nginx:${TAG}\n", "it has a variable")]
    [DataRow("image: $IMAGE\n", "it has a variable")]
    [DataRow("image: '{{ .Values.image }}:1'\n", "it is a template")]
    [DataRow("image: {{ .Values.image }}\n", "it is a template")]
    [DataRow("{{- if .Values.on }}\nimage: nginx:1\n{{- end }}\n", "the file is a template that is not YAML")]
    [DataRow("image: {repository: nginx, tag: 1.20}\n", "its tag 1.20 is a number, whose text YAML does not keep: put it in quotes")]
    [DataRow("image: {repository: nginx, tag: }\n", "it has no tag: the chart decides which one is meant")]
    [DataRow("kind: Kustomization\nimages: [{name: nginx}]\n", "no newTag says which one is meant")]
    [DataRow("services: {a: {image: nginx:1, build: .}}\n", "compose builds it itself")]
    public async Task What_cannot_be_known_is_left_and_said(string text, string why)
    {
        var result = await _lab.ResolveAsync(text);

        Assert.AreEqual(text, result.After.Text);
        Assert.AreEqual((ImageState.Left, why), (result.Images.Single().State, result.Images.Single().Why));
        Assert.IsEmpty(_lab.Asked);
    }

    [TestMethod]
    public async Task Projects_are_built_once_and_their_images_take_their_place()
    {
        var result = await _lab.ResolveAsync(
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: \"containerize://src/App\"\n"
            + "    env: [{name: X, value: containerize://src/App}]\n  - image: src/App/App.csproj\n  - image: ./src/App # here\n");

        Assert.AreEqual(
            Fill(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: \"registry.example.com/built:1@DIGEST(src/App)\"\n"
                + "    env: [{name: X, value: registry.example.com/built:1@DIGEST(src/App)}]\n"
                + "  - image: registry.example.com/built:1@DIGEST(src/App/App.csproj)\n"
                + "  - image: registry.example.com/built:1@DIGEST(./src/App) # here\n"),
            result.After.Text);
        Assert.AreEqual(3, _lab.Builds);
    }

    [TestMethod]
    [DataRow("a.yaml", "image: logo.png\n", false)]
    [DataRow("a.yaml", "image: nginx:1\n", true)]
    [DataRow("values.yaml", "image: nginx:1\n", false)]
    [DataRow("values-prod.yml", "image: nginx:1\n", false)]
    [DataRow("kustomization.yaml", "images: [{name: nginx, newTag: '1', digest: ''}]\n", false)]
    [DataRow("any.yaml", "services: {a: {image: nginx:1}}\n", false)]
    public async Task In_directories_only_files_count_whose_images_are_those_of_containers(string name, string text, bool isListed)
    {
        var result = await _lab.ResolveAsync(text, name, isListed: isListed);

        Assert.HasCount(text.Contains("logo", StringComparison.Ordinal) ? 0 : 1, result.Images);
    }

    [TestMethod]
    public async Task Files_share_what_is_asked_and_a_failure_in_one_leaves_the_others_readable()
    {
        _lab.Missing.Add("docker.io/library/redis:gone");

        var results = await _lab.ResolveAsync(
        [
            (ManifestText.Decode("image: nginx:1"u8, "a.yaml"), true), (ManifestText.Decode("image: redis:gone"u8, "b.yaml"), true),
            (ManifestText.Decode("image: nginx:1"u8, "c.yaml"), true),
        ]);

        Assert.HasCount(2, _lab.Asked);
        CollectionAssert.AreEqual(
            new[] { ImageState.Resolved, ImageState.Failed, ImageState.Resolved },
            results.Select(file => file.Images.Single().State).ToArray());
    }

    [TestMethod]
    public async Task A_very_large_file_is_resolved_with_all_its_places()
    {
        var text = new StringBuilder();
        for (var number = 0; number < 20_000; number++)
        {
            text.Append("---\napiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: nginx:").Append(number % 10).Append("}]} " +
                "# ä€😀\n");
        }

        var result = await _lab.ResolveAsync(text.ToString());

        Assert.HasCount(20_000, result.Images);
        Assert.HasCount(10, _lab.Asked);
        Assert.EndsWith(Fill("image: nginx:9@DIGEST(docker.io/library/nginx:9)}]} # ä€😀\n"), result.After.Text);
    }
}
