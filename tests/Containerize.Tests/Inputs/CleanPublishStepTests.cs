using Containerize.Inputs;

namespace Containerize.Tests.Inputs;

/// <summary>What targets of the project write into the publish directory is in the image.</summary>
[TestClass]
internal sealed class CleanPublishStepTests : CleanPublishLab
{
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
}
