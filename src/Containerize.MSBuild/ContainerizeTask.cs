using System.Globalization;
using Containerize.Files;
using Containerize.Settings;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>What all tasks share: cancellation, and failures that are told to people.</summary>
public abstract class ContainerizeTask : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<string> _quiet = [];

    static ContainerizeTask() => SharedLibraries.Use();

    /// <summary>The address of the page that explains all codes. Errors and warnings link to its headings.</summary>
    [Required]
    public string DiagnosticsPage { get; set; } = "";

    /// <summary>The project's file, a full path: messages name it, and relative paths of the settings start in its directory.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>What the project says; the metadata <c>Kind</c> of each item names what it says.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The settings, without MSBuild's types.</summary>
    internal ProjectSettings Project => field ??= new ProjectSettings(Path.GetDirectoryName(ProjectFile) ?? "", Settings.Select(Read));

    private LogReporter Reporter => field ??= new LogReporter(Log, DiagnosticsPage, ProjectFile);

    /// <summary>The names of the properties of the command line.</summary>
    private protected IEnumerable<string> CommandLineProperties =>
        BuildEngine is IBuildEngine6 engine ? engine.GetGlobalProperties().Keys : [];

    /// <summary>Stops the task soon. MSBuild calls it on Ctrl+C, even before <see cref="Execute"/>.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public override bool Execute()
    {
        var reporter = Reporter;
        try
        {
            // MSBuild's thread may have a context that waits for it; the work runs on the pool.
            Task.Run(() =>
            {
                // The culture goes with the work wherever it is done: what is written and said is the same on every machine.
                CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
                return RunAsync(reporter, _cancellation.Token);
            }).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            Log.LogMessage(MessageImportance.High, "Containerize was cancelled; nothing half-written is left.");
            return false;
        }
        catch (ContainerizeException failure)
        {
            reporter.Error(failure.Code, failure.Message, failure.InnerException);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            var explained = FileFailure.Explain(failure);
            reporter.Error(explained.Code, explained.Message, failure);
        }
#pragma warning disable CA1031 // a defect of ours must not show users a stack trace either
        catch (Exception failure)
#pragma warning restore CA1031
        {
            reporter.Error(
                DiagnosticCode.Unexpected,
                $"Containerize failed in a way it should not ({failure.GetType().Name}: {failure.Message}). "
                    + "Please report it, with the details that 'dotnet publish -v:detailed' shows.",
                failure);
        }

        SayQuietly();
        return !Log.HasLoggedErrors;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The environment variables of this build. Names that differ in case are different ones, except on Windows.</summary>
    internal static IReadOnlyDictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(
            OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = variable.Value as string ?? "";
        }

        return variables;
    }

    /// <summary>Shows what the build made: in the log, and where a quiet build shows no messages, on standard output.</summary>
    /// <param name="lines">All there is to say.</param>
    /// <param name="quiet">What a quiet build says.</param>
    private protected void ShowResult(IEnumerable<Message> lines, IEnumerable<Message> quiet)
    {
        Reporter.Result(lines);
        _quiet.Add($"{Path.GetFileNameWithoutExtension(ProjectFile)} -> {string.Join('\n', quiet)}");
    }

    /// <summary>The same for what is said alike by every build.</summary>
    /// <param name="lines">The first begins with a word: what looks like a path or an address, terminals are given as a link.</param>
    private protected void ShowResult(IReadOnlyList<Message> lines) => ShowResult(lines, lines);

    /// <summary>Prints lines as they are, for a program that reads them.</summary>
    private protected void Print(IReadOnlyList<Message> lines)
    {
        foreach (var line in lines)
        {
            Reporter.Message(line);
        }

        _quiet.AddRange(lines.Select(line => line.ToString()));
    }

    // Where another process has the terminal, that one is given a project to build which says it: MSBuild takes it there.
    private void SayQuietly()
    {
        var command = new CommandLine(Environment.GetCommandLineArgs());
        if (_quiet.Count > 0 && command.IsWorker)
        {
            BuildEngine.BuildProjectFile(
                Path.Combine(Path.GetDirectoryName(BuildEngine.ProjectFileOfTaskNode)!, "quiet", "dirs.proj"),
                ["Say"],
                new Dictionary<string, string>
                {
                    ["TasksAssembly"] = typeof(ContainerizeTask).Assembly.Location,
                    [nameof(MSBuild.SayQuietly.Lines)] = MSBuild.SayQuietly.Encode(string.Join('\n', _quiet)),
                },
                null);
        }
        else if (_quiet.Count > 0 && command.IsQuiet)
        {
            QuietOutput.Say(string.Join('\n', _quiet));
        }
    }

    /// <summary>An item without MSBuild's types.</summary>
    private protected static Item Read(ITaskItem item) => new(item.ItemSpec, item.GetMetadata);

    /// <summary>Does the work.</summary>
    /// <param name="reporter">Takes messages and warnings.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    private protected abstract Task RunAsync(IReporter reporter, CancellationToken cancellationToken);

    /// <summary>Frees what the task holds.</summary>
    /// <param name="disposing">Whether it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cancellation.Dispose();
        }
    }
}
