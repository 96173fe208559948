using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>What a stage publishes, and which files of the context it has.</summary>
internal sealed class BuildOutput
{
    private readonly List<(string Place, string Context)> _copies = [];

    private BuildOutput(List<PublishCommand> publishes) => Publishes = publishes;

    /// <summary>The <c>dotnet publish</c> commands, in order.</summary>
    internal IReadOnlyList<PublishCommand> Publishes { get; }

    /// <summary>Reads a stage.</summary>
    /// <param name="given">Values for arguments.</param>
    /// <param name="isDirectory">Whether a path of the context is a directory; null where nothing is there.</param>
    internal static BuildOutput Of(
        Stages stages, Stage stage, IReadOnlyDictionary<string, string> given, Func<string, bool?> isDirectory, bool isWindows)
    {
        var publishes = new List<PublishCommand>();
        var output = new BuildOutput(publishes);
        foreach (var point in StageWalk.Of(stages, stage, given, isWindows))
        {
            if (point.Instruction.Keyword == "RUN")
            {
                publishes.AddRange((RunCommand.Of(point, isWindows) ?? [])
                    .Where(command => command.Is("dotnet", "publish"))
                    .Select(command => PublishCommand.Read(point.Instruction.Line, command, isWindows)));
            }
            else if (point.Instruction.Keyword is "COPY" or "ADD" && point.Instruction.Flag("from") is null)
            {
                output.Copy(point, stages.Escape, isDirectory, isWindows);
            }
        }

        return output;
    }

    /// <summary>Where a path of the stage is in the context; null when it was made there.</summary>
    internal string? InContext(string path)
    {
        foreach (var (place, context) in Enumerable.Reverse(_copies).OrderByDescending(copy => copy.Place.Length))
        {
            if (ImagePath.IsIn(path, place))
            {
                return ImagePath.OfContext(context + "/" + path[place.TrimEnd('/').Length..]);
            }
        }

        return null;
    }

    private void Copy(StagePoint point, char escape, Func<string, bool?> isDirectory, bool isWindows)
    {
        var words = Words.Of(point.Instruction, escape, point.Variables);
        if (words.Count < 2)
        {
            return;
        }

        var target = ImagePath.Combine(point.Directory, words[^1], isWindows).Written;
        foreach (var source in words.SkipLast(1).Select(word => word.Value).OfType<string>()
            .Where(source => !source.Contains('*', StringComparison.Ordinal)))
        {
            var name = ImagePath.OfContext(source);
            // A file keeps its name in a directory; a directory gives what is in it. What is not there is told by its name.
            var isFile = isDirectory(name) is { } isKnown ? !isKnown : Path.HasExtension(name);
            _copies.Add((isFile && IsDirectory(words) ? target.TrimEnd('/') + "/" + Path.GetFileName(name) : target, name));
        }
    }

    private static bool IsDirectory(IReadOnlyList<ExpandedText> words) =>
        words.Count > 2 || words[^1].Written is "." or ".." or [.., '/' or '\\'];
}
