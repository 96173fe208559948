using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>A COPY or ADD.</summary>
/// <param name="IsAdd">Whether archives are unpacked and addresses fetched.</param>
/// <param name="From">The stage or image that has the files; null for the context.</param>
/// <param name="Owner">As it is written, with variables filled in.</param>
/// <param name="Mode">As it is written.</param>
/// <param name="Sources">What is copied.</param>
/// <param name="Target">The path in the image.</param>
/// <param name="IsInto">Whether files keep their names in it.</param>
internal sealed record FileCopyInstruction(
    bool IsAdd, string? From, string? Owner, string? Mode, IReadOnlyList<string> Sources, string Target, bool IsInto)
{
    private static readonly string[] s_archives = [".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".tar.zst"];

    /// <summary>Reads an instruction; null for one that has its content with it, or names nothing to copy.</summary>
    internal static FileCopyInstruction? Read(StagePoint point, char escape, bool isWindows)
    {
        var instruction = point.Instruction;
        var words = instruction.Json ?? Words.Split(instruction.Text, escape, point.Variables);
        return words.Count < 2 || instruction.Heredocs.Count > 0 ? null : new(
            instruction.Keyword == "ADD",
            instruction.Flag("from") is { } from ? Words.Unquote(from, escape, point.Variables) : null,
            instruction.Flag("chown") is { } owner ? Words.Unquote(owner, escape, point.Variables) : null,
            instruction.Flag("chmod"),
            [.. words.SkipLast(1)],
            ImagePath.Combine(point.Directory, words[^1], isWindows),
            words.Count > 2 || words[^1] is "." or ".." || words[^1].EndsWith('/') || words[^1].EndsWith("/.", StringComparison.Ordinal)
                || (isWindows && words[^1].EndsWith('\\')));
    }

    /// <summary>Adds the item that puts a source into the image.</summary>
    /// <param name="owner">The owner, numeric; null for root.</param>
    /// <param name="up">The way from the project's directory to the context.</param>
    /// <param name="isDirectory">Whether a path of the context is a directory.</param>
    internal void AddTo(
        ImportResult result, Instruction instruction, string source, string? owner, string up, Func<string, bool> isDirectory)
    {
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
        else if (source.Contains('$', StringComparison.Ordinal))
        {
            result.NoCounterpart(instruction, $"{source} has a variable that the Dockerfile does not say: add it with ContainerizeFile");
        }
        else if (path.Contains('[', StringComparison.Ordinal))
        {
            result.NoCounterpart(instruction, $"{source} is a pattern that MSBuild lacks: add its files with ContainerizeFile");
        }
        else if (IsAdd && Array.Exists(s_archives, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
        {
            AddArchive(result, instruction, up + path);
        }
        else if (IsCertificate(path))
        {
            result.Add(instruction.Line, "ContainerizeCaCertificate", up + path);
        }
        else
        {
            result.Add(instruction.Line, "ContainerizeFile", up + path, Metadata(owner, IsInto && !isDirectory(path)));
        }

        if (Mode is not null && !Mode.All(character => character is >= '0' and <= '7'))
        {
            result.Check(instruction, $"a mode is octal: write {Mode} as a number");
        }
    }

    /// <summary>What <c>ContainerizeFile</c> says besides the file.</summary>
    /// <param name="isInto">Whether the file keeps its name in the target.</param>
    internal (string Name, string? Value)[] Metadata(string? owner, bool isInto) =>
    [
        ("TargetPath", isInto ? Target.TrimEnd('/') + "/" : Target), ("Mode", Mode?.PadLeft(4, '0')), ("Owner", owner),
    ];

    private void AddArchive(ImportResult result, Instruction instruction, string path)
    {
        if (Target.TrimEnd('/') is "" or "C:")
        {
            result.Add(instruction.Line, "ContainerizeLayerReference", path);
        }
        else
        {
            result.NoCounterpart(
                instruction, $"an archive is a layer from the root on: pack {path} with paths below {Target}, and add it with " +
                    $"ContainerizeLayerReference");
        }
    }

    private bool IsCertificate(string path) =>
        ImagePath.IsIn(Target, "/usr/local/share/ca-certificates")
        && Path.GetExtension(path).ToLowerInvariant() is ".crt" or ".pem" or ".cer";
}
