using System.IO.Hashing;
using System.Text;
using Containerize.Layers;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class ChecksumTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("a")]
    [DataRow("The quick brown fox jumps over the lazy dog")]
    public void It_is_XxHash128_and_can_be_read_back(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var checksum = Checksum.Of(bytes);

        Assert.AreEqual(Convert.ToHexStringLower(XxHash128.Hash(bytes)), checksum.ToString());
        Assert.IsTrue(Checksum.TryParse(checksum.ToString(), out var read));
        Assert.AreEqual(checksum, read);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("0123456789abcdef")]
    [DataRow("0123456789abcdef0123456789abcde")]
    [DataRow("0123456789abcdef0123456789abcdef0")]
    [DataRow("0123456789abcdefg123456789abcdef")]
    [DataRow(" 123456789abcdef0123456789abcdef")]
    [DataRow("+123456789abcdef-123456789abcdef")]
    public void Other_text_is_none(string text) => Assert.IsFalse(Checksum.TryParse(text, out _));
}
