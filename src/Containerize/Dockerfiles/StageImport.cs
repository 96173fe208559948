using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates the instructions of the stage that is the image.</summary>
internal sealed class StageImport(
    Stages stages,
    Stage last,
    ImportResult result,
    DotnetImage? image,
    IReadOnlyDictionary<int, BuildOutput> builds,
    Func<string, bool> isDirectory,
    bool isWindows)
{
    private const string DefaultDirectory = "/app";
    private const string DefaultWindowsDirectory = "C:/app";

    private readonly Users _users = new(image is not null);
    private readonly StartCommand _start = new(result, isWindows);
    private readonly RunCommands _commands = new(result, isWindows);
    private readonly PublishedFiles _published = new(stages, builds, result, isWindows);
    private ExpandedText _directory = ImagePath.Root(isWindows);
    private Instruction? _workDirectory;
    private Instruction? _user;
    private ExpandedText? _userName;

    /// <summary>The command whose output is in the image; null where the Dockerfile has none.</summary>
    internal PublishCommand? Publish => _published.Publish;

    /// <summary>The stage of that command.</summary>
    internal BuildOutput? Build => _published.Build;

    /// <summary>The project, relative to the context.</summary>
    internal string? Project => Publish?.Project.Value is { } project ? Build!.InContext(project) : null;

    private char Escape => stages.Escape;

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
                result.Set(instruction.Line, "ContainerAuthors", instruction.Text);
                break;
            case "EXPOSE":
                Ports(point);
                break;
            case "USER":
                (_user, _userName) = (instruction, Text(point));
                break;
            case "VOLUME":
                foreach (var word in Words.Of(instruction, Escape, point.Variables))
                {
                    if (result.Known(instruction, word, "set ContainerVolume") is { } volume)
                    {
                        result.Add(instruction.Line, "ContainerVolume", volume);
                    }
                }

                break;
            case "STOPSIGNAL":
                result.Set(instruction, "ContainerStopSignal", Text(point));
                break;
            case "HEALTHCHECK":
                Healthcheck(instruction);
                break;
            case "ENTRYPOINT" or "CMD":
                _start.Take(point);
                break;
            case "COPY" or "ADD":
                Copy(point);
                break;
            case "RUN":
                Run(point);
                break;
            case "ARG":
                result.NotNeeded(instruction, "an argument is a property: dotnet publish -p:Name=value");
                break;
            case "SHELL":
                result.Check(instruction, "no commands run while the image is made; it counts for commands in the form of the shell alone");
                break;
            case "ONBUILD":
                result.NoCounterpart(instruction, "images do nothing when others are built on them");
                break;
            default:
                result.NoCounterpart(instruction, "the instruction is not known");
                break;
        }
    }

    /// <summary>Translates what the instructions mean together.</summary>
    internal void Finish()
    {
        var standard = isWindows ? DefaultWindowsDirectory : DefaultDirectory;
        var directory = _published.Directory ?? _directory;
        if (directory.Written != standard && directory.Written.TrimEnd('/') is not ("" or "C:"))
        {
            result.Set(
                _workDirectory ?? last.From,
                "ContainerWorkingDirectory",
                directory.Select(path => isWindows ? path.Replace('/', '\\') : path));
        }

        if (_published.Copy is { } copy && directory.Written != _directory.Written && _workDirectory is not null)
        {
            result.Check(copy, $"the app's files and the working directory are one: {directory}");
        }

        _commands.Finish(_users, directory);
        User();
        if (_published.Finish(directory, last.Chain.First().Image))
        {
            _start.FinishSite();
        }
        else
        {
            _start.Finish(Publish?.Name, directory.Written, last.From);
        }
    }

    private ExpandedText Text(StagePoint point) => Words.Unquote(point.Instruction.Text, Escape, point.Variables);

    private void Each(StagePoint point, bool isOldForm, string item)
    {
        foreach (var (name, written) in Assignments.Read(point.Instruction.Text, Escape, point.Variables, isOldForm))
        {
            if (result.Known(point.Instruction, written ?? ExpandedText.Of(""), $"write the value out in {item}") is { } value)
            {
                result.Add(point.Instruction.Line, item, name, ("Value", value));
            }
        }
    }

    private void Ports(StagePoint point)
    {
        foreach (var written in Words.Split(point.Instruction.Text, Escape, point.Variables))
        {
            if (result.Known(point.Instruction, written, "set ContainerPort") is not { } word)
            {
                continue;
            }

            var parts = word.Split('/');
            var ends = parts[0].Split('-');
            if (!int.TryParse(ends[0], out var first) || !int.TryParse(ends[^1], out var end) || end - first is < 0 or > 1000)
            {
                result.NoCounterpart(point.Instruction, $"{word} is no port: set ContainerPort");
                continue;
            }

            for (var port = first; port <= end; port++)
            {
                result.Add(
                    point.Instruction.Line,
                    "ContainerPort",
                    $"{port}",
                    ("Type", parts is [_, var type] ? type.ToLowerInvariant() : "tcp"));
            }
        }
    }

    private void Healthcheck(Instruction instruction)
    {
        result.Drop("ContainerHealthcheck");
        if (instruction.Text.Trim().Equals("NONE", StringComparison.OrdinalIgnoreCase))
        {
            result.Add(instruction.Line, "ContainerHealthcheck", "NONE");
            return;
        }

        var command = instruction with { Text = instruction.Text.Length > 3 ? instruction.Text[3..].Trim() : "" };
        // One text without blanks is a program, which does the same.
        IReadOnlyList<string> words = command.Json ?? [command.Text];
        result.Add(
            instruction.Line,
            "ContainerHealthcheck",
            words,
            ("Interval", instruction.Flag("interval")),
            ("Timeout", instruction.Flag("timeout")),
            ("StartPeriod", instruction.Flag("start-period")),
            ("StartInterval", instruction.Flag("start-interval")),
            ("Retries", instruction.Flag("retries")));
        result.Check(instruction, "Podman runs it with ContainerImageFormat=Docker alone; Docker runs it in any case");
    }

    private void User()
    {
        if (_user is null)
        {
            if (image is { IsNonRoot: false })
            {
                result.Check(last.From, "the Dockerfile has no USER and runs as root; the image runs as app. For root, set ContainerUser");
            }

            return;
        }

        if (result.Known(_user, _userName!, "set ContainerUser") is not { } user)
        {
            return;
        }

        if (_users.UserOf(user) is not { } name)
        {
            result.NoCounterpart(_user, $"{user} has no number that the Dockerfile says: set ContainerUser to a number");
        }
        else if (image is not null && name is "app" or StageWalk.AppUser)
        {
            result.NotNeeded(_user, "it is the user of .NET's images, which is the default");
        }
        else
        {
            result.Set(_user.Line, "ContainerUser", name);
        }
    }

    private void Copy(StagePoint point)
    {
        var copy = FileCopyInstruction.Read(point, Escape, isWindows);
        if (copy is null)
        {
            result.NoCounterpart(point.Instruction, "write the content to a file of the project, and add it with ContainerizeFile");
            return;
        }

        var owner = Owner(point.Instruction, copy.Owner);
        if (copy.From is { Value: null } unknown)
        {
            result.Known(point.Instruction, unknown, "add the files with ContainerizeFile");
        }
        else if (copy.From is { Value: { } from } && !stages.All.Any(stage => stage.Number < point.Stage.Number && stage.IsCalled(from)))
        {
            result.NoCounterpart(
                point.Instruction, $"files of the image {from}: build on a base that has them, or add its layer with " +
                    $"ContainerizeLayerReference");
        }
        else
        {
            foreach (var source in copy.Sources)
            {
                Copy(point, copy, source, owner);
            }
        }
    }

    private void Copy(StagePoint point, FileCopyInstruction copy, ExpandedText source, string? owner)
    {
        if (_published.Take(point, copy, source, owner))
        {
            return;
        }

        if (copy.From is not null)
        {
            result.NoCounterpart(
                point.Instruction,
                $"{source} is made by a stage: make it in a target before Containerize, and add it with ContainerizeFile");
        }
        else if (builds[last.Number].Publishes.Count > 0)
        {
            result.NotNeeded(point.Instruction, "the sources of the project");
        }
        else
        {
            copy.AddTo(result, point.Instruction, source, owner, Project is null ? "" : Up(Project), isDirectory);
        }
    }

    private void Run(StagePoint point)
    {
        if (RunCommand.Of(point, isWindows) is not { } commands)
        {
            result.NoCounterpart(point.Instruction, RunCommands.NoCommands);
            return;
        }

        foreach (var command in commands)
        {
            if (command.Is("dotnet", "publish"))
            {
                _published.Take(builds[last.Number].Publishes[^1], builds[last.Number]);
                result.NotNeeded(point.Instruction, "dotnet publish -t:Containerize does it");
            }
            else if (_users.Take(command))
            {
                result.NotNeeded(point.Instruction, "the image names users by their numbers, which need no entry in /etc/passwd");
            }
            else
            {
                _commands.Take(point.Instruction, command);
            }
        }
    }

    private string? Owner(Instruction instruction, ExpandedText? written)
    {
        if (written is null
            || result.Known(instruction, written, "set Owner or ContainerizeFileOwner to a number") is not { } owner)
        {
            return null;
        }

        var numbers = _users.OwnerOf(owner);
        if (numbers is null)
        {
            result.Check(instruction, $"an owner is numeric, because names differ between images: set Owner or ContainerizeFileOwner " +
                $"for {owner}");
        }

        return numbers;
    }

    private static string Up(string project)
    {
        var depth = project.Split('/', StringSplitOptions.RemoveEmptyEntries).Length - (Path.HasExtension(project) ? 1 : 0);
        return string.Concat(Enumerable.Repeat("../", depth));
    }
}
