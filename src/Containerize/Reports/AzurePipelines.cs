using System.Text;
using Containerize.Files;

namespace Containerize.Reports;

/// <summary>
/// Azure Pipelines: output variables of the step, and a page of the run's summary, by commands that the agent reads from what is printed.
/// <see href="https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands"/>
/// </summary>
/// <param name="summary">Where the page is written, which the agent takes from there.</param>
internal sealed class AzurePipelines(string summary) : ICiSystem
{
    /// <summary>The name of the page.</summary>
    internal const string FileName = "summary.md";

    /// <inheritdoc/>
    public string Name => "Azure Pipelines";

    /// <inheritdoc/>
    public IEnumerable<string> Files => [summary];

    /// <inheritdoc/>
    public Task<IReadOnlyList<Message>> TellAsync(PublishedImage published, CancellationToken cancellationToken)
    {
        AtomicFile.Write(summary, Encoding.UTF8.GetBytes(ImageSummary.Write(published)));
        var values = CiValues.Of(published);
        var lines = new List<Message>();
        foreach (var prefix in new[] { "", values.Prefix + "_" })
        {
            lines.Add(Variable(prefix + "image", values.Image));
            lines.Add(Variable(prefix + "digest", values.Digest));
            lines.Add(Variable(prefix + "tags", string.Join(' ', values.Tags)));
        }

        Message page = Escape(summary);
        lines.Add($"##vso[task.uploadsummary]{page}");
        return Task.FromResult<IReadOnlyList<Message>>(lines);
    }

    private static Message Variable(string name, string value)
    {
        Message escaped = Escape(value);
        return $"##vso[task.setvariable variable={name};isOutput=true]{escaped}";
    }

    // Only the value of a command; its properties are ours.
    private static string Escape(string value) => value.Replace("%", "%AZP25", StringComparison.Ordinal)
        .Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
