namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class UsersTests
{
    private const string Dotnet = "FROM mcr.microsoft.com/dotnet/aspnet:10.0\nCOPY publish/ /app\n";

    [TestMethod]
    [DataRow("groupadd -g 2000 app && useradd -u 1000 -g app app", "app:app", "1000:2000")]
    [DataRow("useradd -u 1000 -g app app && groupadd -g 2000 app", "app:app", "1000:2000")]
    [DataRow("useradd -u 1000 app; groupmod --gid=2000 app", "app:app", "1000:2000")]
    [DataRow("addgroup -g 2000 app && adduser -D -u 1000 -G app -g 'An app' app", "app:app", "1000:2000")]
    [DataRow("addgroup --gid 2000 web && adduser --uid=1000 --ingroup web --gecos '' app", "app:web", "1000:2000")]
    [DataRow("groupadd --gid 2000 web && useradd -rMu 1000 -s /bin/false -g web app", "app:web", "1000:2000")]
    [DataRow("useradd -u 1000 app", "app:app", "1000:1000")]
    [DataRow("adduser -u 1000 --disabled-password --gecos \"\" app", "app:app", "1000:1000")]
    [DataRow("useradd -u 1000 app && groupadd -g 2000 web && usermod -aG web app", "app:web", "1000:2000")]
    [DataRow("useradd app && usermod -u 1000 app && groupadd -g 2000 web", "app:web", "1000:2000")]
    [DataRow("useradd -u 1000 app", "app:7", "1000:7")]
    [DataRow("groupadd -g 2000 web", "5:web", "5:2000")]
    public void A_user_and_a_group_of_one_name_have_numbers_of_their_own(string run, string owner, string expected)
    {
        var project = Imported.Of($"RUN {run}\nRUN mkdir /data && chown {owner} /data\nCOPY --chown={owner} a /b\nUSER {owner}");

        Assert.AreEqual($"/data Owner={expected}", project.Items("ContainerizeWritableDirectory"));
        Assert.AreEqual($"a TargetPath=/b Owner={expected}", project.Items("ContainerizeFile"));
        Assert.AreEqual(expected, project.Property("ContainerUser"));
    }

    [TestMethod]
    [DataRow("groupadd -g 2000 web && useradd -u 1000 -g web app", "app", "1000:2000")]
    [DataRow("useradd -u 1000 -g 7 app", "app", "1000:7")]
    [DataRow("useradd -u 1000 -g www-data app", "app", "1000:www-data")]
    [DataRow("useradd -u 1000 app", "app", "1000:1000")]
    [DataRow("adduser -u 5678 --disabled-password --gecos '' app", "app", "5678:5678")]
    [DataRow("adduser -D -u 5678 app", "app", "5678:5678")]
    [DataRow("useradd -u 1000 app && groupmod -g 2000 app", "app", "1000:2000")]
    [DataRow("useradd -u 1000 -g 2000 app", "1000", "1000:2000")]
    [DataRow("useradd -u 1000 app", "1000", "1000:1000")]
    [DataRow("useradd -u 1000 app", "1001", "1001")]
    [DataRow("useradd -u 1000 -N app", "app", "1000")]
    [DataRow("adduser --system --uid 1000 app", "app", "1000:nogroup")]
    [DataRow("adduser -S -D -u 1000 app", "app", "1000:nogroup")]
    [DataRow("adduser --system --group --uid 1000 app", "app", "1000:1000")]
    [DataRow("addgroup -g 2000 web && adduser -S -u 1000 -G web app", "app", "1000:2000")]
    [DataRow("usermod -aG web nginx", "nginx", "nginx")]
    [DataRow("groupadd -g 2000 nginx", "nginx", "nginx")]
    [DataRow("groupadd -g 2000 web", "nginx:web", "nginx:2000")]
    [DataRow("true", "nginx:nginx", "nginx:nginx")]
    public void A_user_that_the_Dockerfile_makes_is_its_number_with_its_group(string run, string user, string expected) =>
        Assert.AreEqual(expected, Imported.Of($"RUN {run}\nUSER {user}").Property("ContainerUser"));

    [TestMethod]
    [DataRow("useradd app", "app")]
    [DataRow("useradd app && usermod -u 1000 app", "app")]
    [DataRow("useradd -u 1000 app && groupadd web", "app:web")]
    [DataRow("groupadd web && useradd -u 1000 -g web app", "app")]
    [DataRow("useradd -u $X app", "app")]
    [DataRow("groupadd -g 2000 app && useradd app", "app:app")]
    [DataRow("useradd -u 1000 -N app && groupadd app", "app:app")]
    public void What_has_no_number_is_named(string run, string user)
    {
        var project = Imported.Of($"RUN {run}\nUSER {user}");

        Assert.IsNull(project.Property("ContainerUser"));
        Assert.Contains($"NoCounterpart: {user} has no number", project.Notes("USER"));
    }

    [TestMethod]
    [DataRow("chown :web /data", "0:2000")]
    [DataRow("chown app: /data", "1000:2000")]
    [DataRow("chown app /data", "1000")]
    public void A_part_of_an_owner_may_be_missing(string chown, string expected) => Assert.AreEqual(
        $"/data Owner={expected}",
        Imported.Of($"RUN groupadd -g 2000 web && useradd -u 1000 -g web app && {chown}").Items("ContainerizeWritableDirectory"));

    [TestMethod]
    [DataRow("app", "1000:2000")]
    [DataRow("1000", "1000")]
    [DataRow("1000:7", "1000:7")]
    public void A_copy_for_a_user_is_for_its_group_too(string owner, string expected) => Assert.AreEqual(
        $"a TargetPath=/b Owner={expected}",
        Imported.Of($"RUN groupadd -g 2000 web && useradd -u 1000 -g web app\nCOPY --chown={owner} a /b").Items("ContainerizeFile"));

    [TestMethod]
    [DataRow("RUN groupadd -g 2000 web && mkdir /data && chown app:web /data", "1654:2000")]
    [DataRow("RUN mkdir /data && chown app:app /data", "1654:1654")]
    [DataRow("RUN groupadd -g 2000 web && chown root:web /data", "0:2000")]
    public void The_user_of_the_base_is_known(string instructions, string expected) =>
        Assert.AreEqual($"/data Owner={expected}", Imported.Read(Dotnet + instructions).Items("ContainerizeWritableDirectory"));
}
