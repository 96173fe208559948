using Containerize.Files;
using Containerize.Inputs;
using Containerize.Testing;

namespace Containerize.Tests.Inputs;

/// <summary>Publishes as the .NET SDK does, and says what the image holds.</summary>
internal abstract class CleanPublishLab
{
    private protected static readonly DateTime s_start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private protected readonly TemporaryDirectory _folder = new();
    private protected readonly Dictionary<string, FileOrigin> _origins = [];
    private protected readonly Dictionary<string, string> _sources = [];
    private protected RecordingReporter _reporter = new();
    private protected IReadOnlyList<PublishedFile> _taken = [];
    private protected DateTime _now;

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    /// <summary>A file that the next publish copies when it is newer than what is there, as the .NET SDK does.</summary>
    private protected void Source(
        string path, string content, DateTime written, string version = "1.0", FileOriginKind kind = FileOriginKind.Package)
    {
        var source = _folder.Write($"sources/{version}/{path}", content);
        File.SetLastWriteTimeUtc(source, written);
        _sources[path] = source;
        _origins[path] = kind == FileOriginKind.Package ? new FileOrigin(kind, "Some.Package", version) : new FileOrigin(kind);
    }

    private protected void Remove(string path)
    {
        _sources.Remove(path);
        _origins.Remove(path);
    }

    /// <summary>Publishes.</summary>
    /// <param name="step">Changes what was copied, as a target of the project may.</param>
    private protected void Publish(Action? step = null)
    {
        _now = DateTime.UtcNow;
        // The clock of file systems moves in steps.
        Thread.Sleep(20);
        foreach (var (path, source) in _sources)
        {
            var target = new FileInfo(_folder[$"publish/{path}"]);
            if (!target.Exists || target.LastWriteTimeUtc < File.GetLastWriteTimeUtc(source))
            {
                target.Directory!.Create();
                File.Copy(source, target.FullName, overwrite: true);
            }
        }

        step?.Invoke();
    }

    /// <summary>What the image holds, by path.</summary>
    /// <param name="remembers">Whether there is a memory of the last publish.</param>
    /// <param name="ahead">By how much the clock was ahead when the files were written.</param>
    private protected string Image(bool remembers = true, TimeSpan ahead = default)
    {
        Directory.CreateDirectory(_folder["obj"]);
        if (!remembers)
        {
            File.Delete(_folder["obj/sources.txt"]);
        }

        _reporter = new();
        var memory = PublishMemory.Load(_folder["obj/sources.txt"], _folder["publish"]);
        var bits = new ExecuteBits();
        var files = PublishDirectory.List(_folder["publish"], _origins, new HashSet<string>(), bits);
        var span = PublishSpan.Until(DateTimeOffset.UtcNow - ahead, FileStamp.Nanoseconds(_now - ahead));
        _taken = new CleanPublish(_folder["publish"], _sources, span, memory, bits, _reporter).Take(files);
        return string.Join(' ', _taken.Select(file => $"{file.RelativePath}={File.ReadAllText(file.SourcePath)}"));
    }

    private protected string Messages => string.Join(' ', _reporter.Messages);
}
