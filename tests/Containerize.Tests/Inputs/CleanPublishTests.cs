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
    /// <param name="remembers">Whether there is a memory of the last publish.</param>
    /// <param name="ahead">By how much the clock was ahead when the files were written.</param>
    private string Image(bool remembers = true, TimeSpan ahead = default)
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

    /// <summary>What a step copies over a published file, with the time of its source: <c>File.Copy</c>, <c>cp -p</c>, unzip.</summary>
    private Action Over(string path, string content, DateTime written)
    {
        var source = _folder.Write("deploy/" + path, content);
        File.SetLastWriteTimeUtc(source, written);
        return () => File.Copy(source, _folder["publish/" + path], overwrite: true);
    }

    [TestMethod]
    [DataRow(true, -1, FileOriginKind.App)]
    [DataRow(false, -1, FileOriginKind.App)]
    [DataRow(true, -1000, FileOriginKind.Package)]
    [DataRow(false, -1000, FileOriginKind.Package)]
    [DataRow(true, -100, FileOriginKind.Project)]
    [DataRow(false, -100, FileOriginKind.Project)]
    public void A_file_that_a_step_copies_over_a_published_one_stays_however_old_it_is(bool remembers, int days, FileOriginKind kind)
    {
        Source("data.json", "of the project", s_start.AddDays(-10), kind: kind);
        var step = Over("data.json", "of the step", s_start.AddDays(days));
        for (var build = 0; build < 3; build++)
        {
            Publish(step);
            Assert.AreEqual("data.json=of the step", Image(remembers));
            Assert.IsEmpty(_reporter.Messages);
        }

        Source("data.json", "of the project, edited", s_start.AddDays(-5), kind: kind);
        Publish(step);

        Assert.AreEqual("data.json=of the step", Image(remembers));
        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    public void A_step_may_skip_the_file_that_it_copied_over_a_published_one()
    {
        Source("data.json", "of the project", s_start.AddDays(-10), kind: FileOriginKind.App);
        Publish(Over("data.json", "of the step", s_start.AddDays(-1)));
        for (var build = 0; build < 3; build++)
        {
            Assert.AreEqual("data.json=of the step", Image());
            Assert.IsEmpty(_reporter.Messages);
            Publish();
        }
    }

    [TestMethod]
    public void A_step_that_is_new_copies_over_what_is_known_as_a_copy()
    {
        Source("data.json", "of the project", s_start.AddDays(-10), kind: FileOriginKind.App);
        Publish();
        Assert.AreEqual("data.json=of the project", Image());

        Publish(Over("data.json", "of the step", s_start.AddDays(-100)));

        Assert.AreEqual("data.json=of the step", Image());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_step_that_changes_the_modes_of_all_files_makes_none_of_them_its_own()
    {
        Source("lib.dll", "ten", s_start.AddDays(-10), "10.0.3");
        Publish();
        Assert.AreEqual("lib.dll=ten", Image());

        Source("lib.dll", "nine", s_start.AddDays(-100), "9.0.3");
#pragma warning disable CA1416 // Not on Windows.
        Publish(() => File.SetUnixFileMode(_folder["publish/lib.dll"], UnixFileMode.UserRead | UnixFileMode.UserWrite));
#pragma warning restore CA1416

        Assert.AreEqual("lib.dll=nine", Image());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_package_whose_files_have_a_time_in_the_future_went_down_all_the_same(bool remembers)
    {
        Source("lib.dll", "ten", DateTime.UtcNow.AddYears(1), "10.0.3");
        Publish();
        Assert.AreEqual("lib.dll=ten", Image(remembers));

        Source("lib.dll", "nine", s_start, "9.0.3");
        Publish();

        Assert.AreEqual("lib.dll=nine", Image(remembers));
        StringAssert.Contains(Messages, "'lib.dll' of Some.Package 9.0.3");
    }

    [TestMethod]
    public void What_an_earlier_publish_made_of_a_file_from_the_future_is_left_out()
    {
        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        Source("lib.dll", "lib", DateTime.UtcNow.AddYears(1));
        Publish();
        Assert.AreEqual("app.dll=app lib.dll=lib", Image());
        Remove("lib.dll");

        for (var build = 0; build < 2; build++)
        {
            Publish();
            Assert.AreEqual("app.dll=app", Image());
            StringAssert.Contains(Messages, "lib.dll");
        }
    }

    [TestMethod]
    public void What_was_written_while_the_clock_was_ahead_is_of_no_later_publish()
    {
        var wasAhead = TimeSpan.FromHours(1);
        Source("app.dll", "app", s_start, kind: FileOriginKind.App);
        Source("lib.dll", "ten", s_start.AddDays(-10), "10.0.3");
        Source("old.dll", "old", s_start);
        Publish();
        Image();
        Source("lib.dll", "nine", s_start.AddDays(-100), "9.0.3");
        Remove("old.dll");
        _folder.Write("publish/by-hand.txt", "by hand");

        Assert.AreEqual("app.dll=app by-hand.txt=by hand lib.dll=nine", Image(ahead: wasAhead));
        Assert.AreEqual(FileOrigin.Unexpected, _taken[1].Origin);
    }

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(-3600, true)]
    [DataRow(30, true, DisplayName = "the clock of a file server")]
    [DataRow(3600, false)]
    public void A_publish_that_began_later_than_now_has_no_span(int seconds, bool isKnown)
    {
        var start = FileStamp.Nanoseconds(s_start.AddSeconds(seconds));

        Assert.AreEqual(isKnown, PublishSpan.Until(s_start, start) is not null);
        Assert.IsNull(PublishSpan.Until(s_start, null));
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
