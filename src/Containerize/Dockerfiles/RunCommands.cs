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

    private const string Item = "ContainerizeWritableDirectory";

    private static readonly string[] s_harmless = ["set", "true", "echo", ":", "update-ca-certificates", "cd"];
    private static readonly string[] s_caches =
        ["/var/lib/apt/lists", "/var/cache/apt", "/tmp", "/var/tmp", "/root/.cache", "/var/cache/apk"];

    private static readonly string[] s_apkWithValue =
        ["-p", "--root", "-X", "--repository", "-t", "--virtual", "--arch", "--keys-dir", "--repositories-file", "--wait", "--cache-dir",
            "--cache-max-age", "--timeout"];

    private readonly AptCommand _apt = new(result);
    private readonly List<(Instruction Run, ExpandedText Path, ExpandedText Owner)> _owners = [];
    private readonly List<(Instruction Run, ExpandedText Path, string? Mode)> _made = [];

    /// <summary>Translates a command.</summary>
    internal void Take(Instruction run, RunCommand command)
    {
        switch (command.Name)
        {
            case "apt-get" or "apt":
                _apt.Take(run, command.Arguments);
                break;
            case "apk" when CommandOptions.Read(command.Arguments, s_apkWithValue).Operands is [{ Value: "add" }, .. var packages]:
                result.NoCounterpart(
                    run,
                    $"packages of Alpine ({string.Join<ExpandedText>(", ", packages)}): build on a base that has them, or on Debian with " +
                    $"ContainerizeDebianPackage");
                break;
            case "mkdir":
                Make(run, command, CommandOptions.Read(command.Arguments, ["-m", "--mode"]));
                break;
            case "chown" when CommandOptions.Read(command.Arguments, ["--from"]) is { Operands: [var owner, .. var paths] } options
                && !options.HasAny("--reference"):
                _owners.AddRange(paths.Select(path => (run, ImagePath.Combine(command.Directory, path, isWindows), owner)));
                break;
            case "chmod" when ChangeMode(command):
                break;
            case "chmod":
                result.Check(run, $"chmod {string.Join<ExpandedText>(' ', command.Arguments)}: programs and scripts get mode 0755 by " +
                    $"themselves, other files with Mode of ContainerizeFile");
                break;
            case "ldconfig":
                result.Check(run, $"the loader's cache stays as the base has it: put libraries that were copied into a directory that the " +
                    $"loader always searches, such as /usr/lib, or name their directory in LD_LIBRARY_PATH");
                break;
            case "rm" when CommandOptions.Read(command.Arguments, []).Operands.All(path => IsCache(command, path)):
            case { } name when s_harmless.Contains(name):
            case null when command.Words.Length == 0:
                result.NotNeeded(run, NoEffect);
                break;
            case "dotnet" when command.Arguments is [{ Value: "restore" or "build" or "test" or "clean" or "workload" }, ..]
                or [{ Value: "tool" }, { Value: "restore" }, ..]:
                result.NotNeeded(run, "the build does it");
                break;
            default:
                result.NoCounterpart(run, NoCommands);
                break;
        }
    }

    /// <summary>Translates directories and their owners.</summary>
    /// <param name="app">The directory of the app.</param>
    /// <param name="copied">The files of the context, which may have these owners, too.</param>
    internal void Finish(Users users, ExpandedText app, CopiedFiles copied)
    {
        foreach (var (run, _, mode) in _made.Where(made => made.Path.Written == app.Written && made.Mode is not null))
        {
            result.Check(run, $"the directory of the app has mode 0755: for {mode}, add {Item} with directories below it");
        }

        foreach (var (run, path, named) in _owners)
        {
            if (result.Known(run, named, $"set Owner of {Item}") is not { } name)
            {
                continue;
            }

            if (users.OwnerOf(name) is not { } owner)
            {
                result.NoCounterpart(run, $"{name} has no number that the Dockerfile says: set Owner of {Item}");
                continue;
            }

            if (path.Written == app.Written)
            {
                result.Set(run.Line, "ContainerizeFileOwner", owner);
            }
            else if (!copied.ChangeOwner(path.Written, owner))
            {
                Add(run, path, _made.Find(made => made.Path.Written == path.Written).Mode, owner);
            }

            foreach (var (maker, made, mode) in _made.Where(made => made.Path.Written != path.Written && IsIn(made.Path, path)))
            {
                Add(maker, made, mode, owner);
            }
        }

        foreach (var (run, path, mode) in _made.Where(made =>
            made.Path.Written != app.Written && !_owners.Exists(owner => IsIn(made.Path, owner.Path))))
        {
            Add(run, path, mode, "0:0");
        }
    }

    private void Make(Instruction run, RunCommand command, CommandOptions options)
    {
        var mode = OctalMode.Of(result, run, options.Value("-m", "--mode"), Item);
        _made.AddRange(options.Operands.Select(path => (run, ImagePath.Combine(command.Directory, path, isWindows), mode)));
    }

    // Whether all of the paths are directories that mkdir made, and the mode is one by itself.
    private bool ChangeMode(RunCommand command)
    {
        if (CommandOptions.Read(command.Arguments, []) is not { Operands: [{ Value: { } written }, .. var operands] }
            || OctalMode.Of(written) is not { } mode)
        {
            return false;
        }

        var paths = operands.Select(path => ImagePath.Combine(command.Directory, path, isWindows).Written).ToList();
        if (!paths.TrueForAll(path => _made.Exists(made => made.Path.Written == path)))
        {
            return false;
        }

        for (var at = 0; at < _made.Count; at++)
        {
            _made[at] = paths.Contains(_made[at].Path.Written) ? _made[at] with { Mode = mode } : _made[at];
        }

        return true;
    }

    private void Add(Instruction run, ExpandedText path, string? mode, string owner)
    {
        if (result.Known(run, path, $"set {Item}") is { } known)
        {
            result.Add(run.Line, Item, known, ("Mode", mode), ("Owner", owner));
        }
    }

    private static bool IsIn(ExpandedText path, ExpandedText directory) => ImagePath.IsIn(path.Written, directory.Written);

    private bool IsCache(RunCommand command, ExpandedText path) => ImagePath.Combine(command.Directory, path, isWindows).Value is { } known
        && Array.Exists(s_caches, cache => ImagePath.IsIn(known, cache));
}
