using System.Security.Cryptography;
using Containerize.Oci;
using Containerize.Settings;
using Containerize.SupplyChain.Trust;
using Containerize.Tests.SupplyChain.Signing;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class TrustItemsTests
{
    private const string Issuer = "https://token.actions.example";

    [TestMethod]
    public void A_key_an_identity_and_a_trust_store_are_read()
    {
        using var lab = new SettingsLab();
        using var key = TestKeys.Create();
        lab.Write("cosign.pub", PemEncoding.WriteString("PUBLIC KEY", key.Public.Info.Span));
        lab.Write("root.json", "{}");
        lab.Write("store/root.crt", PemEncoding.WriteString("CERTIFICATE", [1]));
        lab.Add(ItemKind.BaseTrust, "r.example/key", ("Key", "cosign.pub"))
            .Add(ItemKind.BaseTrust, "r.example/id", ("CertificateIdentity", "me"), ("Issuer", Issuer), ("TrustedRoot", "root.json"))
            .Add(
                ItemKind.BaseTrust, "r.example/re", ("CertificateIdentityRegex", "m."), ("Issuer", Issuer), ("TrustedRoot", "root.json"))
            .Add(ItemKind.BaseTrust, "r.example/n", ("Notation", "store"), ("CertificateIdentity", "x509.subject: C=US, O=Test"));

        var rules = TrustItems.Read(lab.Project);

        Assert.AreEqual(key.Public.Digest, rules[0].Keys.Single().Digest);
        Assert.AreEqual(("me", false, Issuer), Of(rules[1].Identities.Single()));
        Assert.AreEqual(("m.", true, Issuer), Of(rules[2].Identities.Single()));
        Assert.HasCount(1, rules[3].Stores.Single().Signers);
        Assert.IsEmpty(rules[3].Identities);
        Assert.AreEqual(4, rules.Select(rule => rule.Digest).Distinct().Count());

        static (string, bool, string) Of(IdentityTrust each) => (each.Identity, each.IsPattern, each.Issuer);
    }

    [TestMethod]
    [DataRow("", "", "", "", "", "neither which Key, CertificateIdentity or Notation signs")]
    [DataRow("me", "", "", "root.json", "", "(or CertificateIdentityRegex, and not both), Issuer and TrustedRoot")]
    [DataRow("me", "", Issuer, "", "", "needs CertificateIdentity")]
    [DataRow("me", "me", Issuer, "root.json", "", "needs CertificateIdentity")]
    [DataRow("", "", Issuer, "root.json", "", "needs CertificateIdentity")]
    [DataRow("", "(", Issuer, "root.json", "", "its CertificateIdentityRegex '('")]
    [DataRow("", "(?=a)", Issuer, "root.json", "", "without look-around")]
    [DataRow("me", "", "", "", "store", "its CertificateIdentity 'me' is no subject")]
    [DataRow("", "", Issuer, "", "store", "are for signatures of Sigstore")]
    public void What_makes_no_sense_is_refused(
        string identity, string pattern, string issuer, string root, string notation, string named)
    {
        using var lab = new SettingsLab();
        lab.Write("root.json", "{}");
        lab.Write("store/root.crt", PemEncoding.WriteString("CERTIFICATE", [1]));
        lab.Add(
            ItemKind.BaseTrust,
            "r.example",
            ("CertificateIdentity", identity),
            ("CertificateIdentityRegex", pattern),
            ("Issuer", issuer),
            ("TrustedRoot", root),
            ("Notation", notation));

        lab.Refuses(DiagnosticCode.InvalidTrustRule, TrustItems.Read, named);
    }

    [TestMethod]
    [DataRow("nginx")]
    [DataRow("bitnami/nginx")]
    [DataRow("registry/team")]
    [DataRow("https://r.example")]
    [DataRow("docker.io/nginx:1")]
    [DataRow("r.example/Team")]
    [DataRow("")]
    public void A_name_that_no_base_image_has_is_refused(string name)
    {
        using var lab = new SettingsLab();
        lab.Add(ItemKind.BaseTrust, name, ("AllowUnsigned", "true"));

        lab.Refuses(DiagnosticCode.InvalidTrustRule, TrustItems.Read, "it does not begin with a registry's host");
    }

    [TestMethod]
    [DataRow("docker.io/nginx", "nginx:1", true)]
    [DataRow("index.docker.io/nginx", "docker.io/library/nginx", true)]
    [DataRow("docker.io/library/nginx", "nginx", true)]
    [DataRow("docker.io/library", "nginx", true)]
    [DataRow("docker.io", "bitnami/nginx", true)]
    [DataRow("docker.io/nginx", "nginx/unit", true)]
    [DataRow("docker.io/nginx", "docker.io/bitnami/nginx", false)]
    [DataRow("docker.io/nginx", "nginx2", false)]
    [DataRow("r.example/nginx", "r.example/library/nginx", false)]
    [DataRow("LOCALHOST:5000/team", "localhost:5000/team/app", true)]
    [DataRow("localhost", "localhost/app", true)]
    [DataRow("*", "nginx", true)]
    public void A_rule_is_about_a_base_image_by_whichever_name(string name, string image, bool isAbout)
    {
        using var lab = new SettingsLab();
        lab.Add(ItemKind.BaseTrust, name, ("AllowUnsigned", "true"));

        var rule = TrustItems.Read(lab.Project).Single();

        Assert.AreEqual(isAbout, rule.PartOf(ImageReference.Parse(image).Repository) is not null);
    }

    [TestMethod]
    public void An_item_has_one_way_to_verify()
    {
        using var lab = new SettingsLab();
        lab.Write("store/root.crt", PemEncoding.WriteString("CERTIFICATE", [1]));
        lab.Add(ItemKind.BaseTrust, "r.example", ("Notation", "store"), ("AllowUnsigned", "true"));

        lab.Refuses(DiagnosticCode.InvalidTrustRule, TrustItems.Read, "more than one of Key, TrustedRoot, Notation and AllowUnsigned");
    }

    [TestMethod]
    public void Files_that_are_missing_are_named()
    {
        using var lab = new SettingsLab();
        lab.Add(
            ItemKind.BaseTrust, "r.example", ("CertificateIdentity", "me"), ("Issuer", Issuer), ("TrustedRoot", "missing.json"));

        lab.Refuses(DiagnosticCode.TrustAnchorUnusable, TrustItems.Read, "missing.json", "r.example");
    }
}
