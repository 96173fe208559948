using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Containerize.Testing.Images;

namespace Containerize.Fuzzing;

/// <summary>Small well-formed bytes of each format.</summary>
internal static class Seeds
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    internal static readonly string[] Challenges =
    [
        "Bearer realm=\"https://auth.example.com/token\",service=\"registry.example.com\",scope=\"repository:team/app:pull,push\"",
        "Basic realm=\"Registry\"",
        "Negotiate, Basic realm=\"a \\\"quoted\\\" realm\", Bearer realm=https://auth.example.com/token, error=\"insufficient_scope\"",
    ];

    internal static readonly string[] References =
    [
        "registry.example.com:5000/team/app:1.0@" + Digest, "ubuntu", "localhost/a", "[::1]:5000/a/b-c__d.e:tag",
        "docker.io/library/alpine:3",
        "oci:layout:tag", "oci-archive:/a/b.tar:1", "docker-archive:b.tar", "docker-daemon:team/app:1", "debian-packages:bookworm",
        "scratch",
    ];

    internal const string Manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"mediaType\":" +
        $"\"application/vnd.oci.image.config.v1+json\",\"digest\":\"{Digest}\",\"size\":0}},\"layers\":[{{\"mediaType\":" +
        $"\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"{Digest}\",\"size\":0,\"annotations\":{{\"a\":\"b\"}}}}]}}";

    internal const string Index =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\"," +
        $"\"digest\":\"{Digest}\",\"size\":7,\"platform\":{{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}}}}]}}";

    internal const string Config =
        "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"User\":\"app\",\"Env\":[\"PATH=/bin\",\"A=\"]," +
        "\"Entrypoint\":[\"/a\"]," +
        $"\"ExposedPorts\":{{\"80/tcp\":{{}}}},\"Labels\":{{\"a\":\"b\"}}}},\"rootfs\":{{\"type\":\"layers\"," +
        $"\"diff_ids\":[\"{Digest}\"]}}," +
        "\"history\":[{\"created\":\"1970-01-01T00:00:01Z\",\"created_by\":\"a\"},{\"empty_layer\":true}]}";

    internal const string DockerConfig =
        "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"dXNlcjpwYXNz\"},\"ghcr.io/team\":{\"username\":\"a\"," +
        "\"password\":\"b\"}," +
        "\"r.example.com\":{\"identitytoken\":\"t\"}},\"credHelpers\":{\"gcr.io\":\"gcloud\"},\"credsStore\":\"desktop\"}";

    internal const string RegistriesConf =
        "unqualified-search-registries = [\"docker.io\"]\n[[registry]]\nprefix = \"example.com/a\"\nlocation = " +
        "\"mirror.example.com:443/a\"\n" +
        "insecure = true\nblocked = false\n[[registry.mirror]]\nlocation = \"localhost:5000\"\ninsecure = true\npull-from-mirror = " +
        "\"tag-only\"\n";

    internal const string AptConf =
        "// comment\nAcquire::http::Proxy \"http://proxy:3128\";\nAcquire { https { Proxy \"DIRECT\"; Verify-Peer \"true\"; }; };\n" +
        "#clear Acquire::Retries;\n/* more */ APT::Architectures { \"amd64\"; \"arm64\"; };\n";

    internal const string AptSources =
        "deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://deb.example.com/debian bookworm main contrib # note\n" +
        "deb-src http://deb.example.com/debian ./\n";

    internal static readonly string Stanza =
        "Package: a\nVersion: 1:2.0-3+b1\nArchitecture: amd64\nMulti-Arch: same\nDepends: b (>= 1.0) | c:any, d (<< 2~)\nProvides: e (= " +
        "1)\n" +
        "Description: text\n more\n .\n end\nFilename: pool/a.deb\nSize: 12\nSHA256: " + Digest[7..] + "\n\n# comment\nPackage: " +
            "f\nVersion: 0\n";

    internal const string DebianLock =
        "{\"version\":1,\"release\":\"bookworm\",\"sources\":[],\"sets\":[]}";

    internal const string ImageLock = "{\"version\":1,\"images\":{\"docker.io/library/a:1\":\"" + Digest + "\"}}";

    /// <summary>Three lines of text in one block.</summary>
    internal static readonly byte[] Xz =
    [
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01, 0x16, 0x00, 0x00, 0x00,
        0x74, 0x2f, 0xe5, 0xa3, 0xe0, 0x00, 0x23, 0x00, 0x13, 0x5d, 0x00, 0x34, 0x19, 0x49, 0xee, 0x8d, 0xe9, 0x17, 0x89, 0x3a,
        0x33, 0x5f, 0xfc, 0xb3, 0x81, 0x04, 0xb7, 0x20, 0x00, 0x00, 0x00, 0x00, 0x1d, 0xbb, 0x97, 0x87, 0xcb, 0xa2, 0xdb, 0xd1,
        0x00, 0x01, 0x2f, 0x24, 0x97, 0x69, 0x99, 0x0e, 0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
    ];

    internal static readonly byte[][] Elf =
    [
        new TestElf
        {
            Interpreter = "/lib64/ld-linux-x86-64.so.2",
            Needed = ["libc.so.6", "libm.so.6"],
            RunPath = "$ORIGIN",
            Requires = [("libc.so.6", "GLIBC_2.34"), ("libm.so.6", "GLIBC_2.29")],
        }.ToBytes(),
        (TestElf.Library("liba.so.1", "libc.so.6") with { Defines = ["A_1", "A_2"] }).ToBytes(),
        "#!/usr/bin/env sh\necho\n"u8.ToArray(),
    ];

    internal static byte[] Tar()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Gnu, leaveOpen: true))
        {
            tar.WriteEntry(new GnuTarEntry(TarEntryType.Directory, "etc/"));
            tar.WriteEntry(
                new GnuTarEntry(TarEntryType.RegularFile, "etc/passwd")
                {
                    DataStream = new MemoryStream("root:x:0:0::/root:/bin/sh\n"u8.ToArray()),
                });
            tar.WriteEntry(new GnuTarEntry(TarEntryType.SymbolicLink, "bin") { LinkName = "usr/bin" });
            tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "var/.wh.gone") { DataStream = new MemoryStream() });
            tar.WriteEntry(
                new GnuTarEntry(TarEntryType.RegularFile, "control") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Stanza)) });
        }

        return bytes.ToArray();
    }

    internal static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }

    internal static byte[] Zstd(byte[] content) => new ZstdSharp.Compressor(3).Wrap(content).ToArray();

    /// <summary>A .deb as <c>dpkg-deb</c> lays it out; its members are compressed as told.</summary>
    internal static byte[] Deb(string suffix, Func<byte[], byte[]> compress)
    {
        using var bytes = new MemoryStream();
        bytes.Write("!<arch>\n"u8);
        Member(bytes, "debian-binary", "2.0\n"u8.ToArray());
        Member(bytes, "control.tar" + suffix, compress(Tar()));
        Member(bytes, "data.tar" + suffix, compress(Tar()));
        return bytes.ToArray();
    }

    private static void Member(MemoryStream archive, string name, byte[] content)
    {
        var header = $"{name,-16}{"0",-12}{"0",-6}{"0",-6}{"100644",-8}{content.Length,-10}`\n";
        archive.Write(Encoding.ASCII.GetBytes(header));
        archive.Write(content);
        if (content.Length % 2 == 1)
        {
            archive.WriteByte((byte)'\n');
        }
    }
}
