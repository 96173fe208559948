using Containerize.Inputs;
using Containerize.Inputs.Secrets;
using Containerize.Testing;
using Containerize.Tests.Inputs.Secrets;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class SecretFilesTests
{
    private static IReadOnlyDictionary<string, IReadOnlyList<SecretFinding>> FindAll(
        TemporaryDirectory directory, params SecretPattern[] patterns) => new SecretFiles(patterns, SecretMemory.Load(path: null))
        .Find(Directory.GetFiles(directory.FullName, "*", SearchOption.AllDirectories).Select(file =>
            new NamedFile(Path.GetRelativePath(directory.FullName, file).Replace('\\', '/'), file) { IsLookedInto = true }))
        .ToDictionary(secret => secret.Key.Path, secret => secret.Value.Findings);

    private static List<string> Find(TemporaryDirectory directory, params SecretPattern[] patterns) =>
        [.. FindAll(directory, patterns).Keys.Order(StringComparer.Ordinal)];

    [TestMethod]
    public void What_no_name_tells_is_found_inside_with_its_compressed_copies()
    {
        using var directory = new TemporaryDirectory();
        var secret = new SecretSamples(1).ConnectionStrings.First();
        directory.Write("appsettings.json", "{\n}");
        directory.Write("appsettings.Development.json", $"\n\n{secret}");
        directory.Write("appsettings.Development.json.gz", "compressed");
        directory.Write("kept/a.json", secret);

        var found = FindAll(directory, SecretPattern.Parse("!kept/**"));

        CollectionAssert.AreEqual(
            new[] { "appsettings.Development.json", "appsettings.Development.json.gz" },
            found.Keys.Order(StringComparer.Ordinal).ToList());
        Assert.AreEqual(new SecretFinding(SecretKind.ConnectionString, 3), found["appsettings.Development.json"].Single());
    }

    [TestMethod]
    public void A_key_of_Google_may_be_in_what_browsers_get()
    {
        using var directory = new TemporaryDirectory();
        var (_, key) = new SecretSamples(1).Tokens.First(token => token.Kind == SecretKind.GoogleApiKey);
        directory.Write("wwwroot/map.js", key);
        directory.Write("server.json", key);

        CollectionAssert.AreEqual(new[] { "server.json" }, Find(directory));
    }

    [TestMethod]
    public void A_name_counts_in_every_directory_and_a_path_in_its_own()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("a.pfx", "");
        directory.Write("deep/down/B.PFX", "");
        directory.Write("deep/plain.txt", "");
        directory.Write("plain.txt", "");

        CollectionAssert.AreEqual(
            new[] { "a.pfx", "deep/down/B.PFX", "deep/plain.txt" },
            Find(directory, SecretPattern.Parse("*.pfx"), SecretPattern.Parse("deep/*.txt")));
    }

    [TestMethod]
    public void Compressed_copies_hold_the_same_secret()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("wwwroot/app.key", "");
        directory.Write("wwwroot/app.key.gz", "");
        directory.Write("wwwroot/app.key.br", "");
        directory.Write("wwwroot/alone.key.gz", "");
        directory.Write("wwwroot/site.css.gz", "");

        CollectionAssert.AreEqual(
            new[] { "wwwroot/alone.key.gz", "wwwroot/app.key", "wwwroot/app.key.br", "wwwroot/app.key.gz" },
            Find(directory, SecretPattern.Parse("*.key")));
    }

    [TestMethod]
    public void Content_decides_where_the_name_says_too_little()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("ca.pem", "-----BEGIN CERTIFICATE-----");
        directory.Write("key.pem", "-----BEGIN RSA PRIVATE KEY-----");
        directory.Write("key.pem.gz", "compressed");
        directory.Write("ca.pem.gz", "compressed");
        // The text lies across two reads.
        directory.Write("late.pem", new string('x', (64 * 1024) - 5) + "PRIVATE KEY-----");

        CollectionAssert.AreEqual(
            new[] { "key.pem", "key.pem.gz", "late.pem" }, Find(directory, SecretPattern.Parse("*.pem", "PRIVATE KEY-----")));
    }

    [TestMethod]
    public void An_exception_wins_wherever_it_stands()
    {
        using var directory = new TemporaryDirectory();
        directory.Write(".env", "");
        directory.Write(".env.local", "");
        directory.Write(".env.example", "");

        CollectionAssert.AreEqual(
            new[] { ".env", ".env.local" },
            Find(directory, SecretPattern.Parse("!.env.example"), SecretPattern.Parse(".env"), SecretPattern.Parse(".env.*")));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_nothing_is_judged_by_its_name()
    {
        using var directory = new TemporaryDirectory();
        File.CreateSymbolicLink(directory["a.pem"], "/nowhere/of/this/machine");
        File.CreateSymbolicLink(directory["a.key"], "/nowhere/of/this/machine");

        CollectionAssert.AreEqual(
            new[] { "a.key" }, Find(directory, SecretPattern.Parse("*.pem", "PRIVATE KEY-----"), SecretPattern.Parse("*.key")));
    }

    [TestMethod]
    [DataRow("TEST ONLY", "a.pem a.pem.gz deep/a.pem")]
    [DataRow("-----BEGIN", "b.pem b.pem.gz")]
    [DataRow("nothing has it", "a.pem a.pem.gz b.pem b.pem.gz c.pem deep/a.pem")]
    [DataRow("", "")]
    public void An_exception_counts_for_files_that_hold_its_text(string contains, string found)
    {
        using var directory = new TemporaryDirectory();
        directory.Write("a.pem", "-----BEGIN PRIVATE KEY-----");
        directory.Write("a.pem.gz", "compressed");
        directory.Write("deep/a.pem", "-----BEGIN PRIVATE KEY-----");
        directory.Write("b.pem", "TEST ONLY");
        directory.Write("b.pem.gz", "compressed");
        directory.Write("c.pem", "TEST ONLY -----BEGIN PRIVATE KEY-----");

        var names = Find(directory, SecretPattern.Parse("!*.pem", contains), SecretPattern.Parse("*.pem"));

        Assert.AreEqual(found, string.Join(' ', names));
    }

    [TestMethod]
    [DataRow("!certs/test.pfx", "")]
    [DataRow("!etc/app/key.pfx", "")]
    [DataRow("!test.pfx", "")]
    [DataRow("!key.pfx", "")]
    [DataRow("!other.pfx", "certs/test.pfx")]
    [DataRow("!certs/key.pfx", "certs/test.pfx")]
    public void An_exception_for_either_name_lets_a_file_in(string exception, string found)
    {
        using var directory = new TemporaryDirectory();
        var file = new NamedFile("certs/test.pfx", directory.Write("test.pfx", "")) { OtherPath = "etc/app/key.pfx" };

        var secrets = new SecretFiles([SecretPattern.Parse("*.pfx"), SecretPattern.Parse(exception)], SecretMemory.Load(path: null))
            .Find([file]);

        Assert.AreEqual(found, string.Join(' ', secrets.Values.Select(secret => secret.Name)));
    }

    [TestMethod]
    public void One_file_at_two_places_is_judged_for_each()
    {
        using var directory = new TemporaryDirectory();
        var source = directory.Write("test.json", new SecretSamples(1).ConnectionStrings.First());
        NamedFile[] files = [.. new[] { "a/test.json", "b/test.json" }.Select(path =>
            new NamedFile("certs/test.json", source) { OtherPath = path, IsLookedInto = true })];

        var secrets = new SecretFiles([SecretPattern.Parse("!a/test.json")], SecretMemory.Load(path: null)).Find(files);

        Assert.AreEqual("b/test.json", secrets.Keys.Single().OtherPath);
    }
}
