using System.Security.Cryptography;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;

namespace Containerize.Tests.SupplyChain.Signing;

[TestClass]
internal sealed class SigningKeyTests : IDisposable
{
    // Made by Python's scrypt and PyNaCl, with the password "secret".
    private const string CosignKey = """
        -----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----
        eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjozMjc2OCwiciI6
        OCwicCI6MX0sInNhbHQiOiJZMGVhMXBvSkN5V0NkK3lQdW0rWlFab3YreVNKZ1ZF
        R1Y4bEV6TkVVanBjPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
        Iiwibm9uY2UiOiJlRGQ3VWxkWHRKUkNmNGtCVDVmWG1TanprNDBVNjFIaSJ9LCJj
        aXBoZXJ0ZXh0IjoiaFBDT2ZYRjZmTFBqVS9JWFBPWjBKMHB4M2ltR01NUkhDeVdE
        K3BaYjBFZGNvQ2RZeGtvU1pIODRjK0VEb3ZNQXRKajYrMjZrZVNDek1PTytuVXdu
        T1NYSnFPTWtzY1I4WmVmekVSWW5xYjdySXo1b21BR2puSGZ4eVF2NG9qOWFwRG44
        dEp5bllRQmgxQnQ5bEl3S3NURkpkZTZaVDFHSGxyMUtETGpnRzJhVFVqMHc5TWM5
        eEd1WVBQYUZUNkpZZkhJRlRyV2l2eUJSREE9PSJ9
        -----END ENCRYPTED COSIGN PRIVATE KEY-----
        """;

    private const string CosignPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+eHX42oC8WaKzfyG2oPVQmAFptJR
        aKNsDXwffMxKapx4IBYwOBGtITLu9O40iZFKCf6UiRlWL/ubTwFPNABGuQ==
        -----END PUBLIC KEY-----
        """;

    // Made by OpenSSL, with the password "pässword".
    private const string Ed25519Key = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgOfIpD/WJXPwICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFTTkzL7K1XCvAjpZCCQA08EQLAF
        RBJ9A8hQVcl48QJTiz0boIGxfkhLfZuNvY2lOk8x5df7k/aArGwH8b7SkRCcnAx6
        DyFpNpAk/KlIgFdILaQ=
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    private const string Ed25519PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA0zL1CjYIm9XJh0DbggzcUzQcFlp5CbK96d3bUleVa4s=
        -----END PUBLIC KEY-----
        """;

    // What 'openssl ecparam -name prime256v1 -genkey' writes before the key.
    private const string CurveParameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public static IEnumerable<object[]> Keys =>
    [
        ["P-256", Pem(key => key.ExportPkcs8PrivateKeyPem(), ECDsa.Create(ECCurve.NamedCurves.nistP256))],
        ["P-384", Pem(key => key.ExportPkcs8PrivateKeyPem(), ECDsa.Create(ECCurve.NamedCurves.nistP384))],
        ["EC", Pem(key => key.ExportECPrivateKeyPem(), ECDsa.Create(ECCurve.NamedCurves.nistP256))],
        ["PKCS #1", Pem(key => key.ExportRSAPrivateKeyPem(), RSA.Create(2048))],
        ["RSA", Pem(key => key.ExportPkcs8PrivateKeyPem(), RSA.Create(4096))],
    ];

    public void Dispose() => _folder.Dispose();

    /// <summary>What stands before a key in files of several tools.</summary>
    public static IEnumerable<object[]> Prefaces =>
    [
        [""],
        [CurveParameters],
        ["Bag Attributes\n    localKeyID: 01\n"],
        [Certificate("CN=other", "-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n")],
    ];

    [TestMethod]
    [DynamicData(nameof(Prefaces))]
    public void A_key_is_found_behind_what_is_none(string preface)
    {
        foreach (var pem in Keys.Select(each => (string)each[1]))
        {
            using var alone = Read(_folder.Write("alone", pem));
            using var behind = Read(_folder.Write("behind", $"{preface}{pem}\n{CosignPublicKey}"));

            Assert.AreEqual(alone.Public.Digest, behind.Public.Digest);
        }
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(CurveParameters)]
    [DataRow("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")]
    public void A_public_key_is_found_behind_what_is_none(string preface)
    {
        var certificate = Certificate("CN=signer", "");

        Assert.AreEqual(PublicKey.Parse(CosignPublicKey, "test").Digest, PublicKey.Parse(preface + CosignPublicKey, "test").Digest);
        Assert.AreEqual(PublicKey.Parse(certificate, "test").Digest, PublicKey.Parse(preface + certificate, "test").Digest);
        StringAssert.Contains(
            Assert.ThrowsExactly<ContainerizeException>(() => PublicKey.Parse(preface, "test")).Message,
            preface.Length == 0 ? "there is nothing in PEM in it" : "it holds only 'EC P");
    }

    [TestMethod]
    [DynamicData(nameof(Keys))]
    public void The_same_bytes_get_the_same_signature_which_the_public_key_takes(string kind, string pem)
    {
        using var key = Read(_folder.Write(kind, pem));

        var signature = key.Sign("content"u8);

        CollectionAssert.AreEqual(signature, key.Sign("content"u8));
        Assert.IsTrue(key.Public.Verify("content"u8, signature));
        Assert.IsFalse(key.Public.Verify("Content"u8, signature));
        Assert.IsFalse(key.Public.Verify("content"u8, [.. signature[..^1], (byte)(signature[^1] ^ 1)]));
        Assert.IsFalse(key.Public.Verify("content"u8, []));
    }

    [TestMethod]
    [DataRow("nistP256", "SHA256", true)]
    [DataRow("nistP256", "SHA512", true)]
    [DataRow("nistP384", "SHA384", true)]
    [DataRow("nistP384", "SHA256", true)]
    [DataRow("nistP521", "SHA512", true)]
    [DataRow("RSA", "SHA256", true)]
    [DataRow("RSA", "SHA384", true)]
    [DataRow("RSA", "SHA512", true)]
    [DataRow("RSA", "SHA1", false)]
    [DataRow("nistP256", "SHA1", false)]
    public void A_signature_counts_with_each_hash_that_is_strong_enough(string kind, string hash, bool isAccepted)
    {
        var name = new HashAlgorithmName(hash);
        using AsymmetricAlgorithm key = kind == "RSA" ? RSA.Create(2048) : ECDsa.Create(ECCurve.CreateFromFriendlyName(kind));
        var signature = key is RSA rsa
            ? rsa.SignData("content"u8.ToArray(), name, RSASignaturePadding.Pkcs1)
            : ((ECDsa)key).SignData("content"u8.ToArray(), name, DSASignatureFormat.Rfc3279DerSequence);
        var known = PublicKey.Parse(key.ExportSubjectPublicKeyInfoPem(), "test");

        Assert.AreEqual(isAccepted, known.Verify("content"u8, signature));
        Assert.IsFalse(known.Verify("Content"u8, signature));
    }

    [TestMethod]
    public void A_signature_of_ECDSA_is_the_one_of_RFC_6979()
    {
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"),
        });
        using var key = SigningKey.Import(ecdsa.ExportPkcs8PrivateKey(), "test");

        var signature = Convert.ToHexString(key.Sign("sample"u8));

        // A.2.5, with SHA-256.
        StringAssert.Contains(signature, "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716");
        StringAssert.Contains(signature, "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
    }

    [TestMethod]
    public void A_key_that_cosign_encrypted_is_opened_with_the_password_that_cosign_reads()
    {
        _environment["COSIGN_PASSWORD"] = "secret";

        using var key = Read(_folder.Write("cosign.key", CosignKey));

        Assert.AreEqual(PublicKey.Parse(CosignPublicKey, "test").Digest, key.Public.Digest);
    }

    [TestMethod]
    public void An_encrypted_key_is_opened_with_the_password_in_the_variable_that_the_project_names()
    {
        _environment["MY_PASSWORD"] = "pässword";
        _environment["MY_KEY"] = Ed25519Key;

        using var key = Read("env:MY_KEY", "MY_PASSWORD");

        Assert.AreEqual(PublicKey.Parse(Ed25519PublicKey, "test").Digest, key.Public.Digest);
        Assert.IsTrue(PublicKey.Parse(Ed25519PublicKey, "test").Verify("content"u8, key.Sign("content"u8)));
        Assert.IsFalse(key.Public.Verify("Content"u8, key.Sign("content"u8)));
    }

    [TestMethod]
    [DataRow(CosignKey)]
    [DataRow(Ed25519Key)]
    public void A_password_that_is_missing_or_wrong_is_told_without_the_password(string pem)
    {
        var file = _folder.Write("key.pem", pem);

        var missing = Assert.ThrowsExactly<ContainerizeException>(() => Read(file, "MY_PASSWORD"));
        _environment["MY_PASSWORD"] = "guessed";
        var wrong = Assert.ThrowsExactly<ContainerizeException>(() => Read(file, "MY_PASSWORD"));

        Assert.AreEqual(DiagnosticCode.SigningKeyPassword, missing.Code);
        StringAssert.Contains(missing.Message, "MY_PASSWORD");
        Assert.AreEqual(DiagnosticCode.SigningKeyPassword, wrong.Code);
        Assert.DoesNotContain("guessed", wrong.ToString());
    }

    [TestMethod]
    [DataRow("", "there is nothing in PEM in it")]
    [DataRow(CosignPublicKey, "it holds only 'PUBLIC KEY'")]
    [DataRow(CurveParameters, "it holds only 'EC PARAMETERS'")]
    [DataRow(CurveParameters + CurveParameters + Ed25519PublicKey, "it holds only 'EC PARAMETERS', 'PUBLIC KEY'")]
    [DataRow("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "not a private key")]
    [DataRow(
        CurveParameters
            + "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----",
        "topk8")]
    public void What_is_no_private_key_is_told_with_its_file(string pem, string why)
    {
        var file = _folder.Write("key.pem", pem);

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Read(file));

        Assert.AreEqual(DiagnosticCode.InvalidSigningKey, failure.Code);
        StringAssert.Contains(failure.Message, why);
        StringAssert.Contains(failure.Message, file);
        Assert.IsNull(failure.InnerException, "What a decoder says could hold a part of the key.");
    }

    [TestMethod]
    public void A_variable_that_is_not_set_is_named()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Read("env:MY_KEY"));

        Assert.AreEqual(DiagnosticCode.InvalidSigningKey, failure.Code);
        StringAssert.Contains(failure.Message, "MY_KEY");
    }

    [TestMethod]
    [DataRow(CosignPublicKey)]
    [DataRow("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    [DataRow("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t")]
    [DataRow("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC")]
    [DataRow("env:hunter 2")]
    public void A_key_that_is_written_into_the_project_is_refused_and_not_shown(string key)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => SigningKeyPlace.Parse(key, "", path => path));

        Assert.AreEqual(DiagnosticCode.SecretInProperty, failure.Code);
        Assert.DoesNotContain(key[^8..], failure.ToString());
    }

    [TestMethod]
    public void A_password_that_is_written_into_the_project_is_refused_and_not_shown()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => SigningKeyPlace.Parse("a.pem", "pa$$word", path => path));

        Assert.AreEqual(DiagnosticCode.SecretInProperty, failure.Code);
        Assert.DoesNotContain("pa$$word", failure.ToString());
    }

    [TestMethod]
    [DataRow("keys/cosign.key", "", "/full/keys/cosign.key", false, "COSIGN_PASSWORD")]
    [DataRow("MyCompany/Infrastructure/SigningKeys/Production/ContainerImages.key", "env:P", "/full/MyCompany/Infrastructure/SigningKeys"
        + "/Production/ContainerImages.key", false, "P")]
    [DataRow("env:KEY", "P", "KEY", true, "P")]
    public void A_key_is_in_a_file_or_in_a_variable(string text, string password, string name, bool isVariable, string passwordVariable)
    {
        var place = SigningKeyPlace.Parse(text, password, path => $"/full/{path}");

        Assert.AreEqual((name, isVariable, passwordVariable), (place.Name, place.IsVariable, place.PasswordVariable));
    }

    [TestMethod]
    public void To_sign_without_a_key_is_refused()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => SigningKeyPlace.Parse("", "", path => path));

        Assert.AreEqual(DiagnosticCode.InvalidSigningKey, failure.Code);
        StringAssert.Contains(failure.Message, "ContainerizeSigningKey");
    }

    [TestMethod]
    public void A_key_that_is_too_weak_is_refused()
    {
        using var rsa = RSA.Create(1024);

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => PublicKey.Parse(rsa.ExportSubjectPublicKeyInfoPem(), "old.pub"));

        Assert.AreEqual(DiagnosticCode.InvalidSigningKey, failure.Code);
        StringAssert.Contains(failure.Message, "1024");
    }

    [TestMethod]
    public void The_public_key_of_a_certificate_counts()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=test", ecdsa, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));

        var key = PublicKey.Parse(certificate.ExportCertificatePem(), "test");

        Assert.AreEqual(Containerize.Oci.Digest.Of(ecdsa.ExportSubjectPublicKeyInfo()), key.Digest);
    }

    private static string Certificate(string name, string behind)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(name, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        return $"{certificate.ExportCertificatePem()}\n{behind}";
    }

    private static string Pem<T>(Func<T, string> export, T key)
        where T : AsymmetricAlgorithm
    {
        using (key)
        {
            return export(key);
        }
    }

    private SigningKey Read(string place, string passwordVariable = "")
    {
        var file = new SigningKeyFile(SigningKeyPlace.Parse(place, passwordVariable, path => path), _environment.GetValueOrDefault);
        return file.Import(file.ReadPem());
    }
}
