using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>A <c>dotnet publish</c> of a Dockerfile.</summary>
/// <param name="Project">The project as a path in the build's image; the directory without one.</param>
/// <param name="Output">Where it publishes to, in the build's image; null for the default.</param>
/// <param name="Properties">The properties that its options mean.</param>
/// <param name="Unclear">Options whose values the Dockerfile does not say, or that have no counterpart.</param>
internal sealed record PublishCommand(
    int Line,
    ExpandedText Project,
    ExpandedText? Output,
    IReadOnlyList<(string Name, string Value)> Properties,
    IReadOnlyList<string> Unclear)
{
    // They say how the build runs, not what it makes.
    private static readonly string[] s_withValue =
        ["-v", "--verbosity", "--source", "-s", "--configfile", "--packages", "--interactive", "-bl", "-tl", "--tl", "--manifest"];

    /// <summary>The name of the project's file without its ending; null where it is a directory or a solution.</summary>
    internal string? Name => Project.Value is { } path && ProjectPath.IsProject(path) ? Path.GetFileNameWithoutExtension(path) : null;

    /// <summary>Reads a command.</summary>
    /// <param name="command">The command; its first words are <c>dotnet publish</c>.</param>
    internal static PublishCommand Read(int line, RunCommand command, bool isWindows)
    {
        var (words, directory) = (command.Words, command.Directory);
        var (project, output) = (directory, (ExpandedText?)null);
        var (properties, unclear) = (new List<(string, string)>(), new List<string>());
        for (var at = 2; at < words.Length; at++)
        {
            var (name, value) = Split(words[at]);
            ExpandedText Value() => value ?? (at + 1 < words.Length ? words[++at] : ExpandedText.Of(""));
            switch (name)
            {
                case "-o" or "--output":
                    output = ImagePath.Combine(directory, Value(), isWindows);
                    break;
                case "-c" or "--configuration":
                    Add("Configuration", Value());
                    break;
                case "-r" or "--runtime":
                    Add("ContainerRuntimeIdentifier", Value());
                    break;
                case "-f" or "--framework":
                    Add("TargetFramework", Value());
                    break;
                case "--self-contained" or "--sc":
                    var isBoolean = value is null && at + 1 < words.Length && bool.TryParse(words[at + 1].Value, out _);
                    Add("SelfContained", value ?? (isBoolean ? words[++at] : ExpandedText.Of("true")));
                    break;
                case "--no-self-contained":
                    Add("SelfContained", ExpandedText.Of("false"));
                    break;
                case "--version-suffix":
                    Add("VersionSuffix", Value());
                    break;
                case "-a" or "--arch" or "--os":
                    unclear.Add($"{name} {Value()}");
                    break;
                case "-p" or "/p" or "--property" or "-property" or "/property":
                    AddAll(Value());

                    break;
                case var _ when s_withValue.Contains(name):
                    _ = name is "-bl" or "-tl" or "--tl" or "--interactive" ? null : Value();
                    break;
                case ['-', ..]:
                case ['/', ..] when !words[at].Written.Contains('/', StringComparison.Ordinal):
                    break;
                default:
                    project = ImagePath.Combine(directory, words[at], isWindows);
                    break;
            }
        }

        return new(line, project, output, properties, unclear);

        void Add(string name, ExpandedText value)
        {
            if (value.Value is { } known)
            {
                properties.Add((name, known));
            }
            else
            {
                unclear.Add($"{name}={value}");
            }
        }

        void AddAll(ExpandedText assignments)
        {
            foreach (var assignment in assignments.Written.Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = assignment.IndexOf('=', StringComparison.Ordinal);
                Add(
                    equals < 0 ? assignment : assignment[..equals],
                    assignments.Select(_ => equals < 0 ? "" : assignment[(equals + 1)..]));
            }
        }
    }

    // -p:X=Y and --property:X=Y have a colon, --self-contained=true and --output=x an equals sign, -o x neither.
    private static (string Name, ExpandedText? Value) Split(ExpandedText text)
    {
        var word = text.Written;
        if (!word.StartsWith('-') && !word.StartsWith("/p", StringComparison.Ordinal))
        {
            return (word, null);
        }

        var at = word.AsSpan().IndexOfAny(':', '=');
        return at < 0 ? (word, null) : (word[..at], text.Select(written => written[(at + 1)..]));
    }
}
