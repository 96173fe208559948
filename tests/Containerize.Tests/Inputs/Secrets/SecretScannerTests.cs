using System.Buffers.Text;
using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Containerize.Inputs.Secrets;
using Containerize.Tests.Architecture;

namespace Containerize.Tests.Inputs.Secrets;

/// <summary>A corpus of secrets that are found, and one of false friends that are not.</summary>
[TestClass]
internal sealed class SecretScannerTests
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public TestContext TestContext { get; set; } = null!;

    // How files hold a value: four lines above it, whatever their form.
    private static IEnumerable<(string Form, string Text)> Forms(string value) =>
    [
        ("JSON", $"{{\n  \"A\": 1,\n  \"B\": {{\n    \"C\": true,\n    \"Value\": {JsonSerializer.Serialize(value, s_json)}\n  }}\n}}\n"),
        (".env", $"A=1\nB=2\n# comment\n\nVALUE={value.Replace("\n", "\\n", StringComparison.Ordinal)}\nC=3\n"),
        ("YAML", value.Contains('\n', StringComparison.Ordinal)
            ? $"a: 1\nb:\n  - c\n  value: |\n    {value.Replace("\n", "\n    ", StringComparison.Ordinal)}\n"
            : $"a: 1\nb:\n  - c\n  - d\n  value: {value}\n"),
        ("XML", "<?xml version=\"1.0\"?>\r\n<configuration>\r\n  <add key=\"A\" />\r\n\r\n"
            + $"  <add key=\"V\" value=\"{SecurityElement.Escape(value)}\" />\r\n</configuration>"),
        ("JS", "import x from 'x';\n\nexport default {\n  a: 1,\n"
            + $"  value: '{value.Replace("\n", "\\n", StringComparison.Ordinal)}',\n}};\n"),
    ];

    private static IReadOnlyList<SecretFinding> Scan(string text) => SecretScanner.Scan(Encoding.UTF8.GetBytes(text));

    [TestMethod]
    public void Each_kind_is_found_in_each_form_of_file_with_its_line()
    {
        var missed = new List<string>();
        var tried = 0;
        foreach (var (kind, value) in Enumerable.Range(1, 5).SelectMany(seed => new SecretSamples(seed).All))
        {
            foreach (var (form, text) in Forms(value))
            {
                tried++;
                var found = Scan(text);
                if (!found.Any(finding => finding.Kind == kind && finding.Line == 5))
                {
                    missed.Add($"{kind} in {form} ({string.Join(", ", found)}): {text}");
                }
            }
        }

        TestContext.WriteLine($"{tried - missed.Count} of {tried} secrets found.");
        Wrong.None(missed);
    }

    [TestMethod]
    public void The_corpus_has_each_kind()
    {
        // Those that have a form of their own.
        SecretKind[] apart = [SecretKind.DockerLogin, SecretKind.PackageSourcePassword, SecretKind.DataProtectionKey];

        CollectionAssert.AreEquivalent(
            Enum.GetValues<SecretKind>().Except(apart).ToList(),
            new SecretSamples(1).All.Select(sample => sample.Kind).Distinct().ToList());
        foreach (var kind in Enum.GetValues<SecretKind>())
        {
            StringAssert.Contains(new SecretFinding(kind, 7).Text, "line 7: ");
        }
    }

    [TestMethod]
    public void Logins_of_tools_are_found_in_the_form_that_tools_write()
    {
        var password = new SecretSamples(1).Password;
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"app:{password}"));

        Assert.AreEqual(
            new SecretFinding(SecretKind.DockerLogin, 2),
            Scan($"{{ \"auths\": {{ \"registry.corp.net\":\n {{ \"auth\": \"{login}\" }} }} }}").Single());
        Assert.AreEqual(
            new SecretFinding(SecretKind.PackageSourcePassword, 3),
            Scan($"<corp>\n<add key=\"Username\" value=\"app\" />\n<add key=\"ClearText" + $"Password\" value=\"{password}\" />").Single());
    }

    [TestMethod]
    public void Keys_are_found_as_JSON_and_as_XML()
    {
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var d = Base64Url.EncodeToString(curve.ExportParameters(includePrivateParameters: true).D);
        var k = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var master = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        string[] keys =
        [
            $$"""{"kty":"EC","crv":"P-256","x":"{{k}}","y":"{{k}}","d":"{{d}}"}""",
            $$"""{ "d" : "{{d}}", "kty" : "OKP", "crv": "Ed25519" }""",
            $$"""{"keys":[{"kty":"oct","k":"{{k}}","alg":"HS256"}]}""",
            JsonSerializer.Serialize($$"""{"kty":"EC","d":"{{d}}"}""", s_json),
            rsa.ToXmlString(includePrivateParameters: true),
        ];

        foreach (var key in keys)
        {
            Assert.AreEqual(new SecretFinding(SecretKind.PrivateKey, 2), Scan($"\n{key}\n").Single(), key);
        }

        Assert.AreEqual(
            new SecretFinding(SecretKind.DataProtectionKey, 3),
            Scan($"<key id=\"1\">\n<descriptor>\n<masterKey p4:requiresEncryption=\"true\">\n<!-- Warning: the key below is in an "
                + $"unencrypted form. -->\n<value>{master}</value>\n</masterKey>").Single());
    }

    [TestMethod]
    public void False_friends_stay_unflagged()
    {
        var wrong = new List<string>();
        var tried = 0;
        foreach (var text in FalseFriends.All.SelectMany(friend => Forms(friend).Select(form => form.Text).Append(friend)))
        {
            tried++;
            wrong.AddRange(Scan(text).Select(finding => $"{finding}: {text}"));
        }

        TestContext.WriteLine($"{wrong.Count} false alarms in {tried} texts.");
        Wrong.None(wrong);
    }

    [TestMethod]
    public void The_templates_of_the_SDK_hold_no_secret()
    {
        var templates = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../templates"));
        var wrong = new List<string>();
        var tried = 0;
        foreach (var package in Directory.EnumerateFiles(templates, "*.nupkg", SearchOption.AllDirectories))
        {
            using var archive = ZipFile.OpenRead(package);
            foreach (var entry in archive.Entries.Where(entry => entry.Length is > 0 and <= SecretScanner.LargestFile))
            {
                using var content = new MemoryStream();
                using var stream = entry.Open();
                stream.CopyTo(content);
                tried++;
                wrong.AddRange(SecretScanner.Scan(content.ToArray()).Select(finding => $"{finding}: {entry.FullName} of {package}"));
            }
        }

        TestContext.WriteLine($"{wrong.Count} false alarms in {tried} files.");
        Assert.IsGreaterThan(500, tried);
        Wrong.None(wrong);
    }

    [TestMethod]
    public void The_checksum_of_GitHub_is_that_of_a_token_it_published()
    {
        const string Body = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";

        Assert.IsTrue(TokenShape.HasChecksum(Body + "0mLq17"));
        Assert.IsFalse(TokenShape.HasChecksum(Body + "0mLq18"));
        Assert.IsFalse(TokenShape.HasChecksum("x" + Body[1..] + "0mLq17"));
    }

    [TestMethod]
    public void Text_in_UTF_16_is_read_and_binary_content_is_not()
    {
        var text = "\n\n" + new SecretSamples(1).Urls.First();
        byte[] bigEndian = [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(text)];
        byte[] binary = [.. Encoding.UTF8.GetBytes(text), 0];

        Assert.AreEqual(3, SecretScanner.Scan([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]).Single().Line);
        Assert.AreEqual(3, SecretScanner.Scan(bigEndian).Single().Line);
        Assert.IsEmpty(SecretScanner.Scan(binary));
        Assert.IsEmpty(SecretScanner.Scan([]));
    }

    [TestMethod]
    public void No_more_are_told_than_help()
    {
        var url = new SecretSamples(1).Urls.First();

        Assert.HasCount(SecretScanner.MaxFindings, Scan(string.Concat(Enumerable.Repeat(url + "\n", 100))));
        Assert.HasCount(1, Scan($"{url} {url}"));
    }

    [TestMethod]
    [DataRow("password=")]
    [DataRow("://a:")]
    [DataRow("eyJ")]
    [DataRow("AKIA")]
    [DataRow("sig=")]
    [DataRow("-----BEGIN ")]
    [DataRow("T3BlbkFJ")]
    [DataRow("npm_AccountKey=SG.oy2")]
    [DataRow(",password=;Server=a")]
    [DataRow("password=Tr0ub4dor;")]
    [DataRow("password=Tr0ub4dor,")]
    [Timeout(60_000)]
    public void Text_full_of_beginnings_takes_no_long_time(string beginning)
    {
        var text = string.Concat(Enumerable.Repeat(beginning, SecretScanner.LargestFile / beginning.Length));
        var watch = Stopwatch.StartNew();

        Assert.IsEmpty(Scan(text));

        TestContext.WriteLine($"{watch.ElapsedMilliseconds} ms");
    }

    [TestMethod]
    public void Any_bytes_can_be_scanned()
    {
        var samples = new SecretSamples(3).All.Select(sample => sample.Value).ToList();
        foreach (var sample in samples)
        {
            // Cut anywhere: no shape may look beyond the end.
            for (var length = 0; length <= Math.Min(sample.Length, 200); length++)
            {
                Scan(sample[..length]);
                Scan(sample[length..]);
            }
        }
    }
}
