using System.Globalization;
using System.Text;
using Containerize.Manifests;

namespace Containerize.Tests.Manifests;

/// <summary>Texts that break readers: they are refused with their position, or read without harm.</summary>
[TestClass]
internal sealed class HostileYamlTests
{
    private const string Damage = "\n\r\t \"'{}[]:,&*!|>-#%@`~\u0085é\0a";

    private readonly ManifestLab _lab = new();

    [TestMethod]
    [DataRow("a:\n\t- image: x\n", 1)]
    [DataRow("a: [1, 2\nb: }\n", 1)]
    [DataRow("b: 1\na: 'open\n", 2)]
    [DataRow("a: *none\n", 1)]
    [DataRow("- a\n b: c\n", 2)]
    public async Task What_is_not_YAML_is_refused_with_its_line(string text, int line)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _lab.ResolveAsync(text, "deploy.yaml"));

        Assert.AreEqual(DiagnosticCode.InvalidManifest, failure.Code);
        Assert.StartsWith($"deploy.yaml:{line}:", failure.Message);
    }

    [TestMethod]
    public async Task Aliases_of_aliases_are_not_expanded()
    {
        var bomb = new StringBuilder("a0: &a0 {image: nginx:1}\n");
        for (var level = 1; level <= 40; level++)
        {
            var (name, below) = ($"a{level}", $"*a{level - 1}");
            bomb.Append(CultureInfo.InvariantCulture, $"{name}: &{name} {{<<: [{below}, {below}, {below}], x: [{below}, {below}]}}\n");
        }

        bomb.Append("last: {<<: *a40, repository: r}\n");
        var result = await _lab.ResolveAsync(bomb.ToString());

        Assert.HasCount(1, result.Images);
    }

    [TestMethod]
    public async Task A_circle_of_anchors_ends()
    {
        var result = await _lab.ResolveAsync("a: &a\n  <<: *a\n  b: [*a]\n  image: nginx:1\n");

        Assert.AreEqual(ImageState.Resolved, result.Images.Single().State);
    }

    [TestMethod]
    public async Task Nesting_has_a_limit()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => _lab.ResolveAsync(new string('[', 100_000) + new string(']', 100_000)));

        Assert.Contains("nested", failure.Message);
    }

    [TestMethod]
    public async Task Of_a_key_that_occurs_twice_both_values_get_digests()
    {
        var result = await _lab.ResolveAsync("image: nginx:1\nimage: nginx:2\n");

        Assert.AreEqual(
            ManifestLab.Fill("image: nginx:1@DIGEST(docker.io/library/nginx:1)\nimage: nginx:2@DIGEST(docker.io/library/nginx:2)\n"),
            result.After.Text);
    }

    [TestMethod]
    [DataRow("image: |\n  nginx:1\n\n\n", "image: |\n  nginx:1@D\n\n\n")]
    [DataRow("image: >2-\n    nginx:1", "image: >2-\n    nginx:1@D")]
    [DataRow("image:\n  \"nginx\\\n  :1\"\n", "image:\n  \"nginx:1@D\"\n")]
    [DataRow("? image\n: nginx:1\n", "? image\n: nginx:1@D\n")]
    [DataRow("\"image\": 'nginx:1'", "\"image\": 'nginx:1@D'")]
    [DataRow("image: !!str &x nginx:1 # x", "image: !!str &x nginx:1@D # x")]
    [DataRow("%YAML 1.1\n---\nimage: nginx:1\n...\n", "%YAML 1.1\n---\nimage: nginx:1@D\n...\n")]
    [DataRow("- image: nginx:1\n  x: \"\\uD83D\\uDE00\"\n", "- image: nginx:1@D\n  x: \"\\uD83D\\uDE00\"\n")]
    [DataRow("x: 😀\u0085y: é\u2028image: nginx:1\n", "x: 😀\u0085y: é\u2028image: nginx:1@D\n")]
    public async Task Every_way_to_write_a_text_is_kept(string text, string expected)
    {
        var result = await _lab.ResolveAsync(text);

        Assert.AreEqual(
            expected.Replace("@D", $"@{ManifestLab.DigestOf("docker.io/library/nginx:1")}", StringComparison.Ordinal), result.After.Text);
    }

    [TestMethod]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ManifestText.Decode([0x61, 0xFF, 0xFE], "a.yaml"));

        Assert.AreEqual(DiagnosticCode.InvalidManifest, failure.Code);
    }

    [TestMethod]
    public async Task Random_damage_is_refused_or_read_and_never_moves_an_edit()
    {
        var random = new Random(20);
        var files = Directory.GetFiles(
            Path.Combine(Clone.Root, "tests", "Containerize.Tests", "Manifests", "Golden"), "before.yaml", SearchOption.AllDirectories);
        for (var round = 0; round < 1_000; round++)
        {
            var text = new StringBuilder(await File.ReadAllTextAsync(files[round % files.Length]));
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                text[random.Next(text.Length)] = Damage[random.Next(Damage.Length)];
            }

            await AssertOnlyDigestsAreAdded(text.ToString());
        }
    }

    private async Task AssertOnlyDigestsAreAdded(string text)
    {
        try
        {
            var result = await _lab.ResolveAsync(text);
            var edits = result.Images.Where(image => image.State == ImageState.Resolved).ToList();
            Assert.IsTrue(edits.TrueForAll(image => image.Result!.Contains("@sha256:", StringComparison.Ordinal)), text);
            var isWhole = edits.Count > 0 && !result.Images.Any(image => image.State == ImageState.Failed);
            Assert.AreEqual(isWhole, result.After.Text != text, text);
        }
        catch (ContainerizeException failure)
        {
            Assert.AreEqual(DiagnosticCode.InvalidManifest, failure.Code, text);
        }
    }
}
