using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates the commands of RUN: packages and directories have counterparts.</summary>
internal sealed class RunCommands(ImportResult result, bool isWindows)
{
    /// <summary>What is said of other commands.</summary>
    internal const string NoCommands =
        "no commands run while the image is made: make the files in a target before Containerize and add them, or build on a base that " +
        "has them";

    /// <summary>What is said of commands that leave nothing behind that an app needs.</summary>
    internal const string NoEffect = "nothing of it is in the image";

    private static readonly string[] s_harmless = ["set", "true", "echo", ":", "update-ca-certificates", "cd", "ldconfig"];
    private static readonly string[] s_caches =
        ["/var/lib/apt/lists", "/var/cache/apt", "/tmp", "/var/tmp", "/root/.cache", "/var/cache/apk"];

    private static readonly string[] s_apkWithValue =
        ["-p", "--root", "-X", "--repository", "-t", "--virtual", "--arch", "--keys-dir", "--repositories-file", "--wait", "--cache-dir",
            "--cache-max-age", "--timeout"];

    private readonly AptCommand _apt = new(result);
    private readonly List<(Instruction Run, string Path, string Owner)> _owners = [];
    private readonly List<(Instruction Run, string Path, string? Mode)> _made = [];

    /// <summary>Translates a command.</summary>
    internal void Take(Instruction run, RunCommand command)
    {
        switch (command.Words)
        {
            case ["apt-get" or "apt", .. var rest]:
                _apt.Take(run, rest);
                break;
            case ["apk", .. var rest] when CommandOptions.Read(rest, s_apkWithValue).Operands is ["add", .. var packages]:
                result.NoCounterpart(
                    run,
                    $"packages of Alpine ({string.Join(", ", packages)}): build on a base that has them, or on Debian with " +
                    $"ContainerizeDebianPackage");
                break;
            case ["mkdir", .. var rest]:
                Make(run, command, CommandOptions.Read(rest, ["-m", "--mode"]));
                break;
            case ["chown", .. var rest] when CommandOptions.Read(rest, ["--from"]) is { Operands: [var owner, .. var paths] } options
                && !options.HasAny("--reference"):
                _owners.AddRange(paths.Select(path => (run, ImagePath.Combine(command.Directory, path, isWindows), owner)));
                break;
            case ["chmod", .. var rest]:
                result.Check(run, $"chmod {string.Join(' ', rest)}: programs and scripts get mode 0755 by themselves, other files with " +
                    $"Mode of ContainerizeFile");
                break;
            case ["rm", .. var rest] when CommandOptions.Read(rest, []).Operands.All(path => IsCache(command, path)):
            case [var name, ..] when s_harmless.Contains(name):
            case []:
                result.NotNeeded(run, NoEffect);
                break;
            case ["dotnet", "restore" or "build" or "test" or "clean" or "workload", ..] or ["dotnet", "tool", "restore", ..]:
                result.NotNeeded(run, "the build does it");
                break;
            default:
                result.NoCounterpart(run, NoCommands);
                break;
        }
    }

    /// <summary>Translates directories and their owners.</summary>
    /// <param name="app">The directory of the app.</param>
    internal void Finish(Users users, string app)
    {
        foreach (var (run, path, owner) in _owners)
        {
            var numbers = owner.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(users.Number).ToList();
            if (numbers.Contains(null))
            {
                result.NoCounterpart(run, $"{owner} has no number that the Dockerfile says: set Owner of " +
                    $"ContainerizeWritableDirectory");
            }
            else if (path == app)
            {
                result.Set(run.Line, "ContainerizeFileOwner", string.Join(':', numbers));
            }
            else
            {
                Add(run, path, _made.Find(made => made.Path == path).Mode, string.Join(':', numbers));
            }

            var inside = _made.Where(made => made.Path != path && ImagePath.IsIn(made.Path, path));
            foreach (var (maker, made, mode) in numbers.Contains(null) ? [] : inside)
            {
                Add(maker, made, mode, string.Join(':', numbers));
            }
        }

        foreach (var (run, path, mode) in _made.Where(made =>
            made.Path != app && !_owners.Exists(owner => ImagePath.IsIn(made.Path, owner.Path))))
        {
            Add(run, path, mode, "0:0");
        }
    }

    private void Make(Instruction run, RunCommand command, CommandOptions options)
    {
        var mode = options.Value("-m", "--mode");
        if (mode?.All(character => character is >= '0' and <= '7') == false)
        {
            result.Check(run, $"a mode is octal: set Mode of ContainerizeWritableDirectory for {mode}");
            mode = null;
        }

        _made.AddRange(options.Operands.Select(path => (run, ImagePath.Combine(command.Directory, path, isWindows), mode)));
    }

    private void Add(Instruction run, string path, string? mode, string owner) => result.Add(
        run.Line, "ContainerizeWritableDirectory", path, ("Mode", mode?.PadLeft(4, '0')), ("Owner", owner));

    private bool IsCache(RunCommand command, string path) =>
        Array.Exists(s_caches, cache => ImagePath.IsIn(ImagePath.Combine(command.Directory, path, isWindows), cache));
}
