using System.Text;
using System.Text.Json;
using Containerize.Verification;

namespace Containerize.Tests.Verification;

[TestClass]
internal sealed class VerdictWriterTests
{
    [TestMethod]
    public void A_verdict_with_all_that_there_is_is_the_same_when_it_is_read_back()
    {
        IReadOnlyList<SettingVerdict> settings = [new("User", ["app"], [])];
        var verdict = new Verdict("app:1", "sha256:a", ["another order"],
        [
            .. Enum.GetValues<Sameness>().Select(sameness => new ImageVerdict("linux/amd64", sameness, "sha256:a", "sha256:b", settings,
            [
                .. Enum.GetValues<DifferenceCause>().Select(cause =>
                    new LayerVerdict("app", "sha256:c", null, 3, [new("/app/a", "the project", cause, "why", 2)]) { Note = "a note" }),
                new LayerVerdict("new", null, "sha256:d", 0, []),
            ])
            {
                Source = new("commit", null, IsDirty: true, "10.0.100", "10.0.200") { HasProvenance = true, Properties = settings },
            }),
            new ImageVerdict("linux/arm64", Sameness.Equal, "sha256:e", "sha256:e", [], []),
        ])
        {
            NotCompared = ["linux/s390x (sha256:f)"],
        };

        var written = VerdictWriter.Write(verdict);

        Assert.AreEqual(
            JsonSerializer.Serialize(verdict, VerdictJson.Default.Verdict), Encoding.UTF8.GetString(written));
        Assert.AreEqual(
            JsonSerializer.Serialize(verdict, VerdictJson.Default.Verdict),
            JsonSerializer.Serialize(Verdict.Read(written), VerdictJson.Default.Verdict));
    }
}
