using Containerize.Verification;

namespace Containerize.Tests.Verification;

[TestClass]
internal sealed class TextDifferenceTests
{
    [TestMethod]
    [DataRow("built 2026-11-29T12:00:01Z", "built 2026-11-29T12:05:00Z")]
    [DataRow("""{"at":"2026-11-29T12:00:01.1234567+01:00"}""", """{"at":"2026-11-28T02:00:01.7654321+01:00"}""")]
    [DataRow("Sun, 29 Nov 2026 12:00:01 GMT", "Mon, 30 Nov 2026 08:10:11 GMT")]
    [DataRow("Nov 29 12:00:01 2026", "Nov 30 12:00:01 2026")]
    [DataRow("at 12:00:01", "at 13:59:00")]
    [DataRow("epoch=1796212800", "epoch=1796299200")]
    [DataRow("ms=1796212800123", "ms=1796212800456")]
    [DataRow("ticks=639313344000000000", "ticks=639314208000000000")]
    [DataRow("build 20261129.1200", "build 20261130.0815")]
    [DataRow("id 8a7d2f5e-6f0c-4a25-9e0e-0d5fd3a8b8a1", "id 0F0E0D0C-0b0a-4a25-9e0e-0d5fd3a8b8a1")]
    public void Times_and_random_ids_come_from_a_clock(string image, string rebuilt) =>
        Assert.AreEqual(DifferenceCause.Clock, TextDifference.OfFiles(image, rebuilt)?.Cause);

    [TestMethod]
    [DataRow("from /home/a/src/Program.cs", "from /builds/42/src/Program.cs")]
    [DataRow(@"root=C:\agent\1\s", @"root=D:\work\s")]
    public void Absolute_paths_are_those_of_a_directory(string image, string rebuilt) =>
        Assert.AreEqual(DifferenceCause.Path, TextDifference.OfFiles(image, rebuilt)?.Cause);

    [TestMethod]
    [DataRow("hello", "goodbye")]
    [DataRow("version 1.2.3", "version 1.2.4")]
    [DataRow("https://example.com/a/b", "https://example.com/a/c")]
    [DataRow("a 2026-11-29", "b 2026-11-30")]
    [DataRow("port 8080", "port 8081")]
    public void What_is_neither_is_no_difference_of_a_known_kind(string image, string rebuilt) =>
        Assert.IsNull(TextDifference.OfFiles(image, rebuilt));

    [TestMethod]
    public void A_commit_is_another_source()
    {
        var difference = TextDifference.OfFiles($"rev {new string('a', 40)}", $"rev {new string('b', 40)}");

        Assert.AreEqual(DifferenceCause.Source, difference?.Cause);
    }

    [TestMethod]
    public void Line_ends_alone_are_told_apart()
    {
        var difference = TextDifference.OfFiles("a\r\nb\r\n", "a\nb\n")!;

        Assert.AreEqual(DifferenceCause.LineEnds, difference.Cause);
        Assert.AreEqual("lines end with CR LF in the image and with LF in the rebuild", difference.Detail);
    }

    [TestMethod]
    public void The_line_and_both_values_are_named()
    {
        var difference = TextDifference.OfFiles("same\nat 2026-11-29\nsame", "same\nat 2026-11-30\nsame")!;

        Assert.AreEqual("line 2: '2026-11-29' in the image, '2026-11-30' in the rebuild", difference.Detail);
        Assert.AreEqual(2, TextDifference.FirstLine("same\nat 2026-11-29\nsame", "same\nat 2026-11-30\nsame"));
    }

    [TestMethod]
    public void A_line_that_differs_in_more_decides_for_the_file() =>
        Assert.IsNull(TextDifference.OfFiles("at 2026-11-29\nred", "at 2026-11-30\nblue"));

    [TestMethod]
    public void Bytes_are_no_text()
    {
        Assert.IsNull(TextDifference.Read([1, 0, 2]));
        Assert.IsNull(TextDifference.Read([0xC3, 0x28]));
        Assert.AreEqual("é", TextDifference.Read([0xC3, 0xA9]));
    }
}
