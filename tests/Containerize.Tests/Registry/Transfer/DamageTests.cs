using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>After damage the next place is tried; the last one is asked once more, for bytes that were damaged on their way.</summary>
[TestClass]
internal sealed class DamageTests
{
    private const int Size = 50_000;

    private static readonly byte[] s_bytes = ClientLab.RandomBytes(Size);

    [TestMethod]
    [DataRow("other bytes")]
    [DataRow("too long")]
    [DataRow("too short")]
    [DataRow("nothing")]
    public async Task A_blob_that_a_mirror_damages_comes_from_the_registry(string damage)
    {
        await using var lab = await StartAsync(mirrors: 1);
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        lab.Mirrors[0].AddBlob("team/app", blob.Digest, Damage(damage));

        AssertHolds(await lab.FetchAsync(blob));

        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Blob, "GET"));
        // One that is too short looks like a broken connection: each try asks for the rest, and then for all of it.
        Assert.IsLessThanOrEqualTo(2 * (1 + new Containerize.Registry.Protocol.RegistryOptions().MaxRetries), lab.Mirrors[0]
            .RequestsTo(RequestKind.Blob, "GET").Count);
    }

    [TestMethod]
    [DataRow("other bytes")]
    [DataRow("too long")]
    public async Task Each_mirror_gets_its_turn(string damage)
    {
        await using var lab = await StartAsync(mirrors: 3);
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        lab.Mirrors[0].AddBlob("team/app", blob.Digest, Damage(damage));
        lab.Mirrors[1].AddBlob("team/app", blob.Digest, Damage(damage));
        lab.Mirrors[2].AddBlob("team/app", s_bytes);

        AssertHolds(await lab.FetchAsync(blob));

        CollectionAssert.AreEqual(new[] { 1, 1, 1, 0 }, new[] { lab.Mirrors[0], lab.Mirrors[1], lab.Mirrors[2], lab.Registry }
            .Select(each => each.RequestsTo(RequestKind.Blob, "GET").Count).ToArray());
    }

    [TestMethod]
    public async Task Damage_at_every_place_is_an_error_and_nothing_is_stored()
    {
        await using var lab = await StartAsync(mirrors: 1);
        var blob = lab.Registry.AddBlob("team/app", Digest.Of(s_bytes), Damage("other bytes"));
        lab.Mirrors[0].AddBlob("team/app", blob.Digest, Damage("other bytes"));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.HasCount(1, lab.Mirrors[0].RequestsTo(RequestKind.Blob, "GET"));
        Assert.HasCount(2, lab.Registry.RequestsTo(RequestKind.Blob, "GET"));
        Assert.IsFalse(lab.Lab.Store.TryGet(blob, out _));
    }

    [TestMethod]
    public async Task A_mirror_with_damage_is_named_when_the_registry_does_not_answer_either()
    {
        await using var lab = await StartAsync(mirrors: 1);
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        lab.Mirrors[0].AddBlob("team/app", blob.Digest, Damage("other bytes"));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Reply(404));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        StringAssert.Contains(lab.Lab.Reporter.Text, $"{lab.Mirrors[0].Authority}/team/app was passed over");
        StringAssert.Contains(lab.Lab.Reporter.Text, "has other bytes");
    }

    [TestMethod]
    public async Task Parts_of_two_places_that_do_not_fit_are_begun_again()
    {
        await using var lab = await StartAsync(mirrors: 1);
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        lab.Mirrors[0].AddBlob("team/app", blob.Digest, Damage("other bytes"));
        lab.Mirrors[0].On(RequestKind.Blob, "GET").Once().Do(fault => fault.TruncateAfter(20_000));
        lab.Mirrors[0].On(RequestKind.Blob, "GET").Do(fault => fault.Reply(404));

        AssertHolds(await lab.FetchAsync(blob));

        var ranges = lab.Registry.RequestsTo(RequestKind.Blob, "GET").Select(request => request.Header("Range")).ToArray();
        CollectionAssert.AreEqual(new[] { "bytes=20000-", null }, ranges);
    }

    [TestMethod]
    public async Task A_manifest_that_a_mirror_damages_comes_from_the_registry()
    {
        await using var lab = await StartAsync(mirrors: 1);
        var index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");
        var descriptor = lab.Registry.AddManifest("team/app", "1.0", index, MediaTypes.OciIndex);
        lab.Mirrors[0].AddManifest("team/app", "1.0", index, MediaTypes.OciIndex);
        lab.Mirrors[0].On(RequestKind.Manifest, "GET").Do(fault => fault.Corrupt(5));

        var found = await lab.Lab.Client.TryGetManifestAsync(lab.Lab.Repository, descriptor.Digest.ToString(), CancellationToken.None);

        CollectionAssert.AreEqual(index, found!.Content.ToArray());
    }

    private static byte[] Damage(string damage)
    {
        var bytes = (byte[])s_bytes.Clone();
        bytes[1000] ^= 1;
        return damage switch
        {
            "too long" => [.. s_bytes, 1],
            "too short" => s_bytes[..^1],
            "nothing" => [],
            _ => bytes,
        };
    }

    private static void AssertHolds(VerifiedFile file) => CollectionAssert.AreEqual(s_bytes, File.ReadAllBytes(file.Path));

    private static async Task<MirrorLab> StartAsync(int mirrors)
    {
        var lab = await ClientLab.StartAsync();
        var added = new List<TestRegistry>();
        for (var number = 0; number < mirrors; number++)
        {
            added.Add(await lab.AddRegistryAsync());
        }

        var list =
            new Dictionary<string, IReadOnlyList<string>> { [lab.Registry.Authority] = [.. added.Select(mirror => mirror.Authority)] };
        lab.Options = options => options with { Mirrors = list };
        return new(lab, added);
    }

    private sealed record MirrorLab(ClientLab Lab, IReadOnlyList<TestRegistry> Mirrors) : IAsyncDisposable
    {
        internal TestRegistry Registry => Lab.Registry;

        internal Task<VerifiedFile> FetchAsync(Descriptor blob) => Lab.FetchAsync(blob);

        public ValueTask DisposeAsync() => Lab.DisposeAsync();
    }
}
