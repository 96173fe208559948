using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates COPY and ADD: files of the publish output, and of the context.</summary>
/// <param name="build">What the stage of the image publishes itself.</param>
/// <param name="isDirectory">Whether a path of the context is a directory; null where nothing is there.</param>
internal sealed class CopiedFiles(
    Stages stages,
    BuildOutput build,
    ImportResult result,
    Users users,
    PublishedFiles published,
    Func<string, bool?> isDirectory,
    bool isWindows)
{
    private readonly List<File> _files = [];

    /// <summary>Takes an instruction.</summary>
    internal void Take(StagePoint point)
    {
        var copy = FileCopyInstruction.Read(point, stages.Escape, isWindows);
        if (copy is null)
        {
            result.NoCounterpart(point.Instruction, "write the content to a file of the project, and add it with ContainerizeFile");
            return;
        }

        var owner = Owner(point.Instruction, copy.Owner);
        if (copy.From is { Value: null } unknown)
        {
            result.Known(point.Instruction, unknown, "add the files with ContainerizeFile");
        }
        else if (copy.From is { Value: { } from } && !stages.All.Any(stage => stage.Number < point.Stage.Number && stage.IsCalled(from)))
        {
            result.NoCounterpart(
                point.Instruction, $"files of the image {from}: build on a base that has them, or add its layer with " +
                    $"ContainerizeLayerReference");
        }
        else
        {
            foreach (var source in copy.Sources)
            {
                Take(point, copy, source, owner);
            }
        }
    }

    /// <summary>Changes the owner of a file of the context.</summary>
    /// <param name="path">The path in the image.</param>
    /// <returns>Whether there is a file; a directory is none.</returns>
    internal bool ChangeOwner(string path, string owner)
    {
        var at = _files.FindLastIndex(file => file.Path == path && isDirectory(ImagePath.OfContext(file.Source.Written)) != true);
        if (at >= 0)
        {
            _files[at] = _files[at] with { Owner = owner };
        }

        return at >= 0;
    }

    /// <summary>Adds the files of the context. Their paths are relative to the project, which any instruction may name.</summary>
    /// <param name="project">The project, relative to the context; null where it is not known.</param>
    internal void Finish(string? project)
    {
        if (project is null && published.Publish is not null && _files is [var first, ..])
        {
            result.Check(first.Instruction, "the Dockerfile does not say where the project is: paths of files are relative to the context");
        }

        foreach (var file in _files)
        {
            file.Copy.AddTo(result, file.Instruction, file.Source, file.Owner, project is null ? "" : ProjectPath.Up(project), isDirectory);
        }
    }

    private void Take(StagePoint point, FileCopyInstruction copy, ExpandedText source, string? owner)
    {
        if (published.Take(point, copy, source, owner))
        {
            return;
        }

        if (copy.From is not null)
        {
            result.NoCounterpart(
                point.Instruction,
                $"{source} is made by a stage: make it in a target before Containerize, and add it with ContainerizeFile");
        }
        else if (build.Publishes.Count > 0 && published.Build != build)
        {
            result.NotNeeded(point.Instruction, "the sources of the project");
        }
        else
        {
            _files.Add(new(point.Instruction, copy, source, owner));
        }
    }

    private string? Owner(Instruction instruction, ExpandedText? written)
    {
        if (written is null
            || result.Known(instruction, written, "set Owner or ContainerizeFileOwner to a number") is not { } owner)
        {
            return null;
        }

        var numbers = users.OwnerOf(owner, isWithGroup: true);
        if (numbers is null)
        {
            result.Check(instruction, $"an owner is numeric, because names differ between images: set Owner or ContainerizeFileOwner " +
                $"for {owner}");
        }

        return numbers;
    }

    private sealed record File(Instruction Instruction, FileCopyInstruction Copy, ExpandedText Source, string? Owner)
    {
        internal string Path => Copy.IsInto
            ? $"{Copy.Target.Written.TrimEnd('/')}/{ImagePath.Name(ImagePath.OfContext(Source.Written))}"
            : Copy.Target.Written;
    }
}
