using System.CommandLine;
using System.Text.Json;
using Containerize.Files;
using Containerize.Manifests;

namespace Containerize.Tool;

/// <summary>The command that puts digests beside the image names of manifests.</summary>
internal sealed class ResolveCommand
{
    private const string StandardInput = "-";

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "A manifest, kustomization, compose file or values of a chart; a directory of them; or - for standard input.",
        HelpName = "FILE|DIRECTORY|-",
        Required = true,
    };

    private readonly Option<bool> _inPlace = new("--in-place", "-i") { Description = "Change the files; the text is not printed." };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Write the text to this file, byte for byte, in place of printing it.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _check = new("--check")
    {
        Description = "Change nothing; exit code 1 when a name has no digest, or its tag no longer means that digest.",
    };

    private readonly Option<bool> _update = new("--update")
    {
        Description = "Resolve tags again that have a digest already.",
    };

    private readonly Option<string?> _registry = new("--registry")
    {
        Description = "Where images of projects (containerize://PATH) are pushed; without it, where the project says.",
        HelpName = "HOST[/PATH]",
    };

    private readonly Option<string[]> _properties = new("--property", "-p")
    {
        Description = "A property for the builds of projects.",
        HelpName = "NAME=VALUE",
    };

    private ResolveCommand()
    {
    }

    internal static Command Create(SharedOptions shared)
    {
        var options = new ResolveCommand();
        return shared.With(
            new Command("resolve", "Puts digests beside the image names of Kubernetes, kustomize, compose and Helm files.")
            {
                options._files, options._inPlace, options._output, options._check, options._update, options._registry, options._properties,
            },
            options.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, IReporter reporter, Output output, CancellationToken cancellationToken)
    {
        var (names, file, inPlace) = (parsed.GetValue(_files) ?? [], parsed.GetValue(_output), parsed.GetValue(_inPlace));
        var mode = parsed.GetValue(_check) ? ResolveMode.Check : parsed.GetValue(_update) ? ResolveMode.Update : ResolveMode.Pin;
        Check(names, file, inPlace, mode);
        var sources = names.Where(name => name != StandardInput).SelectMany(name => ManifestFiles.Of(name, Environment.CurrentDirectory))
            .DistinctBy(source => source.Path).ToList();
        var texts = sources.Select(source => (ManifestText.Read(source.Path, source.Name), source.IsListed)).ToList();
        if (names.Contains(StandardInput))
        {
            texts.Add((await ReadInputAsync(cancellationToken), true));
        }

        var results = await ResolveAsync(parsed, texts, mode, reporter, cancellationToken);
        var images = results.SelectMany(result => result.Images).ToList();
        var hasFailed = images.Exists(image => image.State == ImageState.Failed);
        if (!hasFailed && mode != ResolveMode.Check)
        {
            Write(results, sources, file, inPlace);
        }

        if (mode == ResolveMode.Check || inPlace || file is not null || output.IsJson)
        {
            output.Write([.. images.Select(AnswerOf)], AnswerJson.Default.IReadOnlyListResolveAnswer, () => LinesOf(results, mode));
        }
        else if (!hasFailed)
        {
            output.Write(ManifestText.Join(results.Select(result => result.After)).ToString());
        }

        foreach (var image in images)
        {
            Say(image, reporter);
        }

        return hasFailed ? ExitCode.Failure
            : images.Exists(image => image.State is ImageState.NotPinned or ImageState.Moved) ? ExitCode.Finding
            : ExitCode.Success;
    }

    private static void Check(string[] names, string? file, bool inPlace, ResolveMode mode)
    {
        Message wrong = (inPlace, file, mode) switch
        {
            (true, not null, _) => "--in-place and --output exclude each other.",
            (true, _, ResolveMode.Check) or (_, not null, ResolveMode.Check) => "--check changes nothing: leave out --in-place and " +
                "--output.",
            (true, _, _) when names.Contains(StandardInput) => "Standard input cannot be changed in place.",
            _ => "",
        };
        if (wrong.ToString().Length > 0)
        {
            throw new ContainerizeException(DiagnosticCode.InvalidCommandLine, wrong);
        }
    }

    private static async Task<ManifestText> ReadInputAsync(CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(content, cancellationToken);
        return ManifestText.Decode(content.GetBuffer().AsSpan(0, (int)content.Length), "standard input");
    }

    private async Task<IReadOnlyList<ResolvedManifest>> ResolveAsync(
        ParseResult parsed,
        List<(ManifestText Text, bool IsListed)> texts,
        ResolveMode mode,
        IReporter reporter,
        CancellationToken cancellationToken)
    {
        using var access = new ImageAccess(reporter);
        var projects = new ProjectImages(
            ProgramFinder.Find("dotnet", Environment.GetEnvironmentVariable("PATH")),
            Environment.CurrentDirectory,
            parsed.GetValue(_registry),
            parsed.GetValue(_properties) ?? [],
            reporter);
        return await new ManifestResolver(mode, access.ResolveAsync, projects.BuildAsync).ResolveAsync(texts, cancellationToken);
    }

    private static void Write(
        IReadOnlyList<ResolvedManifest> results,
        List<(string Path, string Name, bool IsListed)> sources,
        string? file,
        bool inPlace)
    {
        if (file is not null)
        {
            AtomicFile.Write(
                Path.GetFullPath(file, Environment.CurrentDirectory), ManifestText.Join(results.Select(result => result.After)).Encode());
        }

        foreach (var (result, source) in inPlace ? results.Zip(sources) : [])
        {
            AtomicFile.Write(
                source.Path,
                result.After.Encode(),
                OperatingSystem.IsWindows() ? null : FileStatus.Of(source.Path, followLinks: true).Mode);
        }
    }

    private static void Say(ResolvedImage image, IReporter reporter)
    {
        switch (image.State)
        {
            case ImageState.Failed:
                reporter.Message($"{ContainerizeException.Format(image.Code)}: {Place(image)}: {image.Image}: {(Message)image.Why}");
                break;
            case ImageState.Left:
                reporter.Message($"{Place(image)}: left as it is: {image.Image} ({image.Why})");
                break;
            default:
                reporter.Detail($"{Place(image)}: {image.Image}: {Word(image)}");
                break;
        }
    }

    private static IEnumerable<Message> LinesOf(IReadOnlyList<ResolvedManifest> results, ResolveMode mode)
    {
        var images = results.SelectMany(result => result.Images).ToList();
        foreach (var image in images)
        {
            switch (image.State)
            {
                case ImageState.Resolved:
                    yield return $"{Place(image)}: {image.Image} -> {image.Result}";
                    break;
                case ImageState.Moved:
                    yield return $"{Place(image)}: {image.Image} has moved: {image.Result ?? image.Why}";
                    break;
                case ImageState.NotPinned:
                    yield return $"{Place(image)}: {image.Image} has no digest";
                    break;
                default:
                    break;
            }
        }

        if (images.TrueForAll(image => image.State is ImageState.Pinned or ImageState.Left))
        {
            var count = images.Count(image => image.State == ImageState.Pinned);
            yield return mode == ResolveMode.Check ? $"all {count} images have digests, which are current" : $"{count} images, all with " +
                $"digests";
        }
    }

    private static ResolveAnswer AnswerOf(ResolvedImage image) =>
        new(image.File, image.Line, image.Column, image.Image, Word(image), image.Result, image.Why);

    private static string Word(ResolvedImage image) => JsonNamingPolicy.CamelCase.ConvertName(image.State.ToString());

    private static Message Place(ResolvedImage image) => $"{image.File}:{image.Line}";
}
