using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates the commands of RUN: packages and directories have counterparts.</summary>
internal sealed class RunCommands(ImportResult result, bool isWindows)
{
    /// <summary>What is said of other commands.</summary>
    internal const string NoCommands =
        "no commands run while the image is made: make the files in a target before Containerize and add them, or build on a base that " +
        "has them";

    private static readonly string[] s_harmless = ["set", "true", "echo", ":", "update-ca-certificates", "cd", "ldconfig"];
    private static readonly string[] s_caches =
        ["/var/lib/apt/lists", "/var/cache/apt", "/tmp", "/var/tmp", "/root/.cache", "/var/cache/apk"];

    private readonly List<(StagePoint Point, string Path, string Owner)> _owners = [];
    private readonly List<(StagePoint Point, string Path)> _made = [];

    /// <summary>Translates a command.</summary>
    internal void Take(StagePoint point, string[] words)
    {
        var run = point.Instruction;
        switch (words)
        {
            case ["sudo", ..]:
                Take(point, words[1..]);
                break;
            case ["apt-get" or "apt", ..]:
                Packages(run, words);
                break;
            case ["apk", .. var rest] when rest.Contains("add"):
                result.NoCounterpart(
                    run,
                    $"packages of Alpine ({string.Join(", ", Names(rest))}): build on a base that has them, or on Debian with " +
                    $"ContainerizeDebianPackage");
                break;
            case ["mkdir", .. var rest]:
                _made.AddRange(Names(rest).Select(path => (point, ImagePath.Combine(point.Directory, path, isWindows))));
                break;
            case ["chown", .. var rest] when Names(rest) is [var owner, .. var paths]:
                _owners.AddRange(paths.Select(path => (point, ImagePath.Combine(point.Directory, path, isWindows), owner)));
                break;
            case ["chmod", .. var rest]:
                result.Check(run, $"chmod {string.Join(' ', rest)}: programs and scripts get mode 0755 by themselves, other files with " +
                    $"Mode of ContainerizeFile");
                break;
            case ["rm", .. var rest] when Names(rest).All(path => s_caches.Any(cache => path.StartsWith(cache, StringComparison.Ordinal))):
            case [var name, ..] when s_harmless.Contains(name):
                result.NotNeeded(run, "nothing of it is in the image");
                break;
            case ["dotnet", "restore" or "build" or "test" or "dev-certs" or "tool" or "workload", ..]:
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
        foreach (var (point, path, owner) in _owners)
        {
            var numbers = owner.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(users.Number).ToList();
            if (numbers.Contains(null))
            {
                result.NoCounterpart(point.Instruction, $"{owner} has no number that the Dockerfile says: set Owner of " +
                    $"ContainerizeWritableDirectory");
            }
            else if (path == app)
            {
                result.Set(point.Instruction.Line, "ContainerizeFileOwner", string.Join(':', numbers));
            }
            else
            {
                result.Add(point.Instruction.Line, "ContainerizeWritableDirectory", path, ("Owner", string.Join(':', numbers)));
            }

            var inside = _made.Where(made => made.Path != path && ImagePath.IsIn(made.Path, path));
            foreach (var (maker, made) in numbers.Contains(null) ? [] : inside)
            {
                result.Add(maker.Instruction.Line, "ContainerizeWritableDirectory", made, ("Owner", string.Join(':', numbers)));
            }
        }

        foreach (var (point, path) in _made.Where(made =>
            made.Path != app && !_owners.Exists(owner => ImagePath.IsIn(made.Path, owner.Path))))
        {
            result.Add(point.Instruction.Line, "ContainerizeWritableDirectory", path, ("Owner", "0:0"));
        }
    }

    private static List<string> Names(IEnumerable<string> words) =>
        [.. words.Where(word => !word.StartsWith('-') && word != "add")];

    private void Packages(Instruction run, IReadOnlyList<string> words)
    {
        var arguments = Names(words.Skip(1));
        if (arguments is not ["install", .. var packages])
        {
            result.NotNeeded(run, "nothing of it is in the image");
            return;
        }

        foreach (var package in packages)
        {
            if (package.Contains('$', StringComparison.Ordinal) || package.Contains('/', StringComparison.Ordinal)
                || package.Contains('*', StringComparison.Ordinal))
            {
                result.NoCounterpart(run, $"{package} is no name of a package: add packages with ContainerizeDebianPackage");
            }
            else
            {
                var parts = package.Split('=', 2);
                result.Add(run.Line, "ContainerizeDebianPackage", parts[0], ("Version", parts.ElementAtOrDefault(1)));
            }
        }
    }
}
