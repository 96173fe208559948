using Containerize.Files;

namespace Containerize.Histories;

/// <summary>
/// The history of a project in the tags of its repository: each is checked out, published, and read, one after the other and at the same
/// path, because paths are in what compilers write.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="publish">Publishes what was checked out.</param>
/// <param name="reader">Reads what was published.</param>
/// <param name="reporter">Is told how far it is, and which tags are left out.</param>
/// <param name="directory">Where a directory is made for a while; null for the system's temporary one.</param>
internal sealed class TagHistory(
    GitRepository repository, TagPublish publish, PublishedFilesReader reader, IReporter reporter, string? directory = null)
{
    // A program that was just killed may still write.
    private const int Attempts = 10;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Reads the history.</summary>
    /// <param name="tags">The tags, oldest first.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TooFewImages"/>: too few of them can be published.</exception>
    internal async Task<IReadOnlyList<PastImage>> ReadAsync(IReadOnlyList<GitTag> tags, CancellationToken cancellationToken)
    {
        var temporary = directory is null ? Directory.CreateTempSubdirectory("containerize-").FullName
            : Directory.CreateDirectory(Path.Combine(directory, Path.GetRandomFileName())).FullName;
        var images = new List<PastImage>();
        var hasSubmodules = false;
        try
        {
            foreach (var (number, tag) in tags.Index())
            {
                reporter.Message($"tag {tag.Name}, {number + 1} of {tags.Count}: publishing {repository.Prefix}");
                var (tree, output) = (Path.Combine(temporary, "tree"), Path.Combine(temporary, "publish"));
                try
                {
                    await repository.CheckOutAsync(tag, tree, cancellationToken);
                    if (!hasSubmodules && File.Exists(Path.Combine(tree, ".gitmodules")))
                    {
                        hasSubmodules = true;
                        reporter.Warning(
                            DiagnosticCode.TagIncomplete,
                            $"The tag {tag.Name} has submodules. They are not checked out, so a tag that needs them is left out.");
                    }

                    if (await publish.RunAsync(tree, output, reporter, cancellationToken) is { } why)
                    {
                        Skip(tag, why);
                        continue;
                    }

                    images.Add(await reader.ReadAsync(output, tag.Name, cancellationToken));
                }
                catch (ContainerizeException failure)
                {
                    Skip(tag, failure.Message);
                }
                finally
                {
                    await repository.RemoveAsync(tree);
                    await DeleteAsync(tree);
                    await DeleteAsync(output);
                }
            }
        }
        finally
        {
            await DeleteAsync(temporary);
        }

        return images.Count >= LayerLearner.LeastImages ? images : throw new ContainerizeException(
            DiagnosticCode.TooFewImages,
            $"{images.Count} of {tags.Count} tags could be published, and fewer than {LayerLearner.LeastImages} say nothing about what " +
            $"changes how often. Choose other tags (ContainerizeLayoutTags, ContainerizeLayoutMaxImages), or learn from images.");
    }

    private void Skip(GitTag tag, string why) => reporter.Warning(
        DiagnosticCode.TagSkipped, $"The tag {tag.Name} is left out: {why.TrimEnd('.')}.");

    private static async Task DeleteAsync(string directory)
    {
        for (var attempt = 1; Directory.Exists(directory); attempt++)
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure) && attempt < Attempts)
            {
                await Task.Delay(s_pause);
            }
        }
    }
}
