using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Containerize.Bases;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Tool;

/// <summary>The command line: options, what is shared by all commands, and failures as people read them.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var parsed = Create(error, arguments).Parse(arguments);
        if (parsed.Errors is [var first, ..])
        {
            new ConsoleReporter(error, isVerbose: false).Error(
                new(DiagnosticCode.InvalidCommandLine, $"{first.Message} See 'containerize --help'."));
            return ExitCode.Failure;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
        });
    }

    private static Command Create(TextWriter error, string[] arguments)
    {
        const string Description =
            "Shows what is in container images, wherever they are, how two of them differ, copies them, and changes their base.";
        // A root command is called as its assembly is; only it understands what shells ask for completions: [suggest].
        var root = arguments is [['[', ..], ..]
            ? new RootCommand(Description)
            : new Command("containerize", Description) { new HelpOption(), new VersionOption() };
        var shared = new SharedOptions(error);
        Command[] commands =
        [
            InspectCommand.Create(shared),
            ImageCommands.History(shared),
            ImageCommands.Tree(shared),
            ImageCommands.Find(shared),
            ImageCommands.Diff(shared),
            VerifyCommand.Create(shared),
            CopyCommand.Create(shared),
            RebaseCommand.Create(shared),
            LayoutCommand.Create(shared),
            CacheCommands.Create(shared),
            DoctorCommand.Create(shared),
            ResolveCommand.Create(shared),
            ImportCommand.Create(shared),
        ];
        foreach (var command in commands)
        {
            root.Subcommands.Add(command);
        }

        RefuseEmptyValues(root);
        return root;
    }

    // What a variable that is not set leaves names no file, image or platform.
    private static void RefuseEmptyValues(Command root)
    {
        var commands = new List<Command> { root };
        for (var number = 0; number < commands.Count; number++)
        {
            commands.AddRange(commands[number].Subcommands);
        }

        foreach (var option in commands.SelectMany(command => command.Options).Distinct())
        {
            option.Validators.Add(result => Check(result, option.Name));
        }

        foreach (var argument in commands.SelectMany(command => command.Arguments).Distinct())
        {
            argument.Validators.Add(result => Check(result, argument.Name));
        }

        static void Check(SymbolResult result, string name)
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError($"{name} has an empty value.");
            }
        }
    }
}

/// <summary>The options of all commands, and what each of them does the same way.</summary>
internal sealed class SharedOptions(TextWriter error)
{
    internal const string ImageForms =
        "REGISTRY/REPOSITORY[:TAG][@DIGEST], oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:TAG], " +
        "docker-daemon:NAME or containers-storage:NAME";

    internal Option<bool> Json { get; } = new("--json") { Description = "Print JSON, for programs." };

    internal Option<bool> Verbose { get; } = new("--verbose") { Description = "Say on standard error what is tried." };

    internal Option<string?> Platform { get; } = new("--platform")
    {
        Description = "Which image of several: linux/arm64. Without it: this machine's, or the first that there is.",
        HelpName = "OS/ARCHITECTURE[/VARIANT]",
    };

    internal static Argument<string> Image(string name) => new(name) { Description = ImageForms };

    /// <summary>Lets a command do its work on images.</summary>
    internal Command WithImages(Command command, Func<ParseResult, Images, Output, Task<int>> work)
    {
        command.Options.Add(Platform);
        return With(command, async (parsed, reporter, output, cancellationToken) =>
        {
            var platform = PlatformOf(parsed.GetValue(Platform));
            using var access = new ImageAccess(reporter);
            return await work(parsed, new Images(access, platform, cancellationToken), output);
        });
    }

    /// <summary>Lets a command do its work.</summary>
    internal Command With(Command command, Func<ParseResult, IReporter, Output, CancellationToken, Task<int>> work)
    {
        command.Options.Add(Json);
        command.Options.Add(Verbose);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reporter = new ConsoleReporter(error, parsed.GetValue(Verbose));
            try
            {
                var output = new Output(parsed.InvocationConfiguration.Output, parsed.GetValue(Json));
                return await work(parsed, reporter, output, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Cancelled;
            }
            catch (ContainerizeException failure)
            {
                reporter.Error(failure);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                reporter.Error(FileFailure.Explain(failure));
            }
#pragma warning disable CA1031 // a defect of ours must not show users a stack trace either
            catch (Exception failure)
#pragma warning restore CA1031
            {
                reporter.Error(new(
                    DiagnosticCode.Unexpected,
                    $"containerize failed in a way it should not ({failure.GetType().Name}: {failure.Message}). Please report it."));
            }

            return ExitCode.Failure;
        });
        return command;
    }

    private static Platform? PlatformOf(string? text) => text is null ? null : Containerize.Oci.Platform.TryParse(text)
        ?? throw new ContainerizeException(
            DiagnosticCode.InvalidCommandLine, $"'{text}' is no platform. Write --platform OS/ARCHITECTURE, like linux/arm64.");
}

/// <summary>Opens the images that a command line names.</summary>
/// <param name="Access">Opens them.</param>
/// <param name="Platform">The platform that is asked for.</param>
/// <param name="Stop">Stops the work.</param>
internal sealed record Images(ImageAccess Access, Platform? Platform, CancellationToken Stop)
{
    internal async Task<Containerize.Images.BaseImage> OpenAsync(string name) => (await LocateAsync(name)).Image;

    internal Task<OpenedImage> LocateAsync(string name) =>
        Access.OpenAsync(BaseImageReference.Parse(name, Environment.CurrentDirectory), Platform, Stop);

    internal async Task<Inspection.ImageContents> ReadAsync(string name) =>
        await Inspection.ImageContents.ReadAsync(await OpenAsync(name), Access.Cache, Stop);
}
