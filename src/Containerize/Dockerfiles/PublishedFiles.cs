using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates copies of the publish output. All of it is the app; a part of it is beside the app.</summary>
internal sealed class PublishedFiles(
    Stages stages, IReadOnlyDictionary<int, BuildOutput> builds, ImportResult result, bool isWindows)
{
    private const string WebRoot = "wwwroot";

    private readonly List<(Instruction Copy, ExpandedText Directory, PublishCommand? Command)> _wholes = [];
    private readonly List<(Instruction Instruction, FileCopyInstruction Copy, string Path, string? Owner)> _parts = [];

    /// <summary>The command whose output is in the image; null where the Dockerfile has none.</summary>
    internal PublishCommand? Publish { get; private set; }

    /// <summary>The stage of that command.</summary>
    internal BuildOutput? Build { get; private set; }

    /// <summary>The copy of the app; null for none.</summary>
    internal Instruction? Copy => _wholes.Count > 0 ? _wholes[^1].Copy : null;

    /// <summary>The directory that the app is copied to; null for none.</summary>
    internal ExpandedText? Directory => _wholes.Count > 0 ? _wholes[^1].Directory : null;

    // A server of other images has the site alone.
    private bool IsSite => _wholes.Count == 0 && _parts.Exists(part => part.Path is WebRoot or WebRoot + "/*");

    /// <summary>Takes a <c>dotnet publish</c> in the stage of the image.</summary>
    internal void Take(PublishCommand publish, BuildOutput build) => (Publish, Build) = (publish, build);

    /// <summary>Takes the copy of one source.</summary>
    /// <param name="owner">The owner, numeric; null for root.</param>
    /// <returns>Whether the source is the publish output, or in it.</returns>
    internal bool Take(StagePoint point, FileCopyInstruction copy, ExpandedText source, string? owner)
    {
        if (Find(point, copy, source.Written) is not var (path, command, build))
        {
            return false;
        }

        var isProgram = IsProgram(path, command);
        if (path is not ("" or "*") && !isProgram)
        {
            // The app is what all of it comes from, if that is copied as well.
            (Publish, Build) = Publish is null ? (command, build) : (Publish, Build);
            _parts.Add((point.Instruction, copy, path, owner));
            return true;
        }

        (Publish, Build) = (command ?? Publish, build ?? Build);
        _wholes.Add((point.Instruction, isProgram && !copy.IsInto ? copy.Target.Select(ImagePath.Parent) : copy.Target, command));
        if (owner is not null)
        {
            result.Set(point.Instruction.Line, "ContainerizeFileOwner", owner);
        }

        if (copy.Mode is not null)
        {
            result.Check(point.Instruction, $"published files get their modes by themselves, 0755 for programs and scripts, else 0644");
        }

        if (isProgram && !copy.IsInto && ImagePath.Name(copy.Target.Written) != path)
        {
            result.Check(point.Instruction, $"the program keeps the name {path}: for another one, set AssemblyName");
        }

        return true;
    }

    /// <summary>Translates what the copies mean together.</summary>
    /// <param name="directory">The directory of the app.</param>
    /// <param name="image">The base image.</param>
    /// <returns>Whether the image is a site of static files.</returns>
    internal bool Finish(ExpandedText directory, ExpandedText image)
    {
        foreach (var (copy, place, command) in _wholes)
        {
            if (place.Written == directory.Written && command?.Project.Written == _wholes[^1].Command?.Project.Written)
            {
                result.NotNeeded(copy, "the publish output goes to the working directory");
            }
            else
            {
                result.NoCounterpart(copy, $"an image has one app, once: here it is in {directory}");
            }
        }

        if (IsSite && !DotnetImage.Is(image))
        {
            Site(image);
            return true;
        }

        foreach (var part in _parts)
        {
            Part(part.Instruction, part.Copy, part.Path, part.Owner, directory);
        }

        return false;
    }

    // A site has no directory in which the rest of the publish output is.
    private void Part(Instruction instruction, FileCopyInstruction copy, string path, string? owner, ExpandedText? directory)
    {
        if (_wholes.Count == 0 && directory is not null)
        {
            result.Check(instruction, $"all of the publish output is in the image, in {directory}");
        }

        var (place, target) = (directory?.Written.TrimEnd('/') + "/" + path, copy.Target.Written);
        if (directory is not null && (target == place || (copy.IsInto && target == ImagePath.Parent(place))))
        {
            result.NotNeeded(instruction, "the publish output goes to the working directory");
            if (owner is not null)
            {
                result.Check(instruction, $"all published files have one owner: set ContainerizeFileOwner to {owner}");
            }
        }
        else if (path.AsSpan().IndexOfAny('*', '?', '[') >= 0)
        {
            result.NoCounterpart(
                instruction, $"{path} is a part of the publish output, which is made after the project is read: add each file with " +
                    $"ContainerizeFile, as $(PublishDir)NAME");
        }
        else if (result.Known(instruction, copy.Target, $"add $(PublishDir){path} with ContainerizeFile") is { } known)
        {
            result.AddPublished(instruction.Line, path, copy.Metadata(result, instruction, known, owner, isDirectory: false));
        }
    }

    private void Site(ExpandedText image)
    {
        foreach (var (instruction, copy, path, owner) in _parts)
        {
            if (path is not (WebRoot or WebRoot + "/*"))
            {
                Part(instruction, copy, path, owner, directory: null);
            }
            else if (image.Written.Contains("nginx", StringComparison.OrdinalIgnoreCase))
            {
                result.Set(instruction.Line, "ContainerizeStaticSite", "true");
                result.Check(
                    instruction, "nginx serves the published wwwroot with a configuration of its own: on port 8080 unless there is a " +
                        "ContainerPort, with further statements from /etc/nginx/site.d/*.conf");
            }
            else
            {
                result.NoCounterpart(
                    instruction, $"the published wwwroot is a site: set ContainerizeStaticSite to true, and leave ContainerBaseImage " +
                        $"out; then nginx serves it, in place of what {image} has");
            }
        }
    }

    // The path in the publish output; empty for all of it.
    private (string Path, PublishCommand? Command, BuildOutput? Build)? Find(StagePoint point, FileCopyInstruction copy, string source)
    {
        if (copy.From is not { } from)
        {
            return Named(source) is { } inContext ? (inContext, null, null) : null;
        }

        var build = builds[stages.All.Last(stage => stage.Number < point.Stage.Number && stage.IsCalled(from.Written)).Number];
        var path = ImagePath.Combine(isWindows ? "C:/" : "/", source, isWindows);
        // A variable without a value has the same one in both stages.
        // A solution's projects share their output; the entrypoint is one of them.
        var publish = build.Publishes.Where(publish => publish.Output is { } output && ImagePath.IsIn(path, output.Written))
            .OrderBy(publish => publish.Output!.Written.Length).LastOrDefault();
        return publish is not null ? (path[publish.Output!.Written.Length..].Trim('/'), publish, build)
            : build.Publishes.Count > 0 && Named(source) is { } named ? (named, Nearest(build, path), build)
            : null;
    }

    // Without -o, the output is below the directory of its project; artifacts of several projects are not.
    private static PublishCommand Nearest(BuildOutput build, string path) =>
        build.Publishes.Where(publish => ImagePath.IsIn(path, publish.ProjectDirectory.Written))
            .OrderBy(publish => publish.ProjectDirectory.Written.Length).LastOrDefault() ?? build.Publishes[^1];

    // bin/Release/net10.0/publish, the directory of a publish without -o.
    private static string? Named(string source)
    {
        var parts = ImagePath.OfContext(source).Split('/');
        var at = Array.FindLastIndex(parts, part => part.Equals("publish", StringComparison.OrdinalIgnoreCase));
        return at < 0 ? null : string.Join('/', parts[(at + 1)..]);
    }

    // A single file, or native code.
    private static bool IsProgram(string path, PublishCommand? publish)
    {
        if (publish is null || path is "" or WebRoot || path.AsSpan().IndexOfAny('/', '*', '?') >= 0)
        {
            return false;
        }

        var name = path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path;
        var project = publish.Name ?? ImagePath.Name(publish.Project.Written);
        return name == publish.Name || ((name == project || !Path.HasExtension(name)) && publish.Properties.Any(property =>
            property.Name is "PublishAot" or "PublishSingleFile" && property.Value.Equals("true", StringComparison.OrdinalIgnoreCase)));
    }
}
