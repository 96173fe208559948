using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Containerize.Bases;
using Containerize.Oci;
using Containerize.Testing;
using YamlDotNet.RepresentationModel;

namespace Containerize.Tests;

/// <summary>The files that users copy are what their readers expect, and name only what the SDK has.</summary>
[TestClass]
internal sealed class RecipeTests
{
    private static readonly IReadOnlyList<Recipe> s_recipes = Recipe.LoadAll();

    [TestMethod]
    public void Every_recipe_is_well_formed_and_names_only_what_the_targets_have() =>
        Assert.IsEmpty(s_recipes.SelectMany(recipe => recipe.Faults()).ToList());

    [TestMethod]
    [DataRow("a.yml", "a: 1\na: 2", "a.yml: Duplicate key a")]
    [DataRow("a.yml", "a: [1", "a.yml: While parsing a flow sequence")]
    [DataRow("a.json", "{ \"a\": 1, }", "a.json: The JSON object contains a trailing comma")]
    [DataRow("a.props", "<Project>", "a.props: Unexpected end of file")]
    [DataRow("a.Dockerfile", "RUN true", "a.Dockerfile: it has not one FROM")]
    [DataRow("a.txt", "", "a.txt: nothing reads this kind of file")]
    [DataRow("a.yml", "a: ContainerBaseImge", "a.yml: the targets have no ContainerBaseImge")]
    [DataRow("a.yml", "a: dotnet publish -t:Containerize -p:Registry=a", "a.yml: no target reads Registry")]
    [DataRow("a.yml", "a: dotnet build -t:ContainerizeLocks", "a.yml: the targets have no ContainerizeLocks")]
    [DataRow("a.yml", "a: dotnet publish -t:Contain", "a.yml: there is no target 'Contain'")]
    [DataRow("a.yml", "a: dotnet publish", "a.yml: there is no target ''")]
    [DataRow("a.yml", "CONTAINERIZE_REGISTRY_A_B_USER: me # a.c", "a.yml: CONTAINERIZE_REGISTRY_A_B_USER is for no host in it")]
    public void A_mistake_in_a_recipe_is_noticed(string name, string text, string fault) =>
        StringAssert.StartsWith(new Recipe(name, text).Faults().First(), fault);

    [TestMethod]
    public void Every_workflow_has_triggers_jobs_and_steps_with_actions_of_a_major_version_and_expressions_that_have_a_meaning()
    {
        var workflows = s_recipes.Where(recipe => recipe.Name.StartsWith("github-actions", StringComparison.Ordinal)).ToList();

        Assert.IsGreaterThan(2, workflows.Count);
        Assert.IsEmpty(workflows.SelectMany(recipe => new Workflow(recipe.Documents.Single()).Faults()).ToList());
    }

    [TestMethod]
    [DataRow("jobs: {}", "a workflow has 'on' and 'jobs'")]
    [DataRow("{ on: push, jobs: { a: { steps: [] } } }", "a: a job has 'runs-on' and 'steps'")]
    [DataRow("{ on: push, jobs: { a: { runs-on: x, steps: [{ name: b }] } } }", "a: a step has either 'uses' or 'run'")]
    [DataRow("{ on: push, jobs: { a: { runs-on: x, steps: [{ uses: b/c@main }] } } }", "a: an action is owner/name@v")]
    [DataRow("{ on: push, jobs: { a: { runs-on: x, steps: [{ run: '${{ github.sha }' }] } } }", "a: an expression has no end")]
    [DataRow("{ on: push, jobs: { a: { runs-on: x, steps: [{ run: '${{ steps.b.outputs.c }}' }] } } }", "a: there is no steps.b")]
    [DataRow("{ on: push, env: { A: '${{ githup.sha }}' }, jobs: {} }", "there is no githup.sha")]
    public void A_mistake_in_a_workflow_is_noticed(string text, string fault) =>
        StringAssert.StartsWith(new Workflow(new Recipe("a.yml", text).Documents.Single()).Faults().First(), fault);

    [TestMethod]
    public void The_page_links_to_every_recipe_once()
    {
        var page = MarkdownPage.Load(Path.Combine(Clone.Root, "sdk", "docs", "Recipes.md"));

        var linked = page.Links.Where(link => link.StartsWith("recipes/", StringComparison.Ordinal)).ToList();

        CollectionAssert.AreEquivalent(s_recipes.Select(recipe => $"recipes/{recipe.Name}").ToList(), linked);
    }

    [TestMethod]
    public void Every_recipe_begins_with_what_it_is_for()
    {
        string[] beginnings = ["# ", "<Project>\n  <!-- ", "{\n  \"$schema\": "];

        var silent = s_recipes.Where(recipe => !beginnings.Any(words => recipe.Text.StartsWith(words, StringComparison.Ordinal)));

        Assert.IsEmpty(silent.Select(recipe => recipe.Name).ToList());
    }

    [TestMethod]
    public void Compose_and_Kubernetes_run_images_by_digest()
    {
        var compose = Find("compose.yaml").Documents.Single();
        var kustomization = Find("kustomization.yaml").Documents.Single();

        var images = ((YamlMappingNode)compose["services"]).Children.Values.Select(service => service["image"].ToString()).ToList();
        Assert.IsTrue(images.TrueForAll(image => image.Contains("@${", StringComparison.Ordinal)), string.Join(", ", images));
        var resources = ((YamlSequenceNode)kustomization["resources"]).Select(resource => resource.ToString()).ToList();
        CollectionAssert.AreEqual(new[] { "kubernetes.yaml" }, resources);
        var deployment = Find("kubernetes.yaml").Documents.Single(document => document["kind"].ToString() == "Deployment");
        var container = ((YamlSequenceNode)deployment["spec"]["template"]["spec"]["containers"]).Single();
        StringAssert.Contains(Find("kustomization.yaml").Text, $"kustomize edit set image {container["image"]}=");
    }

    [TestMethod]
    public async Task Renovate_finds_tag_and_digest_of_every_base_image_in_the_lock_file()
    {
        using var directory = new TemporaryDirectory();
        var digest = Digest.Parse("sha256:" + new string('a', 64));
        await BaseImageLock.UpdateAsync(
            directory["containerize.lock.json"],
            new Dictionary<string, Digest?>
            {
                ["mcr.microsoft.com/dotnet/aspnet:10.0"] = digest,
                ["localhost:5000/base:1.2-slim"] = digest,
            },
            CancellationToken.None);
        var manager = JsonNode.Parse(Find("renovate.json").Text)!["customManagers"]!.AsArray().Single()!;

        var file = new Regex(manager["managerFilePatterns"]!.AsArray().Single()!.GetValue<string>().Trim('/'));
        var pattern = new Regex(manager["matchStrings"]!.AsArray().Single()!.GetValue<string>());

        Assert.IsTrue(file.IsMatch("containerize.lock.json") && file.IsMatch("src/Shop/containerize.lock.json"));
        var found = pattern.Matches(await File.ReadAllTextAsync(directory["containerize.lock.json"]))
            .Select(match => $"{match.Groups["depName"]} {match.Groups["currentValue"]} {match.Groups["currentDigest"]}").ToList();
        CollectionAssert.AreEqual(
            new[] { $"localhost:5000/base 1.2-slim {digest}", $"mcr.microsoft.com/dotnet/aspnet 10.0 {digest}" }, found);
    }

    private static Recipe Find(string name) => s_recipes.Single(recipe => recipe.Name == name);
}
