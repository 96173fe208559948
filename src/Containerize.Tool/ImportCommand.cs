using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using Containerize.Dockerfiles;
using Containerize.Manifests;

namespace Containerize.Tool;

/// <summary>The command that translates a Dockerfile to properties and items.</summary>
internal static class ImportCommand
{
    internal static Command Create(SharedOptions shared)
    {
        var file = new Argument<string>("DOCKERFILE")
        {
            Description = "The Dockerfile, or its directory.",
            DefaultValueFactory = _ => "Dockerfile",
        };
        var target = new Option<string?>("--target") { Description = "The stage to translate; without it, the last one." };
        var arguments = new Option<string[]>("--build-arg") { Description = "A value for an ARG.", HelpName = "NAME=VALUE" };
        var context = new Option<string?>("--context") { Description = "The directory of the build; without it, that of the Dockerfile." };
        return shared.With(
            new Command("import", "Prints the properties and items that replace a Dockerfile, and what has no counterpart.")
            {
                file, target, arguments, context,
            },
            (parsed, reporter, output, _) =>
            {
                var path = Path.GetFullPath(parsed.GetValue(file)!, Environment.CurrentDirectory);
                path = Directory.Exists(path) ? Path.Combine(path, "Dockerfile") : path;
                var root = Path.GetFullPath(parsed.GetValue(context) ?? Path.GetDirectoryName(path)!, Environment.CurrentDirectory);
                var name = Path.GetRelativePath(Environment.CurrentDirectory, path);
                var project = DockerfileImport.Read(
                    ManifestText.Read(path, name).Text,
                    name,
                    parsed.GetValue(target),
                    Read(parsed.GetValue(arguments) ?? []),
                    inContext => IsDirectory(Path.Combine(root, inContext)));
                Print(project, name, reporter, output);
                return Task.FromResult(
                    project.Notes.Any(note => note.Kind == ImportNoteKind.NoCounterpart) ? ExitCode.Finding : ExitCode.Success);
            });
    }

    private static bool? IsDirectory(string path) => Directory.Exists(path) ? true : File.Exists(path) ? false : null;

    private static Dictionary<string, string> Read(string[] arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            // As docker: without a value, that of the variable.
            var parts = argument.Split('=', 2);
            values[parts[0]] = parts.ElementAtOrDefault(1) ?? Environment.GetEnvironmentVariable(parts[0]) ?? "";
        }

        return values;
    }

    private static void Print(ImportedProject project, string name, IReporter reporter, Output output)
    {
        if (output.IsJson)
        {
            output.Write(AnswerOf(project), AnswerJson.Default.ImportAnswer, () => []);
            return;
        }

        output.Write(project.ToXml(Version));
        if (project.Project is { Length: > 0 } file)
        {
            reporter.Message($"{name}: these elements are for {file}");
        }

        foreach (var note in project.Notes)
        {
            switch (note.Kind)
            {
                case ImportNoteKind.NotNeeded:
                    reporter.Detail($"{name}:{note.Line}: {note.Instruction}: {(Message)note.Text}");
                    break;
                case ImportNoteKind.Check:
                    reporter.Message($"{name}:{note.Line}: {note.Instruction}: {(Message)note.Text}");
                    break;
                default:
                    reporter.Message($"{name}:{note.Line}: {note.Instruction}: no counterpart: {(Message)note.Text}");
                    break;
            }
        }
    }

    private static string Version =>
        typeof(ImportCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static ImportAnswer AnswerOf(ImportedProject project) => new(
        project.Project,
        project.ToXml(Version),
        [.. project.Properties.Select(property => new ImportPropertyAnswer(property.Line, property.Name, property.Value))],
        [.. project.Items.Select(item => new ImportItemAnswer(
            item.Line, item.Name, item.Include, item.Metadata.ToDictionary(pair => pair.Name, pair => pair.Value)))],
        [.. project.Notes.Select(note => new ImportNoteAnswer(
            note.Line, note.Instruction, JsonNamingPolicy.CamelCase.ConvertName(note.Kind.ToString()), note.Text))]);
}
