using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Containerize.Tests;

/// <summary>A workflow of GitHub Actions, read as far as mistakes in it can be found without GitHub.</summary>
/// <param name="root">The document.</param>
internal sealed partial class Workflow(YamlMappingNode root)
{
    // What expressions may begin with; steps and needs are looked up.
    private static readonly string[] s_contexts = ["github", "env", "vars", "secrets"];

    /// <summary>What is wrong with it.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Find(root, "on") is null || Find(root, "jobs") is not YamlMappingNode jobs)
        {
            return ["a workflow has 'on' and 'jobs'"];
        }

        var own = root.Children.Where(pair => pair.Key.ToString() != "jobs").SelectMany(pair => Expressions(pair.Value, []));
        return own.Concat(jobs.Children.SelectMany(job => JobFaults((YamlMappingNode)job.Value).Select(fault => $"{job.Key}: {fault}")));
    }

    private static IEnumerable<string> JobFaults(YamlMappingNode job)
    {
        if (Find(job, "runs-on") is null || Find(job, "steps") is not YamlSequenceNode steps)
        {
            return ["a job has 'runs-on' and 'steps'"];
        }

        var results = steps.OfType<YamlMappingNode>().Select(step => Find(step, "id")).OfType<YamlScalarNode>()
            .Select(id => $"steps.{id.Value}");
        return steps.SelectMany(StepFaults).Concat(Expressions(job, [.. results]));
    }

    private static IEnumerable<string> StepFaults(YamlNode node)
    {
        if (node is not YamlMappingNode step || (Find(step, "uses") is null) == (Find(step, "run") is null))
        {
            return ["a step has either 'uses' or 'run'"];
        }

        return Find(step, "uses") is not { } action || Action().IsMatch(action.ToString())
            ? []
            : [$"an action is owner/name@v and a major version, not {action}"];
    }

    private static IEnumerable<string> Expressions(YamlNode node, string[] steps)
    {
        foreach (var text in node.AllNodes.OfType<YamlScalarNode>().Select(scalar => scalar.Value ?? ""))
        {
            var expressions = Expression().Matches(text);
            if (expressions.Count != Opening().Count(text))
            {
                yield return $"an expression has no end: {text}";
            }

            foreach (var root in expressions.Select(match => match.Groups[1].Value))
            {
                if (!s_contexts.Contains(root.Split('.')[0]) && !steps.Contains(string.Join('.', root.Split('.').Take(2))))
                {
                    yield return $"there is no {root}";
                }
            }
        }
    }

    private static YamlNode? Find(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value : null;

    [GeneratedRegex(@"^[\w-]+(/[\w-]+)+@v\d+$")]
    private static partial Regex Action();

    [GeneratedRegex(@"\$\{\{")]
    private static partial Regex Opening();

    [GeneratedRegex(@"\$\{\{ ([a-zA-Z_.-]+) \}\}")]
    private static partial Regex Expression();
}
