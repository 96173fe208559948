using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>A COPY or ADD.</summary>
/// <param name="IsAdd">Whether archives are unpacked and addresses fetched.</param>
/// <param name="From">The stage or image that has the files; null for the context.</param>
/// <param name="Owner">As it is written.</param>
/// <param name="Mode">As it is written.</param>
/// <param name="Sources">What is copied.</param>
/// <param name="Target">The path in the image.</param>
/// <param name="IsInto">Whether files keep their names in it.</param>
internal sealed record FileCopyInstruction(
    bool IsAdd,
    ExpandedText? From,
    ExpandedText? Owner,
    ExpandedText? Mode,
    IReadOnlyList<ExpandedText> Sources,
    ExpandedText Target,
    bool IsInto)
{
    private static readonly string[] s_archives = [".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst"];

    /// <summary>Reads an instruction; null for one that has its content with it, or names nothing to copy.</summary>
    internal static FileCopyInstruction? Read(StagePoint point, char escape, bool isWindows)
    {
        var instruction = point.Instruction;
        var words = Words.Of(instruction, escape, point.Variables);
        return words.Count < 2 || instruction.Heredocs.Count > 0 ? null : new(
            instruction.Keyword == "ADD",
            Flag("from"),
            Flag("chown"),
            Flag("chmod"),
            [.. words.SkipLast(1)],
            ImagePath.Combine(point.Directory, words[^1], isWindows),
            words.Count > 2 || words[^1].Written is "." or ".." or [.., '/'] or [.., '/', '.']
                || (isWindows && words[^1].Written is [.., '\\']));

        ExpandedText? Flag(string name) =>
            instruction.Flag(name) is { } value ? Words.Unquote(value, escape, point.Variables) : null;
    }

    /// <summary>Adds the item that puts a source into the image.</summary>
    /// <param name="owner">The owner, numeric; null for root.</param>
    /// <param name="up">The way from the project's directory to the context.</param>
    /// <param name="isDirectory">Whether a path of the context is a directory; null where nothing is there.</param>
    internal void AddTo(
        ImportResult result, Instruction instruction, ExpandedText written, string? owner, string up, Func<string, bool?> isDirectory)
    {
        if (result.Known(instruction, written, "add the files with ContainerizeFile") is not { } source
            || result.Known(instruction, Target, "add the files with ContainerizeFile") is not { } target)
        {
            return;
        }

        if (instruction.Flag("parents") is not null || instruction.Flag("exclude") is not null)
        {
            result.Check(instruction, "--parents and --exclude have no counterpart: choose files by Include and Exclude");
        }

        var path = ImagePath.OfContext(source);
        if (source.Contains("://", StringComparison.Ordinal) || source.StartsWith("git@", StringComparison.Ordinal))
        {
            result.NoCounterpart(instruction, $"nothing is fetched: have {source} in the repository, or fetch it in a target before " +
                $"Containerize");
        }
        else if (path.Length == 0)
        {
            result.NoCounterpart(instruction, "the whole context: published files are in the image; add others with ContainerizeFile");
        }
        else if (path.Contains('[', StringComparison.Ordinal))
        {
            result.NoCounterpart(instruction, $"{source} is a pattern that MSBuild lacks: add its files with ContainerizeFile");
        }
        else if (IsAdd && Array.Exists(s_archives, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
        {
            AddArchive(result, instruction, up + path, target);
        }
        else if (IsCertificate(path, target))
        {
            result.Add(instruction.Line, "ContainerizeCaCertificate", up + path);
        }
        else
        {
            result.Add(
                instruction.Line, "ContainerizeFile", up + path, Metadata(result, instruction, target, owner, isDirectory(path) == true));
        }
    }

    /// <summary>What <c>ContainerizeFile</c> says besides the file.</summary>
    /// <param name="target">The path in the image.</param>
    /// <param name="owner">The owner, numeric; null for root.</param>
    /// <param name="isDirectory">Whether it is a directory, of which the target gets what is in it.</param>
    internal (string Name, string? Value)[] Metadata(
        ImportResult result, Instruction instruction, string target, string? owner, bool isDirectory)
    {
        var mode = OctalMode.Of(result, instruction, Mode, "ContainerizeFile");

        return
        [
            ("TargetPath", IsInto && !isDirectory ? target.TrimEnd('/') + "/" : target),
            ("Mode", mode),
            ("Owner", owner),
        ];
    }

    private static void AddArchive(ImportResult result, Instruction instruction, string path, string target)
    {
        if (target.TrimEnd('/') is "" or "C:")
        {
            result.Add(instruction.Line, "ContainerizeLayerReference", path);
        }
        else
        {
            result.NoCounterpart(
                instruction, $"an archive is a layer from the root on: pack {path} with paths below {target}, and add it with " +
                    $"ContainerizeLayerReference");
        }
    }

    private static bool IsCertificate(string path, string target) =>
        ImagePath.IsIn(target, "/usr/local/share/ca-certificates")
        && Path.GetExtension(path).ToLowerInvariant() is ".crt" or ".pem" or ".cer";
}
