using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Storage;
using Containerize.Testing;
using Org.BouncyCastle.Bcpg;

namespace Containerize.Tests.Debian.Archive;

/// <summary>Nothing counts that is not signed by the right key, for the right suite, at the right time.</summary>
[TestClass]
internal sealed class ArchiveTrustTests
{
    private static readonly DateTimeOffset s_lastYear = DateTimeOffset.UtcNow.AddYears(-1);

    private static SignedArchive Archive(ArchiveKey? key = null) =>
        new SignedArchive { Key = key ?? new ArchiveKey(s_lastYear) }.Add("hello", "2.10-3");

    [TestMethod]
    public async Task Every_changed_byte_of_InRelease_is_noticed()
    {
        using var archive = Archive().Publish();
        var good = await File.ReadAllBytesAsync(archive.InRelease);
        var signed = System.Text.Encoding.ASCII.GetString(good);
        var begin = signed.IndexOf("Origin:", StringComparison.Ordinal);
        var end = signed.IndexOf("\n-----BEGIN PGP SIGNATURE", StringComparison.Ordinal);
        for (var at = begin; at < end; at += 7)
        {
            SignedArchive.Tamper(archive.InRelease, at);
            Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code, $"at byte {at}");
            await File.WriteAllBytesAsync(archive.InRelease, good);
        }
    }

    [TestMethod]
    public async Task A_changed_signature_is_refused()
    {
        using var archive = Archive().Publish();
        var lines = await File.ReadAllLinesAsync(archive.InRelease);
        var first = Array.IndexOf(lines, "-----BEGIN PGP SIGNATURE-----");
        var line = Array.FindIndex(lines, first, text => text.Length == 0) + 1;
        lines[line] = lines[line][..40] + (lines[line][40] == 'A' ? 'B' : 'A') + lines[line][41..];
        await File.WriteAllTextAsync(archive.InRelease, string.Join('\n', lines) + "\n");

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task An_unsigned_release_file_is_refused()
    {
        using var archive = Archive().Publish(sign: text => text);

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task Another_key_is_refused_and_named()
    {
        using var archive = Archive().Publish(text => new ArchiveKey(s_lastYear).ClearSign(text));

        var failure = await archive.RefusedAsync();

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, failure.Code);
        StringAssert.Contains(failure.Message, "not one of the archive's");
    }

    [TestMethod]
    public async Task One_good_signature_among_unknown_ones_is_enough()
    {
        var other = new ArchiveKey(s_lastYear);
        using var archive = Archive();
        archive.Publish(text =>
        {
            var mine = archive.Key.ClearSign(text);
            var theirs = other.ClearSign(text);
            // Each release of Debian is signed by several keys, one block after the other in binary.
            return Armor.Join(theirs, mine);
        });

        Assert.HasCount(1, (await archive.ResolveAsync("hello")).Packages);
    }

    [TestMethod]
    public async Task Files_that_are_verified_at_the_same_time_do_not_disturb_one_another()
    {
        // The parts of a release share their keys and are fetched together.
        using var folder = new TemporaryDirectory();
        var key = new ArchiveKey(s_lastYear, hasSubkey: true);
        key.WritePublic(folder["key.gpg"]);
        var keys = KeyRing.Read(folder["key.gpg"]);
        var file = System.Text.Encoding.ASCII.GetBytes(key.ClearSign("Origin: Debian\n"));

        var problems = await Task.WhenAll(Enumerable.Range(0, 400)
            .Select(_ => Task.Run(() => SignedText.Verify(file, keys, DateTimeOffset.UtcNow, out var _))));

        Assert.IsEmpty(problems.OfType<string>().Distinct());
    }

    [TestMethod]
    [DataRow("Package: evil\n\n", "")]
    [DataRow("", "Package: evil\n")]
    public async Task Text_beside_the_signed_one_is_refused(string before, string after)
    {
        using var archive = Archive();
        archive.Publish(text => before + archive.Key.ClearSign(text) + after);

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task Text_in_the_headers_of_the_signed_one_is_refused()
    {
        using var archive = Archive();
        archive.Publish(text => archive.Key.ClearSign(text)
            .Replace("Hash: SHA256\n", "Hash: SHA256\nCodename: other\n", StringComparison.Ordinal));

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_key_that_has_expired_signs_nothing(bool hasSubkey)
    {
        using var archive = Archive(new ArchiveKey(s_lastYear, TimeSpan.FromDays(30), hasSubkey)).Publish();

        var failure = await archive.RefusedAsync();

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, failure.Code);
        StringAssert.Contains(failure.Message, "expired");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_key_that_was_revoked_signs_nothing(bool hasSubkey)
    {
        using var archive = Archive(new ArchiveKey(s_lastYear, hasSubkey: hasSubkey)).Publish();
        archive.Key.WritePublic(archive.PathOf("revoked.gpg"), revoked: true);
        using var downloader = archive.Downloader();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(async () =>
        {
            var source = archive.Source with { Keys = KeyRing.Read(archive.PathOf("revoked.gpg")) };
            await new DebianArchive([source], [], downloader)
                .ResolveAsync(SignedArchive.Request("hello"), locked: null, CancellationToken.None);
        });

        Assert.IsTrue(failure.Code is DiagnosticCode.ArchiveUnsigned or DiagnosticCode.InvalidKeyring, failure.Message);
    }

    [TestMethod]
    public async Task A_key_that_is_too_short_signs_nothing()
    {
        using var archive = Archive(new ArchiveKey(s_lastYear, rsaBits: 1024)).Publish();

        var failure = await archive.RefusedAsync();

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, failure.Code);
        StringAssert.Contains(failure.Message, "1024 bits");
        using var good = Archive(new ArchiveKey(s_lastYear, rsaBits: 2048)).Publish();
        Assert.HasCount(1, (await good.ResolveAsync("hello")).Packages);
    }

    [TestMethod]
    public async Task A_signature_by_a_key_that_did_not_exist_yet_is_refused()
    {
        using var archive = Archive(new ArchiveKey(DateTimeOffset.UtcNow.AddHours(-1)));
        archive.Publish(text => archive.Key.ClearSign(text, at: DateTimeOffset.UtcNow.AddDays(-1)));

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    [DataRow("gz")]
    [DataRow("zst")]
    [DataRow("")]
    public async Task An_index_that_unpacks_to_too_much_is_stopped(string form)
    {
        using var directory = new Containerize.Testing.TemporaryDirectory();
        using var packed = new MemoryStream();
        using (
            Stream stream = form switch
            {
                "gz" => new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true),
                "zst" => new ZstdSharp.CompressionStream(packed, leaveOpen: true),
                _ => packed,
            })
        {
            stream.Write(new byte[1001]);
        }

        var blob = new MemoryBlob("application/octet-stream", packed.ToArray());
        var file = await blob.VerifyAsync(new BlobStore(directory["store"]), CancellationToken.None);

        Assert.HasCount(1001, PackageIndex.Unpack(file, form, "Packages", 1001, CancellationToken.None));
        var failure =
            Assert.ThrowsExactly<ContainerizeException>(() => PackageIndex.Unpack(file, form, "Packages", 1000, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.ArchiveDamaged, failure.Code);
    }

    [TestMethod]
    public async Task A_broken_hash_is_refused()
    {
        using var archive = Archive();
        archive.Publish(text => archive.Key.ClearSign(text, HashAlgorithmTag.Sha1));

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task A_signature_of_the_future_is_refused()
    {
        using var archive = Archive();
        archive.Publish(text => archive.Key.ClearSign(text, at: DateTimeOffset.UtcNow.AddDays(2)));

        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task Another_suite_that_is_signed_by_the_same_key_is_refused()
    {
        using var archive = Archive();
        archive.Codename = "trixie";
        archive.Publish();

        Assert.AreEqual(DiagnosticCode.ArchiveWrongSuite, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task An_archive_past_its_validity_is_refused()
    {
        using var archive = Archive();
        archive.ValidUntil = DateTimeOffset.UtcNow.AddMinutes(-1);
        archive.Publish();

        Assert.AreEqual(DiagnosticCode.ArchiveOutdated, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public void An_end_of_validity_that_apt_ignores_does_not_count()
    {
        using var archive = Archive();
        archive.ValidUntil = DateTimeOffset.UtcNow.AddMinutes(-1);
        var text = archive.Release([]);

        Assert.IsNotNull(ReleaseFile.Read(text, archive.Source with { IgnoresValidUntil = true }, DateTimeOffset.UtcNow));
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ReleaseFile.Read(text, archive.Source, DateTimeOffset.UtcNow));
        Assert.AreEqual(DiagnosticCode.ArchiveOutdated, failure.Code);
        Assert.Contains("Check-Valid-Until: no", failure.Message);
    }

    [TestMethod]
    public async Task An_archive_older_than_the_lock_is_refused()
    {
        using var archive = Archive().Publish();
        using var downloader = archive.Downloader();
        var (set, sources) = await archive.Open(downloader)
            .ResolveAsync(SignedArchive.Request("hello"), locked: null, CancellationToken.None);
        var locked = new DebianLock { Release = "bookworm" }.With(set, sources);
        archive.Date = archive.Date.AddHours(-1);
        archive.Publish();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => archive.Open(downloader)
            .ResolveAsync(SignedArchive.Request("hello"), locked, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.ArchiveOutdated, failure.Code);
    }

    [TestMethod]
    public async Task An_archive_with_a_signature_beside_the_release_file_is_read()
    {
        using var archive = Archive();
        var text = "";
        archive.Publish(release => text = release);
        File.Delete(archive.InRelease);
        await File.WriteAllTextAsync(archive.PathOf("Release"), text);
        await File.WriteAllTextAsync(archive.PathOf("Release.gpg"), archive.Key.SignDetached(text));

        Assert.HasCount(1, (await archive.ResolveAsync("hello")).Packages);

        SignedArchive.Tamper(archive.PathOf("Release"));
        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
        File.Delete(archive.PathOf("Release.gpg"));
        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task A_suite_that_is_not_there_is_named()
    {
        using var archive = Archive().Publish();
        File.Delete(archive.InRelease);

        var failure = await archive.RefusedAsync();

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "bookworm");
    }

    [TestMethod]
    public async Task An_armored_keyring_is_read_and_none_is_refused()
    {
        using var archive = Archive().Publish();
        var armored = archive.PathOf("key.asc");
        archive.Key.WritePublic(armored, armored: true);
        using var downloader = archive.Downloader();

        var (set, _) = await new DebianArchive([archive.Source with { Keys = KeyRing.Read(armored) }], [], downloader)
            .ResolveAsync(SignedArchive.Request("hello"), locked: null, CancellationToken.None);

        Assert.HasCount(1, set.Packages);
        await File.WriteAllTextAsync(armored, "no key");
        Assert.AreEqual(DiagnosticCode.InvalidKeyring, Assert.ThrowsExactly<ContainerizeException>(() => KeyRing.Read(armored)).Code);
        Assert.AreEqual(
            DiagnosticCode.InvalidKeyring, Assert.ThrowsExactly<ContainerizeException>(() => KeyRing.Read(armored + ".none")).Code);
    }

    [TestMethod]
    [DataRow("{0}{1}")]
    [DataRow("{0}\n\n{1}\n")]
    [DataRow("One key:\n{0}# and another one\n{1}and that was it")]
    public async Task Keys_of_all_blocks_of_a_keyring_are_read(string form)
    {
        using var folder = new TemporaryDirectory();
        var keys = new[] { new ArchiveKey(s_lastYear, hasSubkey: true), new ArchiveKey(s_lastYear), new ArchiveKey(s_lastYear) };
        var blocks = new List<string>();
        foreach (var key in keys)
        {
            key.WritePublic(folder["key.asc"], armored: true);
            blocks.Add(await File.ReadAllTextAsync(folder["key.asc"]));
        }

        // What cat makes of files without a last line feed, and of files from Windows.
        var text = form.Replace("{0}", blocks[0], StringComparison.Ordinal).Replace("{1}", blocks[1], StringComparison.Ordinal);
        string[] files = [text + blocks[2], text.TrimEnd() + blocks[2].TrimEnd(), text.ReplaceLineEndings("\r\n") + blocks[2]];
        foreach (var joined in files)
        {
            var ring = KeyRing.Read(folder.Write("joined.asc", joined));

            foreach (var key in keys)
            {
                Assert.IsNull(SignedText.Verify(
                    System.Text.Encoding.ASCII.GetBytes(key.ClearSign("Origin: Debian\n")), ring, DateTimeOffset.UtcNow, out _));
            }
        }
    }

    [TestMethod]
    public async Task A_signature_of_any_block_beside_the_release_file_counts()
    {
        using var archive = Archive();
        var text = "";
        archive.Publish(release => text = release);
        File.Delete(archive.InRelease);
        await File.WriteAllTextAsync(archive.PathOf("Release"), text);
        var others = new ArchiveKey(s_lastYear).SignDetached(text);
        await File.WriteAllTextAsync(archive.PathOf("Release.gpg"), others + archive.Key.SignDetached(text));

        Assert.HasCount(1, (await archive.ResolveAsync("hello")).Packages);

        await File.WriteAllTextAsync(archive.PathOf("Release.gpg"), others + others);
        Assert.AreEqual(DiagnosticCode.ArchiveUnsigned, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public void The_shipped_keys_are_the_pinned_ones_of_each_release()
    {
        foreach (var release in DebianRelease.All)
        {
            CollectionAssert.AreEquivalent(release.Keys.ToList(), KeyRing.Shipped(release.Keys).Fingerprints.ToList(), release.Codename);
        }
    }

    [TestMethod]
    public async Task A_release_file_of_the_future_is_refused()
    {
        using var archive = Archive();
        archive.Date = DateTimeOffset.UtcNow.AddDays(2);
        archive.Publish();

        Assert.AreEqual(DiagnosticCode.ArchiveOutdated, (await archive.RefusedAsync()).Code);
    }
}
