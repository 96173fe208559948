using System.Reflection;

namespace Containerize.Tests.Registry;

[TestClass]
public sealed class ProtocolChecklistTests
{
    [TestMethod]
    public void Every_promise_has_tests_that_exist()
    {
        var rows = ReadRows();
        Assert.IsTrue(rows.Count > 30, $"only {rows.Count} rows were read");
        var missing = rows.SelectMany(row => row.Tests.DefaultIfEmpty("(no test)").Where(test => !Exists(test)).Select(test => $"{row.Promise}: {test}"));
        Assert.AreEqual("", string.Join('\n', missing));
    }

    private static bool Exists(string test) =>
        test.Split('.') is [var type, var method]
        && typeof(ProtocolChecklistTests).Assembly.GetType($"{typeof(ProtocolChecklistTests).Namespace}.{type}")?.GetMethod(method) is { } found
        && found.GetCustomAttribute<TestMethodAttribute>() is not null;

    private static List<(string Promise, string[] Tests)> ReadRows()
    {
        using var stream = typeof(ProtocolChecklistTests).Assembly.GetManifestResourceStream("ProtocolChecklist.md")!;
        using var reader = new StreamReader(stream);
        return
        [
            .. reader.ReadToEnd().Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
                .Select(line => line.Trim('|', ' ').Split('|'))
                .Select(cells => (cells[0].Trim(), cells[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))),
        ];
    }
}
