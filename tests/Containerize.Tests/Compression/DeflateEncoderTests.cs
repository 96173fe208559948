using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Compression;

namespace Containerize.Tests.Compression;

[TestClass]
internal sealed class DeflateEncoderTests
{
    private static readonly int[] s_lengths =
    [
        0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 17, 100, 257, 258, 259, 1000, 8191, 8192, 8193, 32767, 32768, 32769, 33000,
        65534, 65535, 65536, 65537, 65800, 98304, 131_072, 300_000, 1_048_576,
    ];

    public static IEnumerable<object[]> LevelsAndKinds =>
        from level in Enum.GetValues<DeflateLevel>() from kind in SampleData.Kinds select new object[] { level, kind };

    public static IEnumerable<object[]> Levels => from level in Enum.GetValues<DeflateLevel>() select new object[] { level };

    [TestMethod]
    [DynamicData(nameof(LevelsAndKinds))]
    public void What_is_encoded_can_be_decoded(DeflateLevel level, string kind)
    {
        var encoder = new DeflateEncoder(level);
        foreach (var length in s_lengths)
        {
            AssertRoundTrip(encoder, SampleData.Make(kind, length), $"{length} bytes of {kind}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Levels))]
    public void Any_mixture_can_be_decoded(DeflateLevel level)
    {
        var encoder = new DeflateEncoder(level);
        var random = new Random(4711);
        var kinds = SampleData.Kinds.ToArray();
        for (var round = 0; round < 150; round++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 8))
                .SelectMany(_ => SampleData.Make(kinds[random.Next(kinds.Length)], random.Next(1 << random.Next(1, 17))));
            AssertRoundTrip(encoder, [.. parts], $"round {round}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Levels))]
    public void Bytes_over_an_alphabet_of_any_size_can_be_decoded(DeflateLevel level)
    {
        var encoder = new DeflateEncoder(level);
        var random = new Random(31);
        for (var alphabet = 1; alphabet <= 256; alphabet += 5)
        {
            var data = new byte[random.Next(1, 20_000)];
            for (var i = 0; i < data.Length; i++)
            {
                // A steep distribution makes long codes.
                data[i] = (byte)(alphabet * Math.Pow(random.NextDouble(), 6));
            }

            AssertRoundTrip(encoder, data, $"alphabet {alphabet}");
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(32_767)]
    [DataRow(32_768)]
    [DataRow(32_769)]
    [DataRow(65_535)]
    [DataRow(65_536)]
    [DataRow(65_537)]
    public void Repetitions_at_the_limits_of_the_window_can_be_decoded(int distance)
    {
        foreach (var level in Enum.GetValues<DeflateLevel>())
        {
            foreach (var length in new[] { 3, 4, 12, 13, 257, 258, 259, 600 })
            {
                // The pattern occurs twice, so many bytes apart, in surroundings without repetitions.
                var data = SampleData.Make("random", distance + (2 * length) + 40);
                for (var i = 0; i < data.Length; i++)
                {
                    data[i] = (byte)(data[i] % 250);
                }

                data.AsSpan(5, length).CopyTo(data.AsSpan(5 + distance));
                AssertRoundTrip(new DeflateEncoder(level), data, $"{level}, distance {distance}, length {length}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Levels))]
    public void The_farthest_and_longest_match_is_found(DeflateLevel level)
    {
        // A window of bytes that cannot be compressed otherwise, then the same again.
        var window = SampleData.Make("random", DeflateFormat.MaxDistance);
        for (var i = 0; i < window.Length; i++)
        {
            window[i] = (byte)(window[i] & 127);
        }

        byte[] once = [.. window, .. new byte[20]];
        byte[] twice = [.. window, .. window, .. new byte[20]];
        var output = new byte[DeflateEncoder.MaxLength(twice.Length)];
        var encoder = new DeflateEncoder(level);
        var more = encoder.Encode(twice, output) - encoder.Encode(once, output);
        // 128 matches of 258 bytes, and the header of a second block.
        Assert.IsLessThan(2000, more);
    }

    [TestMethod]
    [DynamicData(nameof(LevelsAndKinds))]
    public void The_result_is_never_longer_than_promised(DeflateLevel level, string kind)
    {
        var encoder = new DeflateEncoder(level);
        foreach (var length in s_lengths)
        {
            var output = new byte[DeflateEncoder.MaxLength(length) + 64];
            output.AsSpan().Fill(0xCC);
            encoder.Encode(SampleData.Make(kind, length), output.AsSpan(0, DeflateEncoder.MaxLength(length)));
            Assert.AreEqual(-1, output.AsSpan(DeflateEncoder.MaxLength(length)).IndexOfAnyExcept((byte)0xCC), "It wrote beyond the end.");
        }
    }

    [TestMethod]
    public void Too_little_room_is_refused() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DeflateEncoder(DeflateLevel.Default)
            .Encode(new byte[100], new byte[100]));

    [TestMethod]
    [DynamicData(nameof(Levels))]
    public void What_an_encoder_did_before_does_not_show(DeflateLevel level)
    {
        var used = new DeflateEncoder(level);
        foreach (var kind in SampleData.Kinds)
        {
            var data = SampleData.Make(kind, 200_000);
            CollectionAssert.AreEqual(Encode(new DeflateEncoder(level), data), Encode(used, data), kind);
        }
    }

    [TestMethod]
    [DynamicData(nameof(LevelsAndKinds))]
    public void The_loops_for_long_runs_give_the_bytes_of_those_for_few(DeflateLevel level, string kind)
    {
        var encoder = new DeflateEncoder(level);
        Encode(encoder, new byte[DeflateEncoder.FewBytes]);
        foreach (var length in s_lengths)
        {
            var data = SampleData.Make(kind, length);
            CollectionAssert.AreEqual(Encode(new DeflateEncoder(level), data), Encode(encoder, data), $"{length} bytes");
        }
    }

    // The bytes are part of the digests of all layers ever made: a change here makes every layer a new one. If that is intended,
    // it is a new version of the format.
    [TestMethod]
    [DataRow(DeflateLevel.Fast, "500545c71412dbfcd55bc76bdc0c9b563b7f31a16b1a025238a292b43d4d6fce")]
    [DataRow(DeflateLevel.Default, "b3838431f4632a809462bba1ceb7816633ecdf495407b2dc0cb239c1689dbe56")]
    [DataRow(DeflateLevel.Small, "876f4e697800241a2eb0f8b054962aecf3ca9f5010aef430f639de85320b0d6a")]
    public void The_bytes_are_the_same_everywhere_and_for_ever(DeflateLevel level, string expected)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var encoder = new DeflateEncoder(level);
        foreach (var kind in SampleData.Kinds.Except(["assembly"]))
        {
            hash.AppendData(Encode(encoder, SampleData.Make(kind, 250_000)));
        }

        Assert.AreEqual(expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [TestMethod]
    public void Each_level_is_at_most_as_long_as_the_faster_one_and_half_of_an_assembly()
    {
        var data = File.ReadAllBytes(typeof(System.Text.Json.JsonSerializer).Assembly.Location);
        var fast = Encode(new DeflateEncoder(DeflateLevel.Fast), data).Length;
        var normal = Encode(new DeflateEncoder(DeflateLevel.Default), data).Length;
        var small = Encode(new DeflateEncoder(DeflateLevel.Small), data).Length;
        Assert.IsLessThan(fast, normal);
        Assert.IsLessThan(normal, small);
        Assert.IsLessThan(data.Length / 2, normal);
    }

    [TestMethod]
    [DynamicData(nameof(Levels))]
    public void Random_bytes_are_stored(DeflateLevel level)
    {
        var length = Encode(new DeflateEncoder(level), SampleData.Make("random", 1_000_000)).Length;
        Assert.IsInRange(1_000_000, 1_000_400, length);
    }

    private static byte[] Encode(DeflateEncoder encoder, byte[] data)
    {
        var output = new byte[DeflateEncoder.MaxLength(data.Length)];
        return output[..encoder.Encode(data, output)];
    }

    private static void AssertRoundTrip(DeflateEncoder encoder, byte[] data, string what)
    {
        var encoded = new MemoryStream(Encode(encoder, data));
        using var inflater = new DeflateStream(encoded, CompressionMode.Decompress);
        var decoded = new MemoryStream();
        inflater.CopyTo(decoded);
        Assert.IsTrue(decoded.ToArray().AsSpan().SequenceEqual(data), $"{what} became something else.");
    }
}
