namespace Containerize.Starting;

/// <summary>A command line, through the programs that only prepare the way for another.</summary>
/// <param name="first">Checks the first program of it.</param>
internal sealed class StartedLine(ProgramCheck first)
{
    private const int MostWrappers = 8;
    private const string MultiCall = "busybox";

    /// <summary>Entrypoint and command of an image.</summary>
    internal static StartedLine OfImage(StartedImage files, ImageUser user) => Of(
        $"The image would start",
        $"Correct ContainerAppCommand or ContainerEntrypoint, or put the program into the image (ContainerizeFile, "
            + $"ContainerizeDebianPackage, another base image).",
        files,
        user);

    /// <summary>The health check of an image.</summary>
    internal static StartedLine OfHealthcheck(StartedImage files, ImageUser user) => Of(
        $"The health check would start",
        $"Correct ContainerHealthcheck, put the program into the image (ContainerizeDebianPackage), or take the base image's health check "
            + $"away: <ContainerHealthcheck Include=\"NONE\" />.",
        files,
        user);

    private static StartedLine Of(Message subject, Message cure, StartedImage files, ImageUser user) =>
        new(new ProgramCheck(subject, cure, files, user, user.IsRoot ? "root" : files.Config.User));

    /// <summary>Finds what keeps a command line from being started, through the programs that only prepare the way for another.</summary>
    /// <param name="line">The words.</param>
    /// <param name="started">The programs that are started one after the other; the last one does the work.</param>
    /// <returns>The first reason; null when the kernel starts them, as far as can be told.</returns>
    internal StartFinding? Follow(IReadOnlyList<string> line, out IReadOnlyList<StartedProgram> started)
    {
        var programs = new List<StartedProgram>();
        started = programs;
        var (current, words) = (first, line);
        for (var depth = 0; depth <= MostWrappers; depth++)
        {
            if (current.Check(words, out var program, out var script) is { } refused)
            {
                return current.IsCertain ? refused : refused with { IsCertain = false };
            }

            if (program is null)
            {
                return null;
            }

            programs.Add(new StartedProgram(program, words, current.Files, current.IsCertain));
            if (Open(current.Files, words, program, script) is not { } inner)
            {
                return null;
            }

            if (Enter(current, inner, program, out var next) is { } unknown)
            {
                return unknown;
            }

            (current, words) = (next, inner.Words);
        }

        return null;
    }

    private static InnerLine? Open(StartedImage files, IReadOnlyList<string> words, string program, string? script)
    {
        if (script is not null)
        {
            return ProgramCheck.IsShell(program) && files.ReadText(script) is { } text && ShellLine.PassesOn(text) && words.Count > 1
                ? new InnerLine([.. words.Skip(1)]) { IsCertain = false }
                : null;
        }

        if (!ProgramCheck.IsShell(words[0]))
        {
            return Wrapper.Open(words);
        }

        if (words is [_, not ['-' or '+', ..] and var file, _, ..] && files.ReadText(files.Absolute(file)) is { } named)
        {
            return ShellLine.PassesOn(named) ? new InnerLine([.. words.Skip(2)]) { IsCertain = false } : null;
        }

        // What these name is read first, and may change all that follows.
        return files.Variables.ContainsKey("BASH_ENV") ? null : ShellLine.Open(words);
    }

    /// <summary>Who starts the inner line of this one.</summary>
    private static StartFinding? Enter(ProgramCheck outer, InnerLine inner, string program, out ProgramCheck next)
    {
        var (user, called) = (outer.User, outer.UserName);
        next = outer;
        if (inner.User is { } name)
        {
            if (outer.Files.Users.Find(name) is not { } id)
            {
                return new StartFinding(
                    DiagnosticCode.StartUserMissing,
                    outer.IsCertain,
                    ((Message)($"{outer.Subject} '{program}' to run '{inner.Words[0]}' as '{name}', who is not in the image's "
                        + $"/etc/passwd. Name a user of the image, or a number like 1654.")).ToString());
            }

            if (!outer.User.IsRoot)
            {
                return new StartFinding(
                    DiagnosticCode.StartUserNotChanged,
                    IsCertain: false,
                    ((Message)($"{outer.Subject} '{program}' to run '{inner.Words[0]}' as '{name}', and runs itself as "
                        + $"'{outer.UserName}': only root changes the user. Set ContainerUser to root, or start "
                        + $"'{inner.Words[0]}' itself, with ContainerUser set to '{name}'.")).ToString());
            }

            (user, called) = (new ImageUser(id, outer.Files.Users.GroupsOf(name)), name);
        }
        else if (inner.HasOtherUser)
        {
            // Who that is cannot be told; root is refused least.
            user = new ImageUser(default, new HashSet<int>());
        }

        next = outer with
        {
            Files = outer.Files.With(inner.Variables),
            User = user,
            UserName = called,
            IsWrapped = true,
            MayHaveOwn = Path.GetFileName(outer.Files.Resolve(program)).StartsWith(MultiCall, StringComparison.Ordinal),
            IsCertain = outer.IsCertain && inner.IsCertain,
        };
        return null;
    }
}
