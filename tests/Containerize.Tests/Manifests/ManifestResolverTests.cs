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
    [DataRow("d: &d {tag: '1'}\nweb: {image: {<<: *d, repository: nginx}}\nx: {<<: *d}\n", 2, "ImageNotResolved")]
    [DataRow("d: &d {tag: '1'}\nweb: {<<: [*d], image: nginx}\n", 2, "ImageNotResolved")]
    [DataRow("d: &d {digest: ''}\nweb: {<<: *d, repository: nginx, tag: '1'}\n", 2, "ImageNotResolved")]
    [DataRow("v: &v '1'\nd: &d {tag: *v}\nweb: {<<: *d, repository: nginx}\n", 3, "ImageNotResolved")]
    [DataRow("web: &w {repository: nginx, tag: '1'}\nx: {<<: *w, repository: '{{ a }}'}\n", 1, "ImageNotResolved")]
    [DataRow("kind: Kustomization\nx: &d {newTag: '1'}\nimages:\n- {<<: *d, name: nginx}\n", 4, "ImageNotResolved")]
    [DataRow("kind: Kustomization\nx: &d {digest: ''}\nimages:\n- {<<: *d, name: nginx, newTag: '1'}\n", 4, "ImageNotResolved")]
    public async Task A_failure_has_its_line_and_nothing_of_the_file_changes(string text, int line, string code)
    {
        _lab.Missing.Add("docker.io/library/nginx:gone");

        var result = await _lab.ResolveAsync(text);

        var failed = result.Images.Single(image => image.State == ImageState.Failed);
        Assert.AreEqual((line, code), (failed.Line, failed.Code.ToString()));
        Assert.AreEqual(text, result.After.Text);
    }

    [TestMethod]
    public async Task Images_that_merge_one_tag_fail_each_and_nothing_of_the_file_changes()
    {
        const string Text = "d: &d {registry: docker.io, tag: '1.27'}\nweb: {image: {<<: *d, repository: library/nginx}}\n"
            + "proxy: {image: {<<: *d, repository: library/httpd}}\n";

        var result = await _lab.ResolveAsync(Text);

        CollectionAssert.AreEqual(
            new[] { (2, "docker.io/library/nginx:1.27"), (3, "docker.io/library/httpd:1.27") },
            result.Images.Where(image => image.Code == DiagnosticCode.ImageNotResolved).Select(image => (image.Line, image.Image))
                .ToArray());
        Assert.AreEqual(Text, result.After.Text);
    }

    [TestMethod]
    [DataRow("a: &a {repository: nginx, tag: '1'}\nb: {<<: *a, pullPolicy: Always}\n", "a: &a {repository: nginx, tag: '1@D1'}\nb: {<<: " +
        "*a, pullPolicy: Always}\n")]
    [DataRow("a: &a {repository: nginx, tag: '2'}\nb: {<<: *a, tag: '1'}\n", "a: &a {repository: nginx, tag: '2@D2'}\nb: {<<: *a, tag: " +
        "'1@D1'}\n")]
    [DataRow("a: &a {image: nginx}\nb: {<<: *a, tag: '1'}\n", "a: &a {image: nginx}\nb: {<<: *a, tag: '1@D1'}\n")]
    [DataRow("a: &a {image: nginx, tag: '2'}\nb: {<<: *a, tag: '1'}\n", "a: &a {image: nginx, tag: '2@D2'}\nb: {<<: *a, tag: '1@D1'}\n")]
    [DataRow("a: &a {repository: nginx}\nb: {<<: *a, tag: '1'}\n", "a: &a {repository: nginx}\nb: {<<: *a, tag: '1@D1'}\n")]
    public async Task An_image_that_merges_gets_a_digest_in_a_text_of_its_own(string text, string expected)
    {
        var result = await _lab.ResolveAsync(text);

        Assert.AreEqual(
            Fill(expected.Replace("@D1", "@DIGEST(docker.io/library/nginx:1)", StringComparison.Ordinal)
                .Replace("@D2", "@DIGEST(docker.io/library/nginx:2)", StringComparison.Ordinal)),
            result.After.Text);
    }

    [TestMethod]
    [DataRow("null")]
    [DataRow("Null")]
    [DataRow("NULL")]
    [DataRow("~")]
    [DataRow("")]
    public async Task A_value_that_is_null_counts_as_absent(string none)
    {
        var result = await _lab.ResolveAsync(
            $"a: {{registry: {none}, repository: nginx, tag: '1', digest: {none}}}\nb: {{image: {none}}}\nc:\n  image: nginx\n"
            + $"  tag: {none}\n  imageTag: '1'\nd: {{repository: nginx, tag: {none}}}\ne: {{image: nginx, tag: {none}}}\n");

        Assert.AreEqual(
            Fill(
                $"a: {{registry: {none}, repository: nginx, tag: '1', digest: DIGEST(docker.io/library/nginx:1)}}\nb: {{image: {none}}}\n"
                + $"c:\n  image: nginx\n  tag: {none}\n  imageTag: '1@DIGEST(docker.io/library/nginx:1)'\n"
                + $"d: {{repository: nginx, tag: {none}}}\ne: {{image: nginx, tag: {none}}}\n"),
            result.After.Text);
        CollectionAssert.AreEqual(
            new[] { ImageState.Resolved, ImageState.Resolved, ImageState.Left, ImageState.Left },
            result.Images.Select(image => image.State).ToArray());
    }

    [TestMethod]
    [DataRow("kind: Kustomization\nimages: [{name: nginx, newName: null, newTag: '1', digest: ~}]\n", ImageState.Resolved)]
    [DataRow("services: {a: {image: nginx:1, build: null}}\n", ImageState.Resolved)]
    [DataRow("image: {repository: nginx, tag: 'null'}\n", ImageState.Resolved)]
    [DataRow("image: {repository: nginx, tag: !!str null}\n", ImageState.Resolved)]
    [DataRow("image: {repository: nginx, tag: !!str 1.10}\n", ImageState.Resolved)]
    [DataRow("image: 'null'\n", ImageState.Resolved)]
    [DataRow("v: &v 1.10\nimage: {repository: nginx, tag: *v}\n", ImageState.Left)]
    public async Task Null_without_quotes_is_nothing_and_with_quotes_a_text(string text, ImageState expected)
    {
        var result = await _lab.ResolveAsync(text);

        Assert.AreEqual(expected, result.Images.Single().State);
    }

    [TestMethod]
    [DataRow("values.yaml", "services: {web: {image: {repository: nginx, tag: '1'}}}\n", "docker.io/library/nginx:1")]
    [DataRow("values-prod.yml", "services: {web: {image: nginx, tag: '1'}}\n", "docker.io/library/nginx:1")]
    [DataRow("prod.yaml", "services: {web: {image: {repository: nginx, tag: '1'}}}\n", "docker.io/library/nginx:1")]
    [DataRow("prod.yaml", "services: {web: {image: nginx, tag: '1'}}\n", "docker.io/library/nginx:1")]
    [DataRow("prod.yaml", "services: {web: {image: nginx, build: .}}\n", "")]
    [DataRow("flux.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {image: nginx, tag: '1'}}\n",
        "docker.io/library/nginx:1")]
    [DataRow("argo.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {x: {image: nginx, imageTag: '1'}}\n",
        "docker.io/library/nginx:1")]
    [DataRow("argo.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {x: {image: nginx, tag: ''}}\n", "")]
    [DataRow("pod.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx, tag: '1'}]}\n", "docker.io/library/nginx:1")]
    public async Task A_tag_beside_an_image_is_a_part_of_its_name(string file, string text, string asked)
    {
        var result = await _lab.ResolveAsync(text, file);

        Assert.AreEqual(asked, string.Join(' ', _lab.Asked));
        Assert.HasCount(1, result.Images);
        Assert.IsFalse(result.Images.Any(image => image.State == ImageState.Failed));
    }

    [TestMethod]
    [DataRow("kyverno.io/v1", "ClusterPolicy", "spec: {rules: [{validate: {pattern: {image: '!*:latest'}}}]}")]
    [DataRow("kyverno.io/v1", "Policy", "spec: {pattern: {image: 'nginx:1'}}")]
    [DataRow("policy.sigstore.dev/v1", "ClusterImagePolicy", "spec: {image: {repository: nginx, tag: '1'}}")]
    [DataRow("policy.sigstore.dev/v1", "ClusterImagePolicy", "spec: {image: './*'}")]
    [DataRow("image.toolkit.fluxcd.io/v1", "ImageRepository", "spec: {image: ghcr.io/team/app}")]
    [DataRow("example.com/v1", "Gallery", "spec: {image: 'Not A Name'}")]
    [DataRow("example.com/v1", "Gallery", "spec: {image: 'https://example.com/a.png'}")]
    [DataRow("example.com/v1", "Gallery", "spec: {image: nginx, tag: 'a b'}")]
    public async Task What_runs_no_image_is_left_alone_and_in_a_list(string version, string kind, string spec)
    {
        var resource = $"apiVersion: {version}\nkind: {kind}\n{spec}\n";
        var text = resource + "---\napiVersion: v1\nkind: List\nitems:\n- "
            + resource.TrimEnd().Replace("\n", "\n  ", StringComparison.Ordinal)
            + "\n- {apiVersion: v1, kind: Pod, spec: {containers: [{image: redis:7}]}}\n";

        var result = await _lab.ResolveAsync(text);

        CollectionAssert.AreEqual(
            new[] { ImageState.Left, ImageState.Left, ImageState.Resolved }, result.Images.Select(image => image.State).ToArray());
        CollectionAssert.AreEqual(new[] { "docker.io/library/redis:7" }, _lab.Asked.ToArray());
    }

    [TestMethod]
    [DataRow("a.yaml", "kind: Kustomization\nIMAGES")]
    [DataRow("a.yaml", "kind: Component\nIMAGES")]
    [DataRow("kustomization.yaml", "IMAGES")]
    [DataRow("Kustomization", "apiVersion: ''\nIMAGES")]
    [DataRow("a.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nIMAGES")]
    [DataRow("a.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nIMAGES")]
    [DataRow("a.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {IMAGES}")]
    [DataRow("kustomization.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1beta2\nkind: Kustomization\nspec: {IMAGES}")]
    [DataRow("a.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, "
        + "spec: {IMAGES}}")]
    [DataRow("a.yaml", "apiVersion: core.oam.dev/v1alpha2\nkind: Component\nspec: {image: 'nginx:1'}")]
    [DataRow("kustomization.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'nginx:1'}]}")]
    public async Task Whose_kustomization_it_is_its_group_says(string file, string text)
    {
        var images = text.Contains('{', StringComparison.Ordinal) ? "images: [{name: app, newName: nginx, newTag: '1'}]"
            : "images:\n- {name: app, newName: nginx, newTag: '1'}\n";

        var result = await _lab.ResolveAsync(text.Replace("IMAGES", images, StringComparison.Ordinal), file, ResolveMode.Check);

        Assert.AreEqual(ImageState.NotPinned, result.Images.Single().State);
        CollectionAssert.AreEqual(Array.Empty<string>(), _lab.Asked.ToArray());
    }

    [TestMethod]
    public async Task A_digest_in_a_kustomization_of_Flux_goes_where_kustomize_has_it()
    {
        const string Text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./app\n  images:\n"
            + "  - name: app\n    newName: nginx\n    newTag: '1'\n";

        var result = await _lab.ResolveAsync(Text);

        Assert.AreEqual(Text + Fill("    digest: DIGEST(docker.io/library/nginx:1)\n"), result.After.Text);
    }

    [TestMethod]
    [DataRow("v1", "Pod")]
    [DataRow("apps/v1", "Deployment")]
    [DataRow("resource.k8s.io/v1", "Any")]
    public async Task In_resources_of_Kubernetes_a_text_that_is_no_name_fails(string version, string kind)
    {
        var result = await _lab.ResolveAsync($"apiVersion: {version}\nkind: {kind}\nspec: {{image: 'Not A Name'}}\n");

        Assert.AreEqual(ImageState.Failed, result.Images.Single().State);
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
