using Containerize.Registry.Authorization;

namespace Containerize.Tests.Registry.Authorization;

[TestClass]
internal sealed class ChallengeTests
{
    [TestMethod]
    public void A_bearer_challenge_has_its_parameters()
    {
        var challenge = Challenge.Parse(
            """Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push" """).Single();
        Assert.IsTrue(challenge.IsBearer);
        Assert.AreEqual("https://auth.example/token", challenge.Parameters["realm"]);
        Assert.AreEqual("repository:a/b:pull,push", challenge.Parameters["scope"]);
    }

    [TestMethod]
    public void One_header_may_hold_several_challenges()
    {
        var challenges =
            Challenge.Parse("""Negotiate, Basic realm="files", Bearer realm="https://auth.example/token" , service = registry""");
        CollectionAssert.AreEqual(new[] { "Negotiate", "Basic", "Bearer" }, challenges.Select(challenge => challenge.Scheme).ToArray());
        Assert.AreEqual("registry", challenges[2].Parameters["service"]);
    }

    [TestMethod]
    public void A_value_without_a_name_belongs_to_its_scheme()
    {
        var challenges = Challenge.Parse("""Negotiate YIIJvwYGKwYBBQUCoIIJszCCCa+gJDAi==, Bearer realm="https://auth.example/token" """);
        CollectionAssert.AreEqual(new[] { "Negotiate", "Bearer" }, challenges.Select(challenge => challenge.Scheme).ToArray());
        Assert.IsTrue(challenges[1].IsBearer);
    }

    [TestMethod]
    public void Escapes_commas_and_equals_signs_may_stand_in_quotes()
    {
        var challenge = Challenge.Parse("""bearer REALM="https://auth.example/token?a=b,c",error="say \"please\" \\" """).Single();
        Assert.AreEqual("https://auth.example/token?a=b,c", challenge.Parameters["realm"]);
        Assert.AreEqual("""say "please" \""", challenge.Parameters["error"]);
    }

    [TestMethod]
    public void A_repeated_parameter_does_not_replace_the_realm()
    {
        var challenge = Challenge.Parse("""Bearer realm="https://auth.example/token",realm="https://evil.example/" """).Single();
        Assert.AreEqual("https://auth.example/token", challenge.Parameters["realm"]);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(",,,")]
    [DataRow("Bearer")]
    [DataRow("Bearer realm=")]
    [DataRow("Bearer realm=\"open")]
    [DataRow("=\"x\"")]
    [DataRow("Bearer \"realm\"")]
    public void Nonsense_offers_no_usable_bearer_challenge_and_does_not_throw(string header) =>
        Assert.IsFalse(Challenge.Parse(header)
            .Any(challenge => challenge.IsBearer && challenge.Parameters["realm"].StartsWith("http", StringComparison.Ordinal)));
}
