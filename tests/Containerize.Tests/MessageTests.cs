namespace Containerize.Tests;

[TestClass]
internal sealed class MessageTests
{
    [TestMethod]
    [DataRow(" It was tried 3 times.", "It failed. It was tried 3 times.|")]
    [DataRow("", "It failed.|")]
    [DataRow(" with a line break at its end\n", "It failed. with a line break at its end|")]
    [DataRow("\u001b[31m##vso[task]", "It failed.[31m# #vso[task]|")]
    public void A_part_keeps_the_blank_before_it_and_loses_what_is_behind_it(string part, string expected)
    {
        Message message = $"It failed.{part}|";

        Assert.AreEqual(expected, message.ToString());
    }
}
