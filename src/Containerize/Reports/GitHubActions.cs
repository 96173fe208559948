using System.Text;
using Containerize.Files;

namespace Containerize.Reports;

/// <summary>
/// GitHub Actions: outputs of the step, and the summary of the job. Each is a file that a step adds to.
/// <see href="https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands"/>
/// </summary>
/// <param name="outputs">The file of the outputs; null when there is none.</param>
/// <param name="summary">The file of the summary; null when there is none.</param>
internal sealed class GitHubActions(string? outputs, string? summary) : ICiSystem
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name => "GitHub Actions";

    /// <inheritdoc/>
    public IEnumerable<string> Files => new[] { outputs, summary }.OfType<string>().Where(path => path.Length > 0);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Message>> TellAsync(PublishedImage published, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(outputs))
        {
            await AppendAsync(outputs, Outputs(CiValues.Of(published)), cancellationToken);
        }

        if (!string.IsNullOrEmpty(summary))
        {
            await AppendAsync(summary, ImageSummary.Write(published), cancellationToken);
        }

        return [];
    }

    private static string Outputs(CiValues values)
    {
        // A value of several lines ends with a line that no value has: it is made of their hash.
        var end = $"end_{Oci.Digest.Of(Encoding.UTF8.GetBytes(values.Digest + string.Join('\n', values.Tags))).Hex}";
        var text = new StringBuilder();
        foreach (var prefix in new[] { "", values.Prefix + "_" })
        {
            text.Append(prefix).Append("image=").Append(values.Image).Append('\n')
                .Append(prefix).Append("digest=").Append(values.Digest).Append('\n')
                .Append(prefix).Append("tags<<").Append(end).Append('\n')
                .AppendJoin('\n', values.Tags).Append('\n').Append(end).Append('\n');
        }

        return text.ToString();
    }

    private static Task AppendAsync(string path, string text, CancellationToken cancellationToken) =>
        RegularFile.AppendAsync(path, Encoding.UTF8.GetBytes(text), s_patience, cancellationToken);
}
