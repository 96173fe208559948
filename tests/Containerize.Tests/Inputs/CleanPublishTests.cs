using Containerize.Files;
using Containerize.Inputs;
using Containerize.Testing;

namespace Containerize.Tests.Inputs;

/// <summary>The image holds what a publish into an empty directory would hold.</summary>
[TestClass]
internal sealed class CleanPublishTests
{
    private static readonly DateTime s_start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, FileOrigin> _origins = [];
    private readonly Dictionary<string, string> _sources = [];
    private RecordingReporter _reporter = new();
    private IReadOnlyList<PublishedFile> _taken = [];
    private DateTime _now;

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    /// <summary>A file that the next publish copies when it is newer than what is there, as the .NET SDK does.</summary>
    private void Source(string path, string content, DateTime written, string version = "1.0", FileOriginKind kind = FileOriginKind.Package)
    {
        var source = _folder.Write($"sources/{version}/{path}", content);
        File.SetLastWriteTimeUtc(source, written);
        _sources[path] = source;
        _origins[path] = kind == FileOriginKind.Package ? new FileOrigin(kind, "Some.Package", version) : new FileOrigin(kind);
    }

    private void Remove(string path)
    {
        _sources.Remove(path);
        _origins.Remove(path);
    }

    /// <summary>Publishes.</summary>
    /// <param name="step">Changes what was copied, as a target of the project may.</param>
    private void Publish(Action? step = null)
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
    private string Image(bool remembers = true)
    {
        Directory.CreateDirectory(_folder["obj"]);
        if (!remembers)
        {
            File.Delete(_folder["obj/sources.txt"]);
        }

        _reporter = new();
        var memory = PublishMemory.Load(_folder["obj/sources.txt"], _folder["publish"]);
        var bits = new ExecuteBits();
        var clean = new CleanPublish(_folder["publish"], _sources, FileStamp.Nanoseconds(_now), memory, bits, _reporter);
        _taken = clean.Take(PublishDirectory.List(_folder["publish"], _origins, new HashSet<string>(), bits));
        return string.Join(' ', _taken.Select(file => $"{file.RelativePath}={File.ReadAllText(file.SourcePath)}"));
    }

    private string Messages => string.Join(' ', _reporter.Messages);

    [TestMethod]
    [DataRow("lib.dll", DisplayName = "an assembly")]
    [DataRow("de/lib.resources.dll", DisplayName = "a satellite assembly")]
    [DataRow("runtimes/linux-x64/native/lib.so", DisplayName = "a native library")]
    public void A_package_that_went_down_and_up_again_is_the_one_that_the_project_names(string path)
    {
        foreach (var remembers in new[] { true, false })
        {
            Directory.CreateDirectory(_folder["publish"]);
            Directory.Delete(_folder["publish"], recursive: true);
            Source(path, "ten", s_start.AddDays(-10), "10.0.3");
            Publish();
            Assert.AreEqual($"{path}=ten", Image(remembers));

            Source(path, "nine", s_start.AddDays(-100), "9.0.3");
            Publish();
            Assert.AreEqual($"{path}=nine", Image(remembers));
            StringAssert.Contains(Messages, $"'{path}' of Some.Package 9.0.3");
            if (remembers)
            {
                StringAssert.Contains(Messages, "(there: Some.Package 10.0.3)");
            }

            Publish();
            Assert.AreEqual($"{path}=nine", Image(remembers));

            Source(path, "ten", s_start.AddDays(-10), "10.0.3");
            Publish();
            Assert.AreEqual($"{path}=ten", Image(remembers));
            Assert.IsEmpty(_reporter.Messages);
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void The_execute_bit_of_a_source_says_nothing_where_all_files_have_one(bool areAllMarked, bool isExecutable)
    {
        const UnixFileMode Marked = (UnixFileMode)0b111_101_101;
        Source("run", "new", s_start.AddDays(-10), "2.0", FileOriginKind.Project);
        Source("data", "data", s_start.AddDays(-10), "2.0", FileOriginKind.Project);
        Publish();
        Source("run", "old", s_start.AddDays(-100), "1.0", FileOriginKind.Project);
#pragma warning disable CA1416 // Not on Windows.
        File.SetUnixFileMode(_sources["run"], Marked);
        File.SetUnixFileMode(_folder["publish/run"], Marked);
        File.SetUnixFileMode(_folder["publish/data"], areAllMarked ? Marked : (UnixFileMode)0b110_100_100);
#pragma warning restore CA1416
        Publish();

        Assert.AreEqual("data=data run=old", Image());
        Assert.AreEqual(isExecutable, _taken.Single(file => file.RelativePath == "run").IsExecutable);
    }

    [TestMethod]
    [DataRow(FileOriginKind.Project)]
    [DataRow(FileOriginKind.App)]
    [DataRow(FileOriginKind.RuntimePack)]
    public void Other_files_with_an_older_time_are_taken_too(FileOriginKind kind)
    {
        Source("data.json", "new", s_start.AddDays(-1), kind: kind);
        Publish();
        Assert.AreEqual("data.json=new", Image());

        Source("data.json", "old", s_start.AddDays(-2), kind: kind);
        Publish();

        Assert.AreEqual("data.json=old", Image());
        StringAssert.Contains(Messages, "'data.json'");
    }

    [TestMethod]
    [DataRow("nin", "'lib.dll' of Some.Package 9.0.3 (there: Some.Package 10.0.3)")]
    [DataRow("ten", "")]
    public void A_package_whose_files_all_have_one_time_is_known_by_its_content(string content, string said)
    {
        Source("lib.dll", "ten", s_start, "10.0.3");
        Publish();
        Assert.AreEqual("lib.dll=ten", Image());
        Source("lib.dll", content, s_start, "9.0.3");

        for (var build = 0; build < 2; build++)
        {
            Publish();
            Assert.AreEqual($"lib.dll={content}", Image());
            StringAssert.Contains(Messages, said);
            Assert.HasCount(said.Length > 0 ? 1 : 0, _reporter.Messages);
        }

        Source("lib.dll", "ten", s_start, "10.0.3");
        Publish();
        Assert.AreEqual("lib.dll=ten", Image());
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    public void The_same_bytes_with_another_time_are_no_reason_to_say_anything()
    {
        Source("lib.dll", "same", s_start.AddDays(-10), "2.0");
        Publish();
        Image();
        Source("lib.dll", "same", s_start.AddDays(-20), "1.0");
        Publish();

        Assert.AreEqual("lib.dll=same", Image());
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void What_a_step_of_the_publish_changes_stays_as_it_made_it(bool remembers)
    {
        void Sign()
        {
            File.WriteAllText(_folder["publish/lib.dll"], "signed");
            File.SetLastWriteTimeUtc(_folder["publish/lib.dll"], _now.AddSeconds(1));
        }

        Source("lib.dll", "plain", s_start.AddDays(-10));
        Publish(Sign);
        Assert.AreEqual("lib.dll=signed", Image(remembers));

        Publish(Sign);
        Assert.AreEqual("lib.dll=signed", Image(remembers));
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    public void A_step_need_not_run_again_for_what_it_changed_once()
    {
        Source("lib.dll", "plain", s_start.AddDays(-10));
        Publish(() =>
        {
            File.WriteAllText(_folder["publish/lib.dll"], "signed");
            File.SetLastWriteTimeUtc(_folder["publish/lib.dll"], _now.AddSeconds(1));
        });
        Image();
        Publish();

        Assert.AreEqual("lib.dll=signed", Image());
    }

    [TestMethod]
    [DataRow("Copy")]
    [DataRow("WriteLinesToFile")]
    [DataRow("Exec")]
    public void What_a_step_of_the_publish_adds_belongs_to_it(string how)
    {
        var old = _folder.Write("old.txt", "made");
        File.SetLastWriteTimeUtc(old, s_start);
        void Step()
        {
            switch (how)
            {
                case "Copy":
                    File.Copy(old, _folder["publish/made.txt"], overwrite: true);
                    break;
                case "WriteLinesToFile":
                    _folder.Write("publish/made.txt", "made");
                    break;
                default:
                    File.WriteAllText(_folder["publish/temporary"], "made");
                    File.SetLastWriteTimeUtc(_folder["publish/temporary"], s_start);
                    File.Move(_folder["publish/temporary"], _folder["publish/made.txt"], overwrite: true);
                    break;
            }
        }

        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        for (var build = 0; build < 2; build++)
        {
            Publish(Step);
            Assert.AreEqual("app.dll=app made.txt=made", Image());
            CollectionAssert.AreEqual(new[] { FileOrigin.App, FileOrigin.App }, _taken.Select(file => file.Origin).ToList());
            Assert.IsEmpty(_reporter.Messages);
        }

        for (var build = 0; build < 2; build++)
        {
            Publish();
            Assert.AreEqual("app.dll=app made.txt=made", Image(), "A step may skip an unchanged file.");
            StringAssert.Contains(_reporter.Messages.Single(), "'made.txt'. It is in the image");
            CollectionAssert.AreEqual(new[] { FileOrigin.App, FileOrigin.App }, _taken.Select(file => file.Origin).ToList());
        }

        _folder.Write("publish/made.txt", "by hand");
        Publish();
        Assert.AreEqual("app.dll=app made.txt=by hand", Image());
        Assert.AreEqual(FileOrigin.Unexpected, _taken[1].Origin);
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    [DataRow("app.dll", "made=app", DisplayName = "to what is published")]
    [DataRow("../old.txt", "made=old", DisplayName = "to a file elsewhere")]
    [DataRow("../old", "made/old.txt=old", DisplayName = "to a directory elsewhere")]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_that_a_step_of_the_publish_makes_belongs_to_it(string target, string expected)
    {
        foreach (var old in new[] { "old.txt", "old/old.txt" })
        {
            File.SetLastWriteTimeUtc(_folder.Write(old, "old"), s_start);
        }

        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        Publish(() => File.CreateSymbolicLink(_folder["publish/made"], target));
        for (var build = 0; build < 3; build++)
        {
            Assert.AreEqual($"app.dll=app {expected}", Image());
            CollectionAssert.AreEqual(new[] { FileOrigin.App, FileOrigin.App }, _taken.Select(file => file.Origin).ToList());
            Publish();
        }

        File.Delete(_folder["publish/made"]);
        File.CreateSymbolicLink(_folder["publish/by-hand"], target);
        Publish();

        Assert.AreEqual($"app.dll=app {expected.Replace("made", "by-hand", StringComparison.Ordinal)}", Image());
        Assert.AreEqual(FileOrigin.Unexpected, _taken[1].Origin);
    }

    [TestMethod]
    public void What_a_step_made_is_unexpected_where_that_is_not_remembered()
    {
        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        Publish(() => _folder.Write("publish/made.txt", "made"));
        Image();
        Publish();

        Assert.AreEqual("app.dll=app made.txt=made", Image(remembers: false));
        Assert.AreEqual(FileOrigin.Unexpected, _taken[1].Origin);
    }

    [TestMethod]
    public void What_lay_there_before_the_publish_is_not_of_a_step()
    {
        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        _folder.Write("publish/notes.txt", "by hand");
        Publish();

        Assert.AreEqual("app.dll=app notes.txt=by hand", Image());
        Assert.AreEqual(FileOrigin.Unexpected, _taken[1].Origin);
    }

    [TestMethod]
    public void What_only_an_earlier_publish_made_is_left_out_until_it_is_gone()
    {
        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        Source("lib.dll", "lib", s_start);
        Publish();
        Assert.AreEqual("app.dll=app lib.dll=lib", Image());
        Remove("lib.dll");

        for (var build = 0; build < 2; build++)
        {
            Publish();
            Assert.AreEqual("app.dll=app", Image());
            StringAssert.Contains(Messages, "lib.dll");
        }

        Source("lib.dll", "lib", s_start);
        Publish();
        Assert.AreEqual("app.dll=app lib.dll=lib", Image());
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    public void What_no_publish_is_known_to_have_made_stays()
    {
        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        Source("lib.dll", "lib", s_start);
        Publish();
        Image();
        Remove("lib.dll");
        _folder.Write("publish/lib.dll", "by hand");
        _folder.Write("publish/notes.txt", "by hand");

        Assert.AreEqual("app.dll=app lib.dll=by hand notes.txt=by hand", Image());
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    public void A_publish_into_another_directory_tells_nothing_of_this_one()
    {
        Source("lib.dll", "lib", s_start);
        Publish();
        Image();

        Assert.IsNull(PublishMemory.Load(_folder["obj/sources.txt"], _folder["elsewhere"]).Find("lib.dll"));
        Assert.IsNotNull(PublishMemory.Load(_folder["obj/sources.txt"], _folder["publish/"]).Find("lib.dll"));
    }

    [TestMethod]
    public void A_source_that_is_gone_leaves_what_is_there()
    {
        Source("lib.dll", "lib", s_start.AddDays(-1));
        Publish();
        Image();
        File.Delete(_sources["lib.dll"]);

        Assert.AreEqual("lib.dll=lib", Image());
    }
}
