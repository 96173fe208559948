using System.Text;
using Containerize.Files;

namespace Containerize.Reports;

/// <summary>
/// GitLab CI: a file of variables that the job can hand on as <c>artifacts:reports:dotenv</c>. GitLab takes few and short ones, and they
/// are those of whole jobs; so there are only those with the image's name in front.
/// <see href="https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv"/>
/// </summary>
/// <param name="path">The file.</param>
internal sealed class GitLabJob(string path) : ICiSystem
{
    /// <summary>The file's name, in the directory of the job.</summary>
    internal const string FileName = "containerize.env";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public string Name => "GitLab";

    /// <inheritdoc/>
    public IEnumerable<string> Files => [path];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Message>> TellAsync(PublishedImage published, CancellationToken cancellationToken)
    {
        var values = CiValues.Of(published);
        var prefix = values.Prefix.ToUpperInvariant();
        (string Name, string Value)[] variables =
        [
            ($"{prefix}_IMAGE", values.Image), ($"{prefix}_DIGEST", values.Digest), ($"{prefix}_TAGS", string.Join(' ', values.Tags)),
        ];
        using var held = await FileLock.AcquireAsync($"{path}.lock", s_patience, cancellationToken);
        var others = (RegularFile.IsThere(path) ? RegularFile.ReadAllLines(path) : [])
            .Where(line => !variables.Any(variable => line.StartsWith($"{variable.Name}=", StringComparison.Ordinal)));
        var lines = others.Concat(variables.Select(variable => $"{variable.Name}={variable.Value}"));
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))));
        return [];
    }
}
