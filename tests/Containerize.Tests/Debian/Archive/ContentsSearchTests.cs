using System.Text;
using Containerize.Debian.Archive;

namespace Containerize.Tests.Debian.Archive;

/// <summary>Lists of packages' files are searched as they are read.</summary>
[TestClass]
internal sealed class ContentsSearchTests
{
    private static string Search(string text, string library = "liba.so.1", int step = int.MaxValue)
    {
        using var stream = new SlowStream(Encoding.UTF8.GetBytes(text), step);
        return string.Join('|', new ContentsSearch([library]).In(stream, CancellationToken.None)
            .Select(hit => $"{hit.Directory} {hit.Component ?? "-"} {hit.Section} {hit.Package}"));
    }

    [TestMethod]
    [DataRow("usr/lib/liba.so.1                 libs/liba1\n", "usr/lib - libs liba1")]
    [DataRow("usr/lib/liba.so.1\tuniverse/libs/liba1,libs/libb", "usr/lib universe libs liba1|usr/lib - libs libb")]
    [DataRow("./lib/liba.so.1 libs/liba1\n", "lib - libs liba1")]
    [DataRow("usr/lib/liba.so.1.2 libs/liba1\nusr/lib/libliba.so.1 libs/other\nusr/lib/liba.so libdevel/liba-dev\n", "")]
    [DataRow("opt/a/liba.so.1 of old/file libs/liba1\nopt/a b/liba.so.1 libs/liba1\n", "opt/a b - libs liba1")]
    [DataRow("FILE LOCATION\n\nusr/lib/liba.so.1 libs/liba1", "usr/lib - libs liba1")]
    [DataRow("usr/lib/liba.so.1 libs/\"><script>\nusr/lib/liba.so.1 liba1\nusr/lib/liba.so.1 \n", "")]
    [DataRow("", "")]
    public void The_packages_of_a_file_are_found(string text, string expected)
    {
        Assert.AreEqual(expected, Search(text));
        Assert.AreEqual(expected, Search(text, step: 1));
        Assert.AreEqual(expected, Search(text, step: 7));
    }

    [TestMethod]
    public void Nothing_is_missed_in_a_list_of_many_blocks()
    {
        var text = new StringBuilder();
        for (var index = 0; index < 100_000; index++)
        {
            text.Append("usr/share/doc/file").Append(index).Append(" doc/some\n");
            if (index % 1000 == 0)
            {
                text.Append("usr/lib/liba.so.1 libs/liba").Append(index).Append('\n');
            }
        }

        Assert.HasCount(100, Search(text.ToString()).Split('|'));
        Assert.HasCount(100, Search(text.ToString(), step: 65_521).Split('|'));
    }

    [TestMethod]
    public void A_list_without_lines_is_refused() =>
        Assert.ThrowsExactly<InvalidDataException>(() => Search(new string('a', 3 * 1024 * 1024)));

    private sealed class SlowStream(byte[] content, int step) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, step));
    }
}
