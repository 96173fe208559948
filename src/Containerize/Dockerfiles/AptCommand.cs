using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates <c>apt-get</c> and <c>apt</c>: packages that they install have a counterpart.</summary>
internal sealed class AptCommand(ImportResult result)
{
    private const string Item = "ContainerizeDebianPackage";

    private static readonly string[] s_withValue =
        ["-o", "--option", "-c", "--config-file", "-t", "--target-release", "--default-release", "-a", "--host-architecture", "-P",
            "--build-profiles", "-S", "--snapshot", "--solver", "--planner", "--with-source", "--error-on", "--cli-version", "--comment"];

    // They ask, or change what only apt itself reads later.
    private static readonly string[] s_withoutEffect =
        ["update", "clean", "autoclean", "auto-clean", "distclean", "dist-clean", "check", "list", "search", "show", "showsrc", "policy",
            "depends", "rdepends", "indextargets", "help"];

    /// <summary>Translates a command.</summary>
    /// <param name="words">Its words after the first.</param>
    internal void Take(Instruction run, IReadOnlyList<ExpandedText> words)
    {
        var command = CommandOptions.Read(words, s_withValue);
        if (command.HasAny("-s", "--simulate", "--just-print", "--dry-run", "--recon", "--no-act", "-h", "--help", "-v", "--version"))
        {
            result.NotNeeded(run, RunCommands.NoEffect);
            return;
        }

        switch (command.Operands)
        {
            case [{ Value: { } name }, ..] when s_withoutEffect.Contains(name):
                result.NotNeeded(run, RunCommands.NoEffect);
                break;
            case [{ Value: "install" }, _, ..] when !command.HasAny("-d", "--download-only", "--print-uris", "--only-upgrade"):
                Install(run, command);
                break;
            case [{ Value: "remove" or "purge" or "autoremove" or "auto-remove" or "autopurge" }, .. var packages]:
                Remove(run, packages);
                break;
            case [{ Value: "upgrade" or "dist-upgrade" or "full-upgrade" or "dselect-upgrade" }, ..]:
                result.NoCounterpart(run, "the packages of the base stay as they are: build on one that has their updates");
                break;
            default:
                result.NoCounterpart(run, RunCommands.NoCommands);
                break;
        }
    }

    private void Install(Instruction run, CommandOptions command)
    {
        foreach (var word in command.Operands.Skip(1))
        {
            if (result.Known(run, word, $"add packages with {Item}") is not { } package)
            {
                continue;
            }

            var parts = package.Split('=', 2);
            if (IsName(parts[0]))
            {
                result.Add(run.Line, Item, parts[0], ("Version", parts.ElementAtOrDefault(1)));
            }
            else
            {
                result.NoCounterpart(run, $"{package} is no name of a package: add packages with {Item}");
            }
        }

        if (command.Value("-t", "--target-release", "--default-release") is { } suite)
        {
            result.Check(
                run, $"packages come from the base's own suite: for those of {suite}, add a ContainerizeDebianSource with this Suite");
        }
    }

    // What was installed to be removed again is not installed; what the base has stays.
    private void Remove(Instruction run, ExpandedText[] packages)
    {
        var left = packages.Where(package => package.Value is not { } name || !result.Remove(Item, name)).ToList();
        if (packages.Length > 0 && left.Count == 0)
        {
            result.NotNeeded(run, "the packages are not installed");
        }
        else
        {
            result.NoCounterpart(run, "the packages of the base stay: build on one without them");
        }
    }

    // Debian Policy, 5.6.7. What ends with a hyphen is removed; a suite, an architecture or a pattern is no part of a name.
    private static bool IsName(string name) => name is [(>= 'a' and <= 'z') or (>= '0' and <= '9'), _, ..] && !name.EndsWith('-')
        && name.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '+' or '-' or '.');
}
