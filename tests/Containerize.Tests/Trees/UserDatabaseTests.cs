using Containerize.Trees;

namespace Containerize.Tests.Trees;

[TestClass]
internal sealed class UserDatabaseTests
{
    private static UserDatabase Users { get; } = UserDatabase.Parse(
        "root:x:0:0::/root:/bin/sh\napp:x:1654:1700::/home/app:/bin/sh\n2000:x:1000:1000::/:/bin/sh\n",
        "root:x:0:\nstaff:x:50:app,root\n60:x:61:\nmore:x:70:2000\nshort:x:80\n");

    [TestMethod]
    [DataRow("", "0:0", "50")]
    [DataRow("root", "0:0", "50")]
    [DataRow("app", "1654:1700", "50")]
    [DataRow("1654", "1654:1700", "50")]
    [DataRow("01654", "1654:1700", "50")]
    [DataRow("app:", "1654:1700", "50")]
    [DataRow("app:staff", "1654:50", "")]
    [DataRow("app:60", "1654:60", "")]
    [DataRow(":staff", "0:50", "")]
    [DataRow("app:short", "1654:80", "")]
    [DataRow("1000", "1000:1000", "70")]
    [DataRow("2000", "2000:0", "")]
    [DataRow("7", "7:0", "")]
    [DataRow("7:8", "7:8", "")]
    [DataRow("ghost", "", "")]
    [DataRow("app:ghosts", "", "")]
    [DataRow("99999999999", "", "")]
    public void A_process_gets_the_user_and_the_groups_that_engines_give_it(string text, string expected, string groups)
    {
        var found = Users.Find(text);

        Assert.AreEqual(expected, found is { } owner ? $"{owner.UserId}:{owner.GroupId}" : "");
        Assert.AreEqual(groups, string.Join(' ', Users.GroupsOf(text)));
    }

    [TestMethod]
    [DataRow("app", "1654:1700")]
    [DataRow("7", "7:7")]
    [DataRow("7:8", "7:8")]
    [DataRow("", "0:0")]
    public void Files_that_are_made_for_a_user_do_not_belong_to_the_group_of_root(string text, string expected) =>
        Assert.AreEqual(expected, Users.OwnerFor(text) is { } owner ? $"{owner.UserId}:{owner.GroupId}" : "");
}
