namespace Containerize.Images;

/// <summary>Where the command that starts the app goes.</summary>
internal enum AppCommandInstruction
{
    /// <summary>Decided by what else is set.</summary>
    Unset,

    /// <summary>Into the entrypoint.</summary>
    Entrypoint,

    /// <summary>Into the command, behind an entrypoint of the project or the base.</summary>
    DefaultArgs,

    /// <summary>Nowhere: entrypoint and command stand for themselves.</summary>
    None,
}

/// <summary>
/// What a project says of how its app is started, with the names and the meaning of the .NET SDK's properties
/// (<c>ContainerEntrypoint</c>, <c>ContainerAppCommand</c> …).
/// </summary>
internal sealed record ImageCommand
{
    /// <summary><c>ContainerEntrypoint</c>: runs in front of the app.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary><c>ContainerEntrypointArgs</c>: always passed to the entrypoint.</summary>
    public IReadOnlyList<string> EntrypointArgs { get; init; } = [];

    /// <summary><c>ContainerDefaultArgs</c>: passed unless the user of the image passes others.</summary>
    public IReadOnlyList<string> DefaultArgs { get; init; } = [];

    /// <summary><c>ContainerAppCommand</c>: starts the app.</summary>
    public IReadOnlyList<string> AppCommand { get; init; } = [];

    /// <summary><c>ContainerAppCommandArgs</c>: always passed to the app.</summary>
    public IReadOnlyList<string> AppCommandArgs { get; init; } = [];

    /// <summary><c>ContainerAppCommandInstruction</c>: where the app's command goes.</summary>
    public AppCommandInstruction Instruction { get; init; }

    /// <summary>The image's entrypoint and command.</summary>
    /// <param name="baseEntrypoint">The base's entrypoint.</param>
    /// <param name="reporter">Is told when the base's entrypoint is replaced.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidEntrypoint"/>: the properties contradict one
    /// another.</exception>
    public (IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command) Resolve(
        IReadOnlyList<string> baseEntrypoint, IReporter reporter)
    {
        var kept = Kept(baseEntrypoint);
        var setsEntrypoint = Entrypoint.Count > 0 || EntrypointArgs.Count > 0;
        if (Instruction == AppCommandInstruction.Unset && setsEntrypoint && Entrypoint.Count == 0 && DefaultArgs.Count == 0
            && AppCommandArgs.Count == 0)
        {
            // Projects older than ContainerAppCommand pass the app's arguments as ContainerEntrypointArgs.
            return (AppCommand, EntrypointArgs);
        }

        var instruction = Instruction != AppCommandInstruction.Unset ? Instruction
            : setsEntrypoint ? AppCommandInstruction.DefaultArgs
            : AppCommandInstruction.Entrypoint;
        Require(EntrypointArgs.Count == 0
            || Entrypoint.Count > 0, "ContainerEntrypointArgs is set, but ContainerEntrypoint is not. Use ContainerAppCommandArgs for " +
            "arguments of the app, or ContainerDefaultArgs for arguments that the user of the image may replace.");
        Require(AppCommandArgs.Count == 0
            || AppCommand.Count > 0, "ContainerAppCommandArgs is set, but ContainerAppCommand is empty. Set the command that the " +
            "arguments are for.");
        switch (instruction)
        {
            case AppCommandInstruction.None:
                Require(AppCommand.Count == 0
                    && AppCommandArgs.Count == 0, "ContainerAppCommand or ContainerAppCommandArgs is set, but " +
                    "ContainerAppCommandInstruction is 'None', so they would not be used. Remove one or the other.");
                return (Entrypoint.Count > 0 ? [.. Entrypoint, .. EntrypointArgs] : kept, DefaultArgs);
            case AppCommandInstruction.DefaultArgs:
                return (
                    Entrypoint.Count > 0 ? [.. Entrypoint, .. EntrypointArgs] : kept, [.. AppCommand, .. AppCommandArgs, .. DefaultArgs]);
            default:
                Require(
                    !setsEntrypoint,
                    "ContainerEntrypoint is set, but ContainerAppCommandInstruction is 'Entrypoint', which puts the app's command there. " +
                    "Remove one of the two, or choose 'DefaultArgs'.");
                if (kept.Count > 0)
                {
                    reporter.Message(
                        $"The base image's entrypoint ({string.Join(' ', kept.Select(Printable.Clean))}) is replaced by the app's " +
                        $"command. Set ContainerAppCommandInstruction to 'DefaultArgs' to keep it.");
                }

                return (AppCommand.Count > 0 ? [.. AppCommand, .. AppCommandArgs] : kept, DefaultArgs);
        }
    }

    /// <summary>
    /// What an image keeps of its base's entrypoint. Images of the .NET SDK have 'dotnet' there; behind it an app could not be started by
    /// its own command.
    /// </summary>
    internal static IReadOnlyList<string> Kept(IReadOnlyList<string> baseEntrypoint) =>
        baseEntrypoint is ["dotnet"] or ["/usr/bin/dotnet"] ? [] : baseEntrypoint;

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ContainerizeException(DiagnosticCode.InvalidEntrypoint, message);
        }
    }
}
