using Containerize.Inputs;

namespace Containerize.Tests.Inputs;

[TestClass]
internal sealed class SecretNamesTests
{
    private static readonly string[] s_parts =
        ["a", "A.pem", "a.PEM", ".env", ".env.b", "x.user", "proj.user", "a.b.pem", "b", "pem", "a."];

    private static readonly string[] s_patterns =
    [
        "a", "*.pem", "*.b.pem", ".env", ".env.*", "*proj.user", "*.us?r", "x.*", "*", "?", "**/a/b", "**/a/*.pem", "b/**", "a/", "*.",
        "a.*m", "", "*.pem.*", "**/.env/a.pem",
    ];

    [TestMethod]
    public void The_patterns_that_name_a_file_are_those_that_match_it_one_by_one()
    {
        var patterns = s_patterns.Select(text => SecretPattern.Parse(text)).ToList();
        var random = new Random(1);
        for (var number = 0; number < 5000; number++)
        {
            var some = patterns.Where(_ => random.Next(2) == 0).ToList();
            var path = string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => s_parts[random.Next(s_parts.Length)]));

            var expected = some.Where(pattern => pattern.Pattern.Matches(path)).ToHashSet();

            Assert.IsTrue(
                expected.SetEquals(new SecretNames(some).Of(path)),
                $"{path}: {string.Join(' ', expected.Select(pattern => pattern.Pattern.Text))}");
        }
    }
}
