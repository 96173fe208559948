using Containerize.Dockerfiles.Syntax;
using Containerize.Oci;

namespace Containerize.Dockerfiles;

/// <summary>Translates the last stage of a Dockerfile, or another one, to properties and items.</summary>
internal sealed class DockerfileImport
{
    // What the .NET SDK does without being told, or what another property replaces.
    private static readonly string[] s_defaults = ["UseAppHost=false", "PublishProfile=DefaultContainer"];

    // What a build stage runs that the build of the project does, too.
    private static readonly string[] s_build = ["dotnet", "cd", "set", "echo", "mkdir", "true"];

    private readonly Stages _stages;
    private readonly Stage _last;
    private readonly IReadOnlyDictionary<string, string> _given;
    private readonly ImportResult _result = new();
    private readonly DotnetImage? _base;
    private readonly bool _isWindows;
    private readonly Func<string, bool?> _isDirectory;

    private DockerfileImport(Stages stages, Stage last, IReadOnlyDictionary<string, string> given, Func<string, bool?> isDirectory)
    {
        (_stages, _last, _given, _isDirectory) = (stages, last, given, isDirectory);
        var first = last.Chain.First();
        _base = DotnetImage.Parse(first.Image);
        _isWindows = _base?.IsWindows == true
            || first.Image.Written.StartsWith("mcr.microsoft.com/windows/", StringComparison.Ordinal)
            || (first.Platform?.Value is { } platform && PlatformOf(platform)?.IsWindows == true);
    }

    /// <summary>Translates a Dockerfile.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="target">The stage to translate, by name or number; null for the last one.</param>
    /// <param name="given">Values for arguments, as <c>docker build --build-arg</c> takes them.</param>
    /// <param name="isDirectory">Whether a path of the context is a directory; null where nothing is there.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDockerfile"/>.</exception>
    internal static ImportedProject Read(
        string text, string name, string? target, IReadOnlyDictionary<string, string> given, Func<string, bool?> isDirectory)
    {
        var stages = Stages.Read(text, name, given);
        var last = target is null ? stages.All[^1] : stages.All.LastOrDefault(stage => stage.IsCalled(target))
            ?? throw new ContainerizeException(DiagnosticCode.InvalidDockerfile, $"{name} has no stage '{target}'.");
        return new DockerfileImport(stages, last, given, isDirectory).Run();
    }

    private ImportedProject Run()
    {
        foreach (var stage in _stages.All.Except(_last.Chain))
        {
            _result.NotNeeded(stage.From, $"the stage {stage.Name ?? $"{stage.Number}"} is no part of the image");
            ReadBuild(stage);
        }

        var builds = _stages.All.Where(stage => stage.Number <= _last.Number)
            .ToDictionary(stage => stage.Number, stage => BuildOutput.Of(_stages, stage, _given, _isDirectory, _isWindows));
        var points = StageWalk.Of(_stages, _last, _given, _isWindows);
        var final = new StageImport(_stages, _last, _result, _base, builds, _isDirectory, _isWindows);
        ReadBase();
        foreach (var point in points)
        {
            final.Take(point);
        }

        final.Finish();
        ReadPublish(final.Publish, final.Build);
        return _result.Finish(final.Project);
    }

    private static bool IsOfBuild(RunCommand command) => command.Words.Length == 0 || s_build.Contains(command.Name);

    // What a build stage does besides building is left to the project, too.
    private void ReadBuild(Stage stage)
    {
        foreach (var point in StageWalk.Of(_stages, stage, _given, _isWindows).Where(point => point.Stage == stage))
        {
            if (point.Instruction.Keyword == "RUN"
                && RunCommand.Of(point, _isWindows)?.All(IsOfBuild) != true)
            {
                _result.Check(point.Instruction, "if the build needs it, do it in a target before Publish or in a step of the CI system");
            }
            else if (point.Instruction is { Keyword: "COPY" } && point.Instruction.Flag("from") is { } from)
            {
                _result.Check(point.Instruction, $"the build takes files from {from}: make them in a target before Publish");
            }
        }
    }

    private void ReadBase()
    {
        var (from, image) = (_last.Chain.First().From, _last.Chain.First().Image);
        if (_base is { Kind: "sdk" })
        {
            _result.Check(from, "the image has the SDK; the SDK infers the image with the runtime alone, which is what the app needs");
        }
        else if (_base is { IsInferred: true })
        {
            _result.NotNeeded(from, "the SDK infers the image from the target framework");
            if (_base.Family.Length > 0)
            {
                _result.Set(from.Line, "ContainerFamily", _base.Family);
            }
        }
        else if (_result.Known(from, image, "give it with --build-arg, or set ContainerBaseImage") is { } known)
        {
            _result.Set(from.Line, "ContainerBaseImage", known);
        }

        if (_isWindows)
        {
            _result.Set(from.Line, "ContainerRuntimeIdentifier", "win-x64");
        }

        if (_last.Chain.First().Platform is { } platform)
        {
            ReadPlatform(from, platform);
        }
    }

    private void ReadPlatform(Instruction from, ExpandedText written)
    {
        if (written.Unknown is ["BUILDPLATFORM"])
        {
            return;
        }

        if (written.Unknown is [var name, ..] && name.StartsWith("TARGET", StringComparison.Ordinal))
        {
            _result.Check(from, "for several platforms, set ContainerRuntimeIdentifiers: linux-x64;linux-arm64");
        }
        else if (_result.Known(from, written, "give it with --build-arg, or set ContainerRuntimeIdentifier") is { } text)
        {
            var platform = PlatformOf(text);
            var isMusl = _last.Chain.First().Image.Written.Contains("alpine", StringComparison.Ordinal);
            var identifier = platform?.RuntimeIdentifier(isMusl);
            if (identifier is null)
            {
                _result.NoCounterpart(from, $"{text} has no runtime identifier: set ContainerRuntimeIdentifier to one that runs there");
                return;
            }

            _result.Set(from.Line, "ContainerRuntimeIdentifier", identifier);
            if (!string.IsNullOrEmpty(platform!.Variant) && Cpu.Of(platform) != Cpu.Of(Platform.FromRuntimeIdentifier(identifier)))
            {
                _result.Check(from, $"{identifier} also runs below {platform.Variant}: the base is one that does, too");
            }
        }
    }

    // Docker takes an architecture alone for one of Linux.
    private static Platform? PlatformOf(string text) =>
        Platform.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : "linux/" + text);

    private void ReadPublish(PublishCommand? publish, BuildOutput? build)
    {
        if (publish is null)
        {
            return;
        }

        foreach (var (name, value) in publish.Properties.Where(property =>
            property.Name != "Configuration" && !s_defaults.Contains($"{property.Name}={property.Value}")))
        {
            _result.Set(publish.Line, name, value);
        }

        if (_base is { Kind: "runtime-deps" } && publish.Properties.All(property => property.Name is not ("SelfContained" or "PublishAot")))
        {
            _result.Set(publish.Line, "SelfContained", "true");
        }

        var run = _stages.All.SelectMany(stage => stage.Instructions).First(instruction => instruction.Line == publish.Line);
        if (publish.Properties.FirstOrDefault(property => property.Name == "Configuration").Value is { } configuration and not "Release")
        {
            _result.Check(run, $"publish with -c {configuration}");
        }

        foreach (var option in publish.Unclear)
        {
            _result.Check(run, $"the option {option} has a value that the Dockerfile does not say: set ContainerRuntimeIdentifier(s), " +
                $"or a property");
        }

        foreach (var option in publish.Paths)
        {
            _result.Check(run, $"{option} is for the image that builds, whose paths the project does not have: it is not set");
        }

        foreach (var other in build!.Publishes.Where(other => other.Project.Written != publish.Project.Written))
        {
            var (path, inContext) = (other.Project.Written, other.Project.Value is { } value ? build.InContext(value) : null);
            _result.Check(run, $"'{inContext ?? path}' is published, too: each project has an image of " +
                $"its own");
        }
    }
}
