using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates the instructions of the stage that is the image.</summary>
internal sealed class StageImport
{
    private const string DefaultDirectory = "/app";
    private const string DefaultWindowsDirectory = "C:/app";

    private readonly Stage _last;
    private readonly ImportResult _result;
    private readonly DotnetImage? _image;
    private readonly BuildOutput _build;
    private readonly bool _isWindows;
    private readonly char _escape;
    private readonly Users _users;
    private readonly StartCommand _start;
    private readonly RunCommands _commands;
    private readonly PublishedFiles _published;
    private readonly CopiedFiles _copied;
    private ExpandedText _directory;
    private Instruction? _workDirectory;
    private Instruction? _user;
    private ExpandedText? _userName;

    /// <summary>Begins a stage.</summary>
    /// <param name="image">Its base; null where that is not one of .NET.</param>
    /// <param name="builds">What the stages publish, by their numbers.</param>
    /// <param name="isDirectory">Whether a path of the context is a directory; null where nothing is there.</param>
    internal StageImport(
        Stages stages,
        Stage last,
        ImportResult result,
        DotnetImage? image,
        IReadOnlyDictionary<int, BuildOutput> builds,
        Func<string, bool?> isDirectory,
        bool isWindows)
    {
        (_last, _result, _image, _build) = (last, result, image, builds[last.Number]);
        (_isWindows, _escape) = (isWindows, stages.Escape);
        _users = new(image is not null);
        _start = new(result, isWindows);
        _commands = new(result, isWindows);
        _published = new(stages, builds, result, isWindows);
        _copied = new(stages, _build, result, _users, _published, isDirectory, isWindows);
        _directory = ImagePath.Root(isWindows);
    }

    /// <summary>The command whose output is in the image; null where the Dockerfile has none.</summary>
    internal PublishCommand? Publish => _published.Publish;

    /// <summary>The stage of that command.</summary>
    internal BuildOutput? Build => _published.Build;

    /// <summary>The project, relative to the context.</summary>
    internal string? Project => Publish?.Project.Value is { } project ? Build!.InContext(project) : null;

    /// <summary>Translates an instruction.</summary>
    internal void Take(StagePoint point)
    {
        var instruction = point.Instruction;
        _directory = point.Directory;
        switch (instruction.Keyword)
        {
            case "WORKDIR":
                _workDirectory = instruction;
                break;
            case "ENV":
                Each(point, isOldForm: true, "ContainerEnvironmentVariable");
                break;
            case "LABEL":
                Each(point, isOldForm: true, "ContainerLabel");
                break;
            case "MAINTAINER":
                _result.Set(instruction.Line, "ContainerAuthors", instruction.Text);
                break;
            case "EXPOSE":
                Ports(point);
                break;
            case "USER":
                (_user, _userName) = (instruction, Text(point));
                break;
            case "VOLUME":
                foreach (var word in Words.Of(instruction, _escape, point.Variables))
                {
                    if (_result.Known(instruction, word, "set ContainerVolume") is { } volume)
                    {
                        _result.Add(instruction.Line, "ContainerVolume", volume);
                    }
                }

                break;
            case "STOPSIGNAL":
                _result.Set(instruction, "ContainerStopSignal", Text(point));
                break;
            case "HEALTHCHECK":
                Healthcheck(instruction);
                break;
            case "ENTRYPOINT" or "CMD":
                _start.Take(point);
                break;
            case "COPY" or "ADD":
                _copied.Take(point);
                break;
            case "RUN":
                Run(point);
                break;
            case "ARG":
                _result.NotNeeded(instruction, "an argument is a property: dotnet publish -p:Name=value");
                break;
            case "SHELL":
                _result.Check(
                    instruction, "no commands run while the image is made; it counts for commands in the form of the shell alone");
                break;
            case "ONBUILD":
                _result.NoCounterpart(instruction, "images do nothing when others are built on them");
                break;
            default:
                _result.NoCounterpart(instruction, "the instruction is not known");
                break;
        }
    }

    /// <summary>Translates what the instructions mean together.</summary>
    internal void Finish()
    {
        var standard = _isWindows ? DefaultWindowsDirectory : DefaultDirectory;
        var directory = _published.Directory ?? _directory;
        if (directory.Written != standard && directory.Written.TrimEnd('/') is not ("" or "C:"))
        {
            _result.Set(
                _workDirectory ?? _last.From,
                "ContainerWorkingDirectory",
                directory.Select(path => _isWindows ? path.Replace('/', '\\') : path));
        }

        if (_published.Copy is { } copy && directory.Written != _directory.Written && _workDirectory is not null)
        {
            _result.Check(copy, $"the app's files and the working directory are one: {directory}");
        }

        _commands.Finish(_users, directory, _copied);
        _copied.Finish(Project);
        User();
        if (_published.Finish(directory, _last.Chain.First().Image))
        {
            _start.FinishSite();
        }
        else
        {
            _start.Finish(Publish?.Name, directory.Written, _last.From);
        }
    }

    private ExpandedText Text(StagePoint point) => Words.Unquote(point.Instruction.Text, _escape, point.Variables);

    private void Each(StagePoint point, bool isOldForm, string item)
    {
        foreach (var (name, written) in Assignments.Read(point.Instruction.Text, _escape, point.Variables, isOldForm))
        {
            if (_result.Known(point.Instruction, written ?? ExpandedText.Of(""), $"write the value out in {item}") is { } value)
            {
                _result.Add(point.Instruction.Line, item, name, ("Value", value));
            }
        }
    }

    private void Ports(StagePoint point)
    {
        foreach (var written in Words.Split(point.Instruction.Text, _escape, point.Variables))
        {
            if (_result.Known(point.Instruction, written, "set ContainerPort") is not { } word)
            {
                continue;
            }

            var parts = word.Split('/');
            var ends = parts[0].Split('-');
            if (!int.TryParse(ends[0], out var first) || !int.TryParse(ends[^1], out var end) || end - first is < 0 or > 1000)
            {
                _result.NoCounterpart(point.Instruction, $"{word} is no port: set ContainerPort");
                continue;
            }

            for (var port = first; port <= end; port++)
            {
                _result.Add(
                    point.Instruction.Line,
                    "ContainerPort",
                    $"{port}",
                    ("Type", parts is [_, var type] ? type.ToLowerInvariant() : "tcp"));
            }
        }
    }

    private void Healthcheck(Instruction instruction)
    {
        _result.Drop("ContainerHealthcheck");
        if (instruction.Text.Trim().Equals("NONE", StringComparison.OrdinalIgnoreCase))
        {
            _result.Add(instruction.Line, "ContainerHealthcheck", "NONE");
            return;
        }

        var command = instruction with { Text = instruction.Text.Length > 3 ? instruction.Text[3..].Trim() : "" };
        // One text without blanks is a program, which does the same.
        IReadOnlyList<string> words = command.Json ?? [command.Text];
        _result.Add(
            instruction.Line,
            "ContainerHealthcheck",
            words,
            ("Interval", instruction.Flag("interval")),
            ("Timeout", instruction.Flag("timeout")),
            ("StartPeriod", instruction.Flag("start-period")),
            ("StartInterval", instruction.Flag("start-interval")),
            ("Retries", instruction.Flag("retries")));
        _result.Check(instruction, "Podman runs it with ContainerImageFormat=Docker alone; Docker runs it in any case");
    }

    private void User()
    {
        if (_user is null)
        {
            if (_image is { IsNonRoot: false })
            {
                _result.Check(
                    _last.From, "the Dockerfile has no USER and runs as root; the image runs as app. For root, set ContainerUser");
            }

            return;
        }

        if (_result.Known(_user, _userName!, "set ContainerUser") is not { } user)
        {
            return;
        }

        if (_users.UserOf(user) is not { } name)
        {
            _result.NoCounterpart(_user, $"{user} has no number that the Dockerfile says: set ContainerUser to a number");
        }
        else if (_image is not null && name is "app" or StageWalk.AppUser)
        {
            _result.NotNeeded(_user, "it is the user of .NET's images, which is the default");
        }
        else
        {
            _result.Set(_user.Line, "ContainerUser", name);
        }
    }

    private void Run(StagePoint point)
    {
        if (RunCommand.Of(point, _isWindows) is not { } commands)
        {
            _result.NoCounterpart(point.Instruction, RunCommands.NoCommands);
            return;
        }

        foreach (var command in commands)
        {
            if (command.Is("dotnet", "publish"))
            {
                _published.Take(_build.Publishes[^1], _build);
                _result.NotNeeded(point.Instruction, "dotnet publish -t:Containerize does it");
            }
            else if (_users.Take(command))
            {
                _result.NotNeeded(point.Instruction, "the image names users by their numbers, which need no entry in /etc/passwd");
            }
            else
            {
                _commands.Take(point.Instruction, command);
            }
        }
    }
}
