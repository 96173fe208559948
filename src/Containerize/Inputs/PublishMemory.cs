using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Inputs;

/// <summary>
/// What lay in the publish directory after the last publish, and what each file was copied from. It belongs to one project and may be lost
/// at any time.
/// </summary>
internal sealed class PublishMemory
{
    private readonly string _path;
    private readonly Dictionary<string, PublishFacts> _files;

    private PublishMemory(string path, Dictionary<string, PublishFacts> files)
    {
        _path = path;
        _files = files;
    }

    /// <summary>The name of the file in the project's own directory.</summary>
    internal static string FileName => RecordKind.Published.Name;

    /// <summary>Reads the memory of the last publish into a directory; one into another directory counts for nothing.</summary>
    /// <param name="path">Where it is kept.</param>
    internal static PublishMemory Load(string path, string publishDirectory)
    {
        var lines = SealedFile.TryRead(path, RecordKind.Published.TitleOf(null), mustBeOwn: false)?.Split('\n') ?? [];
        return new(
            path,
            lines is [var directory, .. var files] && EscapedText.Read(directory) == Identity(publishDirectory)
                ? files.Select(PublishFacts.Parse).OfType<PublishFacts>().ToDictionary(file => file.RelativePath, StringComparer.Ordinal)
                : []);
    }

    /// <summary>What is known of a file.</summary>
    /// <param name="relativePath">Its path below the publish directory.</param>
    internal PublishFacts? Find(string relativePath) => _files.GetValueOrDefault(relativePath);

    /// <summary>Keeps what is known now. Failing to is no failure.</summary>
    internal void Save(string publishDirectory, IEnumerable<PublishFacts> files)
    {
        var text = new StringBuilder(EscapedText.Write(Identity(publishDirectory)));
        foreach (var file in files)
        {
            text.Append('\n').Append(file.Text);
        }

        SealedFile.TryWrite(_path, RecordKind.Published.TitleOf(null), text.ToString());
    }

    private static string Identity(string directory) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
}

/// <summary>What is known of a published file.</summary>
/// <param name="RelativePath">Its path below the publish directory.</param>
/// <param name="Published">Its size and time after the publish.</param>
/// <param name="Source">The file that it was copied from; null when that is not known.</param>
/// <param name="SourceStamp">That file's size and time.</param>
/// <param name="Package">The package and version that it came from; empty for none.</param>
internal sealed record PublishFacts(string RelativePath, ContentTime Published, string? Source, ContentTime SourceStamp, string Package)
{
    private const char Separator = '\t';
    private const string Step = "step";

    /// <summary>Whether a step of the project wrote it, without an item of the publish that says so.</summary>
    internal bool IsOfStep { get; init; }

    /// <summary>What is known of a file that a step of the project wrote.</summary>
    internal static PublishFacts OfStep(string relativePath, ContentTime published) =>
        new(relativePath, published, null, default, "") { IsOfStep = true };

    internal string Text => string.Join(
        Separator,
        Published.Text,
        SourceStamp.Text,
        EscapedText.Write(Package),
        EscapedText.Write(RelativePath),
        EscapedText.Write(Source ?? ""),
        IsOfStep ? Step : "");

    internal static PublishFacts? Parse(string line) =>
        line.Split(Separator) is [var published, var sourceStamp, var package, var path, var source, var maker]
        && ContentTime.TryParse(published) is { } here && ContentTime.TryParse(sourceStamp) is { } there
            ? new(EscapedText.Read(path), here, source.Length == 0 ? null : EscapedText.Read(source), there, EscapedText.Read(package))
            {
                IsOfStep = maker == Step,
            }
            : null;
}

/// <summary>What of a stamp survives the copy of a directory, into the cache of a CI system for example: size and time.</summary>
internal readonly record struct ContentTime(long Size, long Modified)
{
    internal string Text => string.Create(CultureInfo.InvariantCulture, $"{Size} {Modified}");

    internal static ContentTime Of(FileStamp stamp) => new(stamp.Size, stamp.Modified);

    internal static ContentTime? TryParse(string text) =>
        text.Split(' ') is [var size, var modified]
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        && long.TryParse(modified, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time) ? new(bytes, time) : null;
}
