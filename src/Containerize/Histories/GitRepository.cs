using System.Globalization;
using Containerize.Files;

namespace Containerize.Histories;

/// <summary>A tag of a git repository.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Commit">The commit that it leads to.</param>
/// <param name="Time">When that was committed.</param>
internal sealed record GitTag(string Name, string Commit, DateTimeOffset Time);

/// <summary>
/// The git repository of a project, by the program git. Its working tree, index and branches are only read: what is checked out goes into a
/// worktree elsewhere.
/// </summary>
internal sealed class GitRepository
{
    private const string Tags = "refs/tags/";

    // Set where a hook of git starts the build, and of the repository of that hook.
    private static readonly string[] s_variables =
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"];

    private readonly string _git;
    private readonly ProgramPlace _place;

    private GitRepository(string git, string directory)
    {
        _git = git;
        _place = new(directory, s_variables.ToDictionary(name => name, _ => (string?)null));
    }

    /// <summary>The directory of the working tree, a full path as the project's own path has it.</summary>
    internal string Root { get; private init; } = "";

    /// <summary>The directory of the project below it, with <c>/</c> at the end; empty for the same.</summary>
    internal string Prefix { get; private init; } = "";

    /// <summary>Finds the repository of a directory.</summary>
    /// <param name="git">The full path of git; null when there is none.</param>
    /// <param name="directory">The directory of a project, a full path.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoGitTags"/>.</exception>
    internal static async Task<GitRepository> FindAsync(string? git, string directory, CancellationToken cancellationToken)
    {
        var found = new GitRepository(
            git ?? throw Failed($"The program git is not in PATH. Install it, or learn from images (ContainerizeLayoutFrom=images)."),
            directory);
        var prefix = (await found.RunAsync($"'{directory}' is not in a git repository that can be read", cancellationToken,
            "rev-parse", "--show-prefix")).Trim('\r', '\n');
        var root = Path.TrimEndingDirectorySeparator(directory);
        foreach (var _ in prefix.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            root = Path.GetDirectoryName(root) ?? root;
        }

        return new(found._git, directory) { Root = root, Prefix = prefix };
    }

    /// <summary>Lists tags, by the times of their commits; those of one time by name, numbers in it by value.</summary>
    /// <param name="patterns">Patterns of names, as git has them: <c>v*</c>; none for all tags.</param>
    /// <param name="last">How many of the newest are wanted. Tags of one commit count once, with the last name.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoGitTags"/>: none, or why they cannot be read.</exception>
    internal async Task<IReadOnlyList<GitTag>> TagsAsync(
        IReadOnlyList<string> patterns, int last, CancellationToken cancellationToken)
    {
        // A tag with a message leads to its commit, any other is one.
        const string Format = "%(refname:strip=2)%09%(objecttype)%09%(objectname)%09%(committerdate:unix)"
            + "%09%(*objecttype)%09%(*objectname)%09%(*committerdate:unix)";
        var text = await RunAsync(
            "The tags cannot be read", cancellationToken,
            ["for-each-ref", "--format=" + Format, .. patterns.Count == 0 ? [Tags] : patterns.Select(pattern => Tags + pattern)]);
        var tags = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Read).OfType<GitTag>()
            .OrderBy(tag => tag.Time).ThenBy(tag => ImageSeries.SortKey(tag.Name), StringComparer.Ordinal).Reverse()
            .DistinctBy(tag => tag.Commit).Take(last).Reverse().ToList();
        return tags.Count > 0 ? tags : throw Failed(
            $"The git repository in '{Root}' has no tags{(patterns.Count == 0 ? "" : " that match " + string.Join(", ", patterns))}. " +
            $"Fetch them (git fetch --tags; in CI, a checkout with the whole history), or name others in ContainerizeLayoutTags.");
    }

    /// <summary>Checks a commit out into a directory that does not exist. Hooks do not run; filters, as that of Git LFS, do.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoGitTags"/>.</exception>
    internal Task CheckOutAsync(GitTag tag, string directory, CancellationToken cancellationToken) => RunAsync(
        $"The tag {tag.Name} cannot be checked out", cancellationToken,
        "-c", "core.hooksPath=" + directory + ".no-hooks", "worktree", "add", "--quiet", "--force", "--detach", directory, tag.Commit);

    /// <summary>Removes what was checked out; without a word where there is nothing.</summary>
    internal async Task RemoveAsync(string directory)
    {
        try
        {
            await ProgramRun.RunAsync(
                _git, ["worktree", "remove", "--force", "--force", directory], null, null, CancellationToken.None, _place);
        }
        catch (ProgramException)
        {
            // The directory is deleted with its parent, and git forgets it by itself.
        }
    }

    private static GitTag? Read(string line) => line.Split('\t') switch
    {
        [var name, "commit", var commit, var time, ..] => new(name, commit, TimeOf(time)),
        [var name, "tag", _, _, "commit", var commit, var time] => new(name, commit, TimeOf(time)),
        _ => null,
    };

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.FromUnixTimeSeconds(long.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0);

    private async Task<string> RunAsync(string failure, CancellationToken cancellationToken, params string[] arguments)
    {
        try
        {
            var reply = await ProgramRun.RunAsync(_git, arguments, null, null, cancellationToken, _place);
            return reply.ExitCode == 0 ? reply.Output : throw Failed($"{failure}: {reply.Words}");
        }
        catch (ProgramException problem)
        {
            throw Failed($"{failure}: the program {_git} {problem.Message}", problem);
        }
    }

    private static ContainerizeException Failed(Message message, Exception? cause = null) => new(DiagnosticCode.NoGitTags, message, cause);
}
