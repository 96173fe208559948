using Containerize.Files;
using Containerize.Inputs;

namespace Containerize.Tests.Inputs;

/// <summary>The image holds what a publish into an empty directory would hold.</summary>
[TestClass]
internal sealed class CleanPublishTests : CleanPublishLab
{
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
