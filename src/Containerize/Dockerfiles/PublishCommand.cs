using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>A <c>dotnet publish</c> of a Dockerfile.</summary>
/// <param name="Project">The project as a path in the build's image; the directory without one.</param>
/// <param name="Output">Where it publishes to, in the build's image; null for the default.</param>
/// <param name="Properties">The properties that its options mean.</param>
/// <param name="Unclear">Options whose values the Dockerfile does not say, or that have no counterpart.</param>
/// <param name="Paths">Options whose values are paths of the build's image, which a project does not have.</param>
internal sealed record PublishCommand(
    int Line,
    ExpandedText Project,
    ExpandedText? Output,
    IReadOnlyList<(string Name, string Value)> Properties,
    IReadOnlyList<string> Unclear,
    IReadOnlyList<string> Paths)
{
    // They say how the build runs, not what it makes.
    private static readonly string[] s_withValue =
        ["-v", "--verbosity", "--source", "-s", "--configfile", "--packages", "--interactive", "-bl", "-tl", "--tl", "--manifest"];

    // Of MSBuild, without a value; another word with one slash is a directory: /src.
    private static readonly string[] s_switches =
        ["nologo", "m", "maxcpucount", "restore", "r", "bl", "binarylogger", "tl", "terminallogger", "fl", "filelogger", "graph",
            "graphbuild", "isolate", "isolateprojects", "low", "lowpriority", "interactive", "ds", "detailedsummary", "err", "warnaserror",
            "noconlog", "noconsolelogger", "noautorsp", "noautoresponse", "pp", "preprocess", "q", "question"];

    private static readonly string[] s_paths =
        ["OutDir", "OutputPath", "BaseOutputPath", "IntermediateOutputPath", "BaseIntermediateOutputPath", "MSBuildProjectExtensionsPath",
            "ArtifactsPath", "PublishUrl"];

    /// <summary>The name of the project's file without its ending; null where it is a directory or a solution.</summary>
    internal string? Name => Project.Value is { } path && ProjectPath.IsProject(path) ? Path.GetFileNameWithoutExtension(path) : null;

    /// <summary>The directory of the project, as a path in the build's image.</summary>
    internal ExpandedText ProjectDirectory => DirectoryOf(Project);

    /// <summary>Reads a command.</summary>
    /// <param name="command">The command; its first words are <c>dotnet publish</c>.</param>
    internal static PublishCommand Read(int line, RunCommand command, bool isWindows)
    {
        var (words, directory) = (command.Words, command.Directory);
        var (project, output) = (directory, (ExpandedText?)null);
        var (properties, unclear, paths) = (new List<(string, string)>(), new List<string>(), new List<string>());
        ExpandedText? publishDirectory = null;
        for (var at = 2; at < words.Length; at++)
        {
            var (name, value) = Split(words[at]);
            ExpandedText Value() => value ?? (at + 1 < words.Length ? words[++at] : ExpandedText.Of(""));
            switch (name)
            {
                case "-o" or "--output":
                    (output, publishDirectory) = (ImagePath.Combine(directory, Value(), isWindows), null);
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
                case "--artifacts-path":
                    Add("ArtifactsPath", Value());
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
                case ['/', ..] when IsSwitch(words[at].Written):
                    break;
                default:
                    project = ImagePath.Combine(directory, words[at], isWindows);
                    break;
            }
        }

        if (publishDirectory is not null)
        {
            output = ImagePath.Combine(DirectoryOf(project), publishDirectory.Select(path => path.Replace('\\', '/')), isWindows);
        }

        return new(line, project, output, properties, unclear, paths);

        void Add(string name, ExpandedText value)
        {
            if (name.Equals("PublishDir", StringComparison.OrdinalIgnoreCase))
            {
                publishDirectory = value;
            }
            else if (s_paths.Contains(name, StringComparer.OrdinalIgnoreCase) || IsRooted(value.Written, isWindows))
            {
                paths.Add($"{name}={value}");
            }
            else if (value.Value is { } known)
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

    private static ExpandedText DirectoryOf(ExpandedText project) =>
        project.Select(path => ProjectPath.IsFile(path) ? ImagePath.Parent(path) : path);

    // -p:X=Y and --property:X=Y have a colon, --self-contained=true and --output=x an equals sign, -o x neither.
    private static (string Name, ExpandedText? Value) Split(ExpandedText text)
    {
        var word = text.Written;
        if (!word.StartsWith('-') && !IsSwitch(word))
        {
            return (word, null);
        }

        var at = word.AsSpan().IndexOfAny(':', '=');
        return at < 0 ? (word, null) : (word[..at], text.Select(written => written[(at + 1)..]));
    }

    // As MSBuild on Linux, which takes a word for a path where its first part is one.
    private static bool IsSwitch(string word)
    {
        var parts = word.Split('/');
        return parts is ["", var first, .. var rest] && (first.Contains(':', StringComparison.Ordinal)
            || (rest.Length == 0 && s_switches.Contains(first, StringComparer.OrdinalIgnoreCase)));
    }

    private static bool IsRooted(string value, bool isWindows) =>
        value is ['/', ..] || (isWindows && value is ['\\', ..] or [_, ':', '\\' or '/', ..]);
}
