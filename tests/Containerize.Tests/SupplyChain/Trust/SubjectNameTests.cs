using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Containerize.SupplyChain.Trust;

namespace Containerize.Tests.SupplyChain.Trust;

[TestClass]
internal sealed class SubjectNameTests
{
    private const string Organization = "2.5.4.10";

    [TestMethod]
    [DataRow("Test", "Test")]
    [DataRow(@"Example\, Inc.", "Example, Inc.")]
    [DataRow(@"Example\2C Inc.", "Example, Inc.")]
    [DataRow(@"Example\2c Inc.", "Example, Inc.")]
    [DataRow(@"A \+ B", "A + B")]
    [DataRow(@"A \2B B", "A + B")]
    [DataRow(@"\""A\"" B", "\"A\" B")]
    [DataRow(@"A\=B\;C\<D\>E", "A=B;C<D>E")]
    [DataRow("A=B", "A=B")]
    [DataRow(@"A\\B", @"A\B")]
    [DataRow(@"\#1", "#1")]
    [DataRow("No #1", "No #1")]
    [DataRow("  A B  ", "A B")]
    [DataRow(@"\ A \ ", " A  ")]
    [DataRow("Müller", "Müller")]
    [DataRow(@"M\C3\BCller", "Müller")]
    [DataRow("🏢 A", "🏢 A")]
    [DataRow("\"Example, Inc.\"", "Example, Inc.")]
    [DataRow("\"A \"\"B\"\" + C\"  ", "A \"B\" + C")]
    [DataRow("\"A \\\"B\\\"\"", "A \"B\"")]
    public void A_value_is_read_as_its_specification_writes_it(string written, string value)
    {
        using var certificate = Certificate((Organization, value), ("2.5.4.3", "Signer"));
        using var other = Certificate((Organization, value + "x"), ("2.5.4.3", "Signer"));

        foreach (var text in new[] { $"O={written}", $"O={written},CN=Signer", $"CN=Signer, O={written}" })
        {
            var name = SubjectName.Parse(SubjectName.Prefix + " " + text);

            Assert.IsNotNull(name, text);
            Assert.IsTrue(name.IsIn(certificate), text);
            Assert.IsFalse(name.IsIn(other), text);
        }
    }

    [TestMethod]
    [DataRow("C", "2.5.4.6", "US")]
    [DataRow("ST", "2.5.4.8", "WA")]
    [DataRow("s", "2.5.4.8", "WA")]
    [DataRow("L", "2.5.4.7", "x")]
    [DataRow("STREET", "2.5.4.9", "x")]
    [DataRow("DC", "0.9.2342.19200300.100.1.25", "example")]
    [DataRow("UID", "0.9.2342.19200300.100.1.1", "x")]
    [DataRow("emailAddress", "1.2.840.113549.1.9.1", "a@b.example")]
    [DataRow("2.5.4.97", "2.5.4.97", "x")]
    [DataRow("oid.2.5.4.97", "2.5.4.97", "x")]
    public void A_type_has_a_name_or_a_number(string type, string number, string value)
    {
        using var certificate = Certificate((number, value));

        Assert.IsTrue(SubjectName.Parse($"{SubjectName.Prefix}{type} = {value}")!.IsIn(certificate));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("x509.subject:")]
    [DataRow("x509.subject: ")]
    [DataRow("x509.subject: Test")]
    [DataRow("x509.subject: O=")]
    [DataRow("x509.subject: O=A,")]
    [DataRow("x509.subject: O=A,,CN=B")]
    [DataRow("x509.subject: =A")]
    [DataRow("x509.subject: Nothing=A")]
    [DataRow("x509.subject: O=A+CN=B")]
    [DataRow("x509.subject: O=#0401")]
    [DataRow(@"x509.subject: O=A\")]
    [DataRow(@"x509.subject: O=A\x")]
    [DataRow(@"x509.subject: O=A\2")]
    [DataRow(@"x509.subject: O=A\FF")]
    [DataRow("x509.subject: O=\"A")]
    [DataRow("x509.subject: O=\"A\"B")]
    [DataRow("O=A")]
    public void What_says_less_than_it_seems_to_is_no_name(string text) => Assert.IsNull(SubjectName.Parse(text));

    private static X509Certificate2 Certificate(params (string Type, string Value)[] parts)
    {
        var name = new X500DistinguishedNameBuilder();
        foreach (var (type, value) in parts)
        {
            name.Add(type, value);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
    }
}
