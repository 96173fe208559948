using Containerize.Compression;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Programs;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Starting;

/// <summary>Finds out whether an image will start, from its files and its config alone: nothing is run.</summary>
/// <param name="Image">The image.</param>
/// <param name="Below">Its layers that are no files of this build: those of the base, and of others on it.</param>
/// <param name="Entries">What this build puts above them, bottom first.</param>
/// <param name="Ports">The ports that the app is to listen on.</param>
/// <param name="IsInvariant">Whether the project says that the app does without cultures.</param>
internal sealed record StartCheck(
    Image Image, int Below, IReadOnlyList<LayerEntry> Entries, IReadOnlyList<Port> Ports, bool IsInvariant)
{
    /// <summary>Asks the archives of the base's distribution for packages; null where nothing may be asked.</summary>
    internal FindPackages? Packages { get; init; }

    /// <summary>Finds the reasons why the image does not start or work, the certain ones first; none where it cannot be judged.</summary>
    /// <param name="cache">Takes layers that have to be read, and remembers what was found.</param>
    /// <param name="reporter">Is told why an image cannot be judged.</param>
    /// <remarks>
    /// The config names all layers and most settings, so its digest stands for what the answer depends on, with what only the project
    /// says. A base was read to fit the project's layers to it, so what is asked of it here is known; only a base that was read before this
    /// check existed is read once more.
    /// </remarks>
    internal async Task<IReadOnlyList<StartFinding>> FindAsync(BlobStore cache, IReporter reporter, CancellationToken cancellationToken)
    {
        var platform = Image.Config.Platform;
        var below = Image.Layers.Take(Below).ToList();
        if (platform.Os != "linux" || below.Exists(layer => MediaTypes.IsForeignLayer(layer.Blob.Descriptor.MediaType)
            || !LayerTar.IsReadable(layer.Blob.Descriptor.MediaType)))
        {
            return [];
        }

        var memory = new StartMemory(cache, Image.Config.Blob.Descriptor.Digest, Ports, IsInvariant);
        if (memory.Read() is { } known)
        {
            return known;
        }

        try
        {
            var tree = await ImageTree.ReadAsync(below, cache, TreeParts.Programs, cancellationToken);
            var files = new StartedImage(tree, Entries, Image.Config);
            var release = BaseRelease.Read(files);
            var judged = Judge(files, release);
            IReadOnlyList<string> lacking = [.. judged.SelectMany(finding => finding.Lacks)];
            var cure = await LibraryCure.OfAsync(
                release, lacking, Packages is { } find ? libraries => find(release, platform, libraries, cancellationToken) : null);
            IReadOnlyList<StartFinding> found =
                [.. judged.Select(finding => Cure(finding, cure)).Distinct().OrderByDescending(finding => finding.IsCertain)];
            // What could not be asked now may be answered the next time.
            if (Packages is null || !cure.IsOpen(lacking))
            {
                memory.Write(found);
            }

            return found;
        }
        catch (Exception failure) when (failure is ContainerizeException || FileFailure.IsOne(failure))
        {
            reporter.Detail($"Whether the image starts could not be found out: {failure.Message}");
            return [];
        }
    }

    private static StartFinding Cure(StartFinding finding, LibraryCure cure) => finding.Lacks.Count == 0 ? finding
        : finding with { Text = $"{finding.Text} {cure.For(finding.Lacks)}", Lacks = [] };

    private List<StartFinding> Judge(StartedImage files, BaseRelease release)
    {
        if (RunCheck.FindUser(files, out var user) is { } unknown)
        {
            return [unknown];
        }

        var found = new List<StartFinding>(new RunCheck(files, user!).Check(
            Ports, program => Libraries(program, $"The health check does not work")));
        IReadOnlyList<string> line = [.. files.Config.Entrypoint, .. files.Config.Command];
        if (StartedLine.OfImage(files, user!).Follow(line, out var started) is { } refused)
        {
            found.Add(refused);
            return found;
        }

        found.AddRange(started.SkipLast(1).SelectMany(program => Libraries(program, $"The image does not start")));
        if (started is [.., var last] && last.Files.ProgramAt(last.Path) is ElfFile elf)
        {
            var judged = Judge(last, elf, release);
            found.AddRange(last.IsCertain ? judged : judged.Select(finding => finding with { IsCertain = false }));
        }

        return found;
    }

    /// <summary>The libraries that a program lacks which is no app of .NET.</summary>
    private static IEnumerable<StartFinding> Libraries(StartedProgram started, Message failure) =>
        started.Files.ProgramAt(started.Path) is ElfFile { Interpreter: { } loader }
            ? new LibraryCheck(started.Files, new LibrarySearch(started.Files, loader)) { Failure = failure }
                .CheckStart(started.Path, [])
                .Select(finding => finding with { IsCertain = finding.IsCertain && started.IsCertain })
            : [];

    private List<StartFinding> Judge(StartedProgram started, ElfFile elf, BaseRelease release)
    {
        var (program, line, files) = (started.Path, started.Line, started.Files);
        var found = new List<StartFinding>();
        var app = DotnetApp.Find(files, program, line);
        var root = default(string);
        if (app is not null && DotnetCheck.Check(files, app, out root) is { } missing)
        {
            found.Add(missing);
            return found;
        }

        var search = new LibrarySearch(files, elf.Interpreter ?? "");
        var runtime = Runtime(files, app, root).ToList();
        if (elf.Interpreter is not null)
        {
            var libraries = new LibraryCheck(files, search);
            found.AddRange(libraries.CheckStart(program, runtime));
            found.AddRange(libraries.CheckOthers());
        }

        if (app is not null)
        {
            var use = new Lazy<AssemblyUse>(() => new AssemblyUse(files, app.Directory));
            found.AddRange(new LoadedByName(files, search, release, app, IsInvariant).Check(use, runtime));
            found.AddRange(SystemDataCheck.Check(files, release, use));
            found.AddRange(((StartFinding?[])[ListeningCheck.Check(files, app, use, line)]).OfType<StartFinding>());
        }

        return found;
    }

    private static IEnumerable<string> Runtime(StartedImage files, DotnetApp? app, string? root)
    {
        if (app?.OwnRuntime(files) is { } own)
        {
            return [own];
        }

        return root is null ? [] :
        [
            .. files.NamesIn($"{root}/host/fxr").Select(version => $"{root}/host/fxr/{version}"),
            .. files.NamesIn($"{root}/shared/{RuntimeConfig.Core}").Select(version => $"{root}/shared/{RuntimeConfig.Core}/{version}"),
        ];
    }
}
