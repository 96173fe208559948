using System.Formats.Tar;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Starting;
using Containerize.Testing.Images;
using static Containerize.Tests.Starting.StartLab;

namespace Containerize.Tests.Starting;

/// <summary>What keeps an image from starting is found, and nothing else.</summary>
[TestClass]
internal sealed class StartCheckTests : IDisposable
{
    private readonly StartLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    public async Task An_image_whose_program_has_all_it_needs_starts()
    {
        var program = TestElf.Program("libc.so.6", "liba.so.1") with { RunPath = "$ORIGIN/lib", Requires = [("libc.so.6", "GLIBC_2.36")] };

        Assert.AreEqual("", await _lab.CodesAsync(
            Glibc,
            [App("app/probe", program), App("app/lib/liba.so.1", TestElf.Library("liba.so.1", "libc.so.6"))],
            Line("/app/probe")));
    }

    [TestMethod]
    [DataRow("/app/missing", "StartMissing!")]
    [DataRow("nowhere", "StartMissing!")]
    [DataRow("/app", "StartNotExecutable!")]
    [DataRow("/app/data", "StartNotExecutable!")]
    [DataRow("/app/text", "StartNotExecutable!")]
    [DataRow("/app/arm", "StartOtherMachine!")]
    [DataRow("/app/musl", "StartLoaderMissing!")]
    [DataRow("/app/script", "StartLoaderMissing!")]
    [DataRow("/app/windows", "StartLoaderMissing!")]
    [DataRow("/app/env", "StartLoaderMissing!")]
    [DataRow("/app/static", "")]
    [DataRow("/app/x86", "")]
    [DataRow("./static", "")]
    [DataRow("tool", "")]
    [DataRow("/app/odd", "")]
    public async Task The_program_has_to_be_one_that_the_kernel_starts(string program, string expected) => Assert.AreEqual(expected,
        await _lab.CodesAsync(
            [.. Glibc, Program("usr/bin/tool", new TestElf()), Program("usr/bin/env", new TestElf()), Program("bin/bash", new TestElf())],
            [
                App("app/data", new TestElf().ToBytes(), mode: FileModes.Data),
                App("app/text", "echo"u8.ToArray()),
                App("app/arm", new TestElf { Machine = 183 }),
                App("app/musl", new TestElf { Interpreter = "/lib/ld-musl-x86_64.so.1" }),
                App("app/script", "#!/bin/sh\n"u8.ToArray()),
                App("app/windows", "#!/bin/bash\r\n"u8.ToArray()),
                App("app/env", "#!/usr/bin/env python3\n"u8.ToArray()),
                App("app/static", new TestElf()),
                App("app/x86", new TestElf { Machine = 3 }),
                // Of an unusual form: nothing is concluded from it.
                App("app/odd", "\u007fELF?"u8.ToArray()),
            ],
            Line(program)));

    [TestMethod]
    public async Task A_missing_library_is_named_with_its_user_and_the_package_that_has_it()
    {
        var found = await _lab.FindAsync(
            Glibc,
            [
                App("app/probe", TestElf.Program("libc.so.6", "libstdc++.so.6")),
                App("app/libdraw.so", TestElf.Library("libdraw.so", "libfontconfig.so.1", "libz.so.1"), "Draw 1.2.3"),
            ],
            Line("/app/probe"));

        Assert.HasCount(2, found);
        Assert.IsTrue(found[0].IsCertain);
        StringAssert.Contains(found[0].Text, "libstdc++.so.6 (for '/app/probe')");
        StringAssert.Contains(found[0].Text, "<ContainerizeDebianPackage Include=\"libstdc++6\" />");
        Assert.IsFalse(found[1].IsCertain);
        StringAssert.Contains(found[1].Text, "libfontconfig.so.1 (for '/app/libdraw.so' of Draw 1.2.3)");
        StringAssert.Contains(found[1].Text, "<ContainerizeDebianPackage Include=\"libfontconfig1;zlib1g\" />");
    }

    [TestMethod]
    public async Task A_library_of_the_base_counts_with_all_that_it_needs()
    {
        var found = await _lab.FindAsync(
            [.. Glibc, Program("usr/lib/x86_64-linux-gnu/liba.so.1", TestElf.Library("liba.so.1", "libb.so.2"))],
            [App("app/probe", TestElf.Program("liba.so.1"))],
            Line("/app/probe"));

        StringAssert.Contains(found.Single().Text, "libb.so.2 (for '/usr/lib/x86_64-linux-gnu/liba.so.1')");
    }

    [TestMethod]
    [DataRow("GLIBC_2.36", "")]
    [DataRow("GLIBC_2.38", "StartLibraryTooOld!")]
    public async Task A_library_has_to_have_the_versions_of_symbols(string version, string expected) => Assert.AreEqual(
        expected,
        await _lab.CodesAsync(
            Glibc, [App("app/probe", TestElf.Program("libc.so.6") with { Requires = [("libc.so.6", version)] })], Line("/app/probe")));

    [TestMethod]
    public async Task Libraries_for_other_platforms_and_for_tracing_are_passed_over() => Assert.AreEqual("", await _lab.CodesAsync(
        Glibc,
        [
            App("app/probe", TestElf.Program("libc.so.6")),
            App("app/runtimes/linux-arm64/native/liba.so", TestElf.Library("liba.so", "libx.so.1") with { Machine = 183 }),
            App("app/runtimes/linux-musl-x64/native/liba.so", TestElf.Library("liba.so", "libc.musl-x86_64.so.1")),
            App("app/libcoreclrtraceptprovider.so", TestElf.Library("libcoreclrtraceptprovider.so", "liblttng-ust.so.1")),
        ],
        Line("/app/probe")));

    private static readonly TarEntry[] s_musl =
        [Program("lib/ld-musl-x86_64.so.1", TestElf.Library("libc.musl-x86_64.so.1")), .. Glibc.Skip(2)];

    // What librdkafka.redist has in one directory.
    private static LayerEntry Made(string directory, string name, string? package, params string[] needed) =>
        App($"{directory}/{name}.so", TestElf.Library($"{name}.so", [.. needed, "libsasl2.so.3"]), package);

    [TestMethod]
    [DataRow("app/runtimes/linux-x64/native", "libc.musl-x86_64.so.1", true, "")]
    [DataRow("app", "libc.musl-x86_64.so.1", true, "")]
    [DataRow("app/native", "libc.so", true, "")]
    [DataRow("app", "libc.musl-x86_64.so.1", false, "StartLibraryMissing")]
    [DataRow("app", "libm.so.6", true, "StartLibraryMissing")]
    [DataRow("app", "libc.so.6", true, "StartLibraryMissing")]
    [DataRow("app", "libc.so.6", true, "", "centos8-a")]
    [DataRow("app", "libc.so.6", false, "StartLibraryMissing", "centos8-a")]
    public async Task A_library_for_another_system_beside_one_of_its_package_for_this_is_passed_over(
        string directory, string needs, bool hasTwin, string expected, string name = "other") => Assert.AreEqual(
        expected,
        await _lab.CodesAsync(
            Glibc,
            [
                App("app/probe", TestElf.Program("libc.so.6")), Made(directory, name, "A 1.0", needs),
                App($"{directory}/a.so", TestElf.Library("a.so", "libc.so.6"), hasTwin ? "A 1.0" : "Runtime 10.0"),
            ],
            Line("/app/probe")));

    [TestMethod]
    [DataRow("app", true, "")]
    [DataRow("app/native", true, "")]
    [DataRow("app", false, "StartLibraryMissing")]
    public async Task On_musl_a_library_for_glibc_is_passed_over_only_beside_one_of_its_package_for_musl(
        string directory, bool hasTwin, string expected) => Assert.AreEqual(
        expected,
        await _lab.CodesAsync(
            s_musl,
            [
                App("app/probe", TestElf.Program("libc.musl-x86_64.so.1") with { Interpreter = "/lib/ld-musl-x86_64.so.1" }),
                Made(directory, "a", "A 1.0", "libc.so.6", "ld-linux-x86-64.so.2"),
                App($"{directory}/alpine-a.so", TestElf.Library("alpine-a.so", "libc.musl-x86_64.so.1"), hasTwin ? "A 1.0" : null),
            ],
            Line("/app/probe")));

    [TestMethod]
    public async Task Directories_of_the_configuration_and_of_the_environment_are_looked_through()
    {
        var program = TestElf.Program("liba.so.1", "libb.so.1");

        Assert.AreEqual("", await _lab.CodesAsync(
            [.. Glibc, Trees.TreeLab.Text("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"),
                Trees.TreeLab.Text("etc/ld.so.conf.d/a.conf", "# mine\n/opt/a\n"), Program("opt/a/liba.so.1", TestElf.Library("liba.so.1")),
                Program("opt/b/libb.so.1", TestElf.Library("libb.so.1"))],
            [App("app/probe", program)],
            Line("/app/probe") with { Environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = "/opt/b" } }));
    }

    [TestMethod]
    [DataRow("app", "")]
    [DataRow("1654", "")]
    [DataRow("9999:9999", "")]
    [DataRow("app:", "")]
    [DataRow(":staff", "")]
    [DataRow(":ghosts", "StartUserMissing!")]
    [DataRow("ghost", "StartUserMissing!")]
    [DataRow("app:ghosts", "StartUserMissing!")]
    public async Task The_user_has_to_exist_if_he_is_named(string user, string expected) => Assert.AreEqual(
        expected, await _lab.CodesAsync(Glibc, [App("app/probe", new TestElf())], Line("/app/probe") with { User = user }));

    [TestMethod]
    public async Task Users_of_a_file_that_this_build_adds_count() => Assert.AreEqual("", await _lab.CodesAsync(
        Glibc,
        [App("app/probe", new TestElf()), App("etc/passwd", "mine:x:7:7::/:/bin/sh\n")],
        Line("/app/probe") with { User = "mine" }));

    [TestMethod]
    [DataRow("/lib64/ld-linux-x86-64.so.2", "lib64", "usr/lib64", "StartLibraryMissing!")]
    [DataRow("/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/ld-2.36.so", "StartLibraryMissing!")]
    [DataRow("/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2", "usr/glibc-compat/lib/ld-linux-x86-64.so.2", "")]
    [DataRow("/lib64/ld-linux-x86-64.so.2", "lib64", "nix/store/glibc/lib", "")]
    [DataRow("/opt/ld-linux-x86-64.so.2", "opt/ld-linux-x86-64.so.2", "usr/lib64/ld-linux-x86-64.so.2", "StartLibraryMissing!")]
    [DataRow("/opt/musl/lib/ld-musl-x86_64.so.1", "opt/musl", "usr", "")]
    public async Task Where_a_loader_looks_is_known_by_the_place_where_it_really_lies(
        string loader, string link, string target, string expected)
    {
        var real = link.Contains("ld-", StringComparison.Ordinal) ? target : target + loader[(link.Length + 1)..];

        Assert.AreEqual(expected, await _lab.CodesAsync(
            [Trees.TreeLab.Link(link, "/" + target), Program(real, TestElf.Library(Path.GetFileName(loader)))],
            [App("app/probe", TestElf.Program("liba.so.1") with { Interpreter = loader })],
            Line("/app/probe")));
    }

    [TestMethod]
    public async Task What_a_loader_of_glibc_finds_beside_musl_is_not_known() => Assert.AreEqual("", await _lab.CodesAsync(
        [
            Program("lib/ld-musl-x86_64.so.1", TestElf.Library("libc.musl-x86_64.so.1")),
            Program("lib/ld-linux-x86-64.so.2", TestElf.Library("ld-linux-x86-64.so.2")),
            Trees.TreeLab.Link("lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-x86-64.so.2"),
        ],
        [App("app/probe", TestElf.Program("libdl.so.2") with { Interpreter = "/lib64/ld-linux-x86-64.so.2" })],
        Line("/app/probe")));

    [TestMethod]
    public async Task A_cache_behind_a_link_counts_also_when_it_is_remembered()
    {
        for (var app = 0; app < 2; app++)
        {
            TarEntry[] below =
            [
                .. Glibc, Trees.TreeLab.Link("etc/ld.so.cache", "/opt/etc/ld.so.cache"),
                Trees.TreeLab.Text("opt/etc/ld.so.cache", "glibc-ld.so.cache1.1\0liba.so.1\0/opt/a/liba.so.1\0"),
                Program("opt/a/liba.so.1", TestElf.Library("liba.so.1")),
            ];

            Assert.AreEqual(
                "", await _lab.CodesAsync(below, [App($"app/{app}", TestElf.Program("liba.so.1"))], Line($"/app/{app}")));
        }
    }

    [TestMethod]
    public async Task A_directory_that_only_the_loader_knows_may_have_any_library() => Assert.AreEqual("", await _lab.CodesAsync(
        Glibc, [App("app/probe", TestElf.Program("liba.so.1") with { RunPath = "/opt/$LIB" })], Line("/app/probe")));

    [TestMethod]
    [DataRow("app", "750", 0, 50, "")]
    [DataRow("app", "750", 0, 60, "StartNotExecutable!")]
    [DataRow("app", "070", 1654, 1654, "StartNotExecutable!")]
    [DataRow("root", "001", 7, 7, "")]
    [DataRow("9999", "750", 0, 0, "")]
    [DataRow("9999", "750", 0, 9999, "StartNotExecutable!")]
    [DataRow("9999:9999", "750", 0, 9999, "")]
    [DataRow("9999:9999", "750", 0, 0, "StartNotExecutable!")]
    [DataRow("1654:", "750", 0, 50, "")]
    [DataRow("root", "644", 0, 0, "StartNotExecutable!")]
    public async Task The_user_has_to_be_allowed_to_start_the_program(string user, string mode, int owner, int group, string expected) =>
        Assert.AreEqual(expected, await _lab.CodesAsync(
            Glibc,
            [App("app/probe", new TestElf()) with { Mode = Trees.TreeLab.Mode(mode), UserId = owner, GroupId = group }],
            Line("/app/probe") with { User = user }));

    [TestMethod]
    public async Task What_does_not_fit_how_the_image_runs_is_a_warning() => Assert.AreEqual(
        "StartDirectoryUnusable StartPortPrivileged StartHealthcheckMissing",
        await _lab.CodesAsync(
            Glibc,
            [App("app/probe", new TestElf())],
            Line("/app/probe") with
            {
                User = "app",
                Volumes = ["/data"],
                Healthcheck = Healthcheck.Of(["curl", "http://localhost"]),
            },
            [new Port(80, "tcp")]));

    [TestMethod]
    [DataRow("SIGTERM", true)]
    [DataRow("term", true)]
    [DataRow("SIGRTMIN+3", true)]
    [DataRow("RTMAX-2", true)]
    [DataRow("9", true)]
    [DataRow("64", true)]
    [DataRow("65", false)]
    [DataRow("0", false)]
    [DataRow("SIGNONE", false)]
    [DataRow("SIGRTMIN+99", false)]
    public void A_signal_is_one_of_Linux(string signal, bool isOne) => Assert.AreEqual(isOne, RunCheck.IsSignal(signal));

    [TestMethod]
    public async Task What_was_found_for_some_ports_is_not_the_answer_for_others()
    {
        var settings = Line("/app/probe") with { User = "app", ExposedPorts = [new Port(80, "tcp"), new Port(8080, "tcp")] };
        foreach (var (port, expected) in new[] { ("8080", ""), ("80", "StartPortPrivileged"), ("8080/udp", ""), ("8080", "") })
        {
            var found = await _lab.CodesAsync([.. Glibc], [App("app/probe", new TestElf())], settings, [Port.Parse(port)]);

            Assert.AreEqual(expected, found, port);
        }
    }

    [TestMethod]
    public async Task What_was_found_is_remembered_for_the_image()
    {
        var settings = Line("/app/probe");
        var first = await _lab.FindAsync([.. Glibc], [App("app/probe", TestElf.Program("libx.so.1"))], settings);

        // Other entries: what is known of the config counts, and nothing is read.
        var second = await _lab.FindAsync([.. Glibc], [], settings);

        Assert.AreEqual(first.Single(), second.Single());
    }
}
