using System.Reflection;

namespace Containerize.Tests.Registry;

[TestClass]
internal sealed class ProtocolChecklistTests
{
    // What the specifications and the experience of others ask for; a row may say more than its key word.
    private static readonly string[] s_required =
    [
        "Challenges", "Token by GET", "Token by POST", "Token reply", "Scopes", "A 401 in mid push", "Realm", "Redirects", "Manifest GET",
        "HEAD gaps", "Digest", "Lengths", "Blob GET",
        "GET resume", "Push order", "Mount", "Location", "Chunks", "Upload resume", "A lost reply to a PUT", "Manifest PUT", "Types",
        "Foreign layers", "Referrers", "429 and 5xx", "HTTP",
        "Quirk: a quota without advice fails fast and is called so",
        "Quirk: a Range that stays behind",
        "Quirk: a data host that refuses requests with credentials",
        "Quirk: chunks over 4 MiB answered by 416",
        "Quirk: an outage of a registry does not stop builds whose base is cached",
        "Quirk: content that HEAD shows and the manifest misses",
        "Quirk: an index where only a manifest is taken: one platform makes no index",
        "Quirk: short-lived tokens",
        "Quirk: cookies that break clients",
        "Quirk: no chunks at all",
        "Quirk: a token service that refuses POST",
        "Quirk: a mount from a missing or refused repository gives 401",
        "Quirk: Basic where Bearer is expected",
        "Quirk: http in the locations behind a TLS proxy",
        "Quirk: only one PATCH",
        "Credentials: the order", "Credentials: own variables", "Credentials: the SDK's", "Credentials: inside a file",
        "Credentials: aliases", "Credentials: decoding", "Credentials: helpers",
        "Security: foreign text", "Security: nothing is two things", "Security: documents are capped", "Security: a digest", "Networks",
        "Mirrors", "Cache", "Several projects",
    ];

    [TestMethod]
    public void No_promise_is_forgotten()
    {
        var promises = ReadRows().Select(row => row.Promise).ToList();
        Assert.AreEqual(
            "",
            string.Join(
                ", ", s_required.Where(required => !promises.Exists(promise => promise.StartsWith(required, StringComparison.Ordinal)))));
    }

    [TestMethod]
    public void Every_promise_has_tests_that_exist()
    {
        var rows = ReadRows();
        Assert.IsTrue(rows.Count > 30, $"only {rows.Count} rows were read");
        var missing = rows.SelectMany(row => row.Tests.DefaultIfEmpty("(no test)").Where(test => !Exists(test))
            .Select(test => $"{row.Promise}: {test}"));
        Assert.AreEqual("", string.Join('\n', missing));
    }

    private static bool Exists(string test) =>
        test.Split('.') is [var type, var method]
        && Array.Find(typeof(ProtocolChecklistTests).Assembly.GetTypes(), candidate => candidate.Name == type)?.GetMethod(method)
            is { } found
        && found.GetCustomAttribute<TestMethodAttribute>() is not null;

    private static List<(string Promise, string[] Tests)> ReadRows()
    {
        using var stream = typeof(ProtocolChecklistTests).Assembly.GetManifestResourceStream("ProtocolChecklist.md")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
                .Select(line => line.Trim('|', ' ').Split('|'))
                .Select(
                    cells => (cells[0].Trim(), cells[1]
                        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))),
        ];
    }
}
