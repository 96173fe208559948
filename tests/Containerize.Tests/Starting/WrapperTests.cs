using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Testing.Images;
using static Containerize.Tests.Starting.StartLab;

namespace Containerize.Tests.Starting;

/// <summary>
/// A program behind others that only prepare its way is judged as one that is started directly; what is not understood is not.
/// </summary>
[TestClass]
internal sealed class WrapperTests : IDisposable
{
    private static readonly string[] s_wrappers =
        ["tini", "dumb-init", "catatonit", "su-exec", "gosu", "setpriv", "runuser", "nice", "timeout", "nohup", "stdbuf", "setsid", "env",
            "sh"];

    private readonly StartLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow("tini -- {0}")]
    [DataRow("tini {0}")]
    [DataRow("/usr/bin/tini -s -vvv -g -e 143 -- {0}")]
    [DataRow("tini -e143 -p SIGTERM -- {0}")]
    [DataRow("dumb-init {0}")]
    [DataRow("dumb-init --rewrite 15:2 --single-child -- {0}")]
    [DataRow("dumb-init --rewrite=15:2 {0}")]
    [DataRow("catatonit -- {0}")]
    [DataRow("su-exec app {0}")]
    [DataRow("gosu 1654:1654 {0}")]
    [DataRow("setpriv --reuid=1654 --regid 1654 --clear-groups --no-new-privs {0}")]
    [DataRow("runuser -u app -- {0}")]
    [DataRow("nice {0}")]
    [DataRow("nice -n 5 {0}")]
    [DataRow("nice -10 {0}")]
    [DataRow("timeout 5 {0}")]
    [DataRow("timeout -k 1 -s TERM --foreground 5s {0}")]
    [DataRow("nohup {0}")]
    [DataRow("stdbuf -oL -e0 {0}")]
    [DataRow("setsid -w {0}")]
    [DataRow("env A=1 B=2 {0}")]
    [DataRow("/usr/bin/env -S {0}")]
    [DataRow("tini -- gosu app env A=1 nice {0}")]
    public async Task The_program_behind_a_wrapper_is_judged(string line)
    {
        Assert.AreEqual("", await CodesAsync(Words("/app/static")));
        Assert.AreEqual("StartMissing!", await CodesAsync(Words("/app/missing")));
        Assert.AreEqual("StartMissing!", await CodesAsync(Words("missing")));
        Assert.AreEqual("StartNotExecutable!", await CodesAsync(Words("/app/data")));
        Assert.AreEqual("StartLoaderMissing!", await CodesAsync(Words("/app/musl")));
        Assert.AreEqual("StartLibraryMissing!", await CodesAsync(Words("/app/lacking")));
        Assert.AreEqual("StartNoDotnet!", await CodesAsync([.. Words("/usr/bin/dotnet"), "/app/app.dll"]));

        string[] Words(string program) => string.Format(System.Globalization.CultureInfo.InvariantCulture, line, program).Split(' ');
    }

    [TestMethod]
    [DataRow("exec {0}")]
    [DataRow("{0}")]
    [DataRow("exec {0} --urls \"http://*:$PORT\" ${{ARGS:-none}} a?b=*")]
    [DataRow("'{0}' > /dev/null 2>&1")]
    [DataRow("{0} || exit 1")]
    [DataRow("{0} >/dev/null || false")]
    [DataRow("{0} && echo started")]
    [DataRow("A=1 B='2 3' exec {0}")]
    [DataRow("exec timeout 5 {0}")]
    public async Task The_program_that_a_shell_is_told_to_start_is_judged(string text)
    {
        foreach (var options in (string[])["-c", "-ec", "-exc"])
        {
            Assert.AreEqual("", await CodesAsync(["sh", options, Text("/app/static")]));
            Assert.AreEqual("StartMissing!", await CodesAsync(["/bin/sh", options, Text("/app/missing")]));
            Assert.AreEqual("StartLibraryMissing!", await CodesAsync(["sh", options, Text("/app/lacking")]));
        }

        string Text(string program) => string.Format(System.Globalization.CultureInfo.InvariantCulture, text, program);
    }

    [TestMethod]
    [DataRow("exec \"$@\"", "name", "/app/missing", "StartMissing!")]
    [DataRow("exec \"$0\" \"$@\"", "/app/missing", "x", "StartMissing!")]
    [DataRow("exec \"$0\" \"$@\"", "/app/static", "x", "")]
    [DataRow("exec tini -- \"$@\"", "name", "/app/lacking", "StartLibraryMissing!")]
    public async Task What_follows_a_shells_text_is_put_where_it_stands(string text, string zero, string first, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(["sh", "-c", text, zero, first]));

    [TestMethod]
    [DataRow("tini -x -- missing")]
    [DataRow("tini --version")]
    [DataRow("tini")]
    [DataRow("catatonit -P -- missing")]
    [DataRow("timeout -t 5 missing")]
    [DataRow("timeout 5")]
    [DataRow("setpriv --dump missing")]
    [DataRow("env -i missing")]
    [DataRow("env -C /srv missing")]
    [DataRow("env -u A missing")]
    [DataRow("setsid -f missing")]
    [DataRow("runuser app missing")]
    [DataRow("sh -c missing|cat")]
    [DataRow("sh -c missing;true")]
    [DataRow("sh -c missing&")]
    [DataRow("sh -c missing||/app/static")]
    [DataRow("sh -c missing||exit#0")]
    [DataRow("sh -c $PROGRAM")]
    [DataRow("sh -c ${PROGRAM:-missing}")]
    [DataRow("sh -c `missing`")]
    [DataRow("sh -c $(missing)")]
    [DataRow("sh -c (missing)")]
    [DataRow("sh -c cd#/srv#&&#missing")]
    [DataRow("sh -c .#/app/missing")]
    [DataRow("sh -c if#missing")]
    [DataRow("sh -c exec#-a#name#missing")]
    [DataRow("sh -c PATH=$HOME#missing")]
    [DataRow("sh -c timeout#$SECONDS#missing")]
    [DataRow("sh -lc missing")]
    [DataRow("sh -c \"mis\\sing\"")]
    [DataRow("sh -c \"missing")]
    [DataRow("sh")]
    [DataRow("sh -c")]
    public async Task What_is_not_understood_is_not_judged(string line) =>
        Assert.AreEqual("", await CodesAsync([.. line.Split(' ').Select(word => word.Replace('#', ' '))]));

    [TestMethod]
    public async Task A_file_that_is_no_program_is_a_script_to_a_wrapper_and_none_to_the_kernel()
    {
        Assert.AreEqual("StartNotExecutable!", await CodesAsync(["/app/text"]));
        Assert.AreEqual("", await CodesAsync(["tini", "--", "/app/text"]));
        Assert.AreEqual("", await CodesAsync(["sh", "-c", "exec /app/text"]));
    }

    [TestMethod]
    [DataRow("gosu ghost /app/static", "StartUserMissing!")]
    [DataRow("gosu app /app/roots", "StartNotExecutable!")]
    [DataRow("gosu root /app/roots", "")]
    [DataRow("setpriv --reuid app /app/roots", "")]
    public async Task A_user_is_changed_on_the_way(string line, string expected) =>
        Assert.AreEqual(expected, await CodesAsync(line.Split(' ')));

    [TestMethod]
    [DataRow("gosu app /app/static", "1654", "StartUserNotChanged")]
    [DataRow("tini -- su-exec app /app/static", "1654", "StartUserNotChanged")]
    [DataRow("gosu 1654:1654 /app/static", "0", "")]
    [DataRow("gosu 1654:1654 /app/static", "root", "")]
    [DataRow("setpriv --no-new-privs /app/static", "1654", "")]
    public async Task Only_root_changes_the_user(string line, string user, string expected) => Assert.AreEqual(
        expected, await _lab.CodesAsync(Base(), Apps(), Line(line.Split(' ')) with { User = user }));

    [TestMethod]
    [DataRow("env PATH=/opt/own tool", "")]
    [DataRow("tool", "StartMissing!")]
    [DataRow("env LD_LIBRARY_PATH=/opt/own /app/lacking", "")]
    [DataRow("env PATH=/opt/other tool", "StartMissing!")]
    public async Task Variables_that_a_wrapper_sets_count(string line, string expected) => Assert.AreEqual(expected, await CodesAsync(
        line.Split(' '),
        App("opt/own/tool", new TestElf()),
        App("opt/own/libother.so.1", TestElf.Library("libother.so.1"))));

    [TestMethod]
    public async Task What_a_wrapper_itself_lacks_is_found()
    {
        var found = await _lab.FindAsync(
            Glibc,
            [App("app/static", new TestElf()), App("app/tini", TestElf.Program("libgone.so.1"))],
            Line("/app/tini", "--", "/app/static"));

        StringAssert.StartsWith(found.Single().Text, "The image does not start: it lacks libgone.so.1 (for '/app/tini')");
        Assert.IsTrue(found.Single().IsCertain);
    }

    [TestMethod]
    public async Task BusyBox_may_have_programs_that_are_no_files()
    {
        Assert.AreEqual("", await _lab.CodesAsync(Below(), [], Line("sh", "-c", "exec timeout 5 wget")));
        Assert.AreEqual("StartMissing!", await _lab.CodesAsync(Below(), [], Line("sh", "-c", "exec timeout 5 /bin/wget")));

        static System.Formats.Tar.TarEntry[] Below() =>
        [
            .. Glibc, Program("bin/busybox", new TestElf()), Trees.TreeLab.Link("bin/sh", "busybox"),
            Trees.TreeLab.Link("bin/timeout", "busybox"),
        ];
    }

    [TestMethod]
    [DataRow("#!/bin/sh\nset -e\nmkdir -p /tmp/x\nexec \"$@\"\n", "/app/missing", "")]
    [DataRow("#!/bin/sh\nmkdir -p /tmp/x # set\nexec \"$@\"\n", "/app/missing", "")]
    [DataRow("#!/bin/sh\necho ready\nexec \"$@\"\n", "/app/missing", "StartMissing")]
    [DataRow("#!/bin/sh\n# as root: exec gosu\necho ready\n\nexec \"$@\"\n", "/app/lacking", "StartLibraryMissing")]
    [DataRow("#!/bin/sh\necho ready\nexec \"$@\"\n", "/app/static", "")]
    [DataRow("#!/bin/sh\nif [ -z \"$1\" ]; then set -- sh; fi\nexec \"$@\"\n", "/app/missing", "")]
    [DataRow("#!/bin/sh\nshift\nexec \"$@\"\n", "/app/missing", "")]
    [DataRow("#!/bin/sh\nexport PATH=/opt:$PATH\nexec \"$@\"\n", "/app/missing", "")]
    [DataRow("#!/bin/sh\nexec \"$@\"\necho never\n", "/app/missing", "")]
    public async Task A_script_that_starts_its_arguments_last_has_them_judged_and_nothing_is_certain(
        string script, string program, string expected)
    {
        var entry = App("app/entry.sh", System.Text.Encoding.UTF8.GetBytes(script));
        Assert.AreEqual(expected, await CodesAsync(["/app/entry.sh", program], entry));
        Assert.AreEqual(expected, await CodesAsync(["tini", "--", "sh", "/app/entry.sh", program], entry));
    }

    [TestMethod]
    [DataRow("CMD timeout 5 curl", "StartHealthcheckMissing")]
    [DataRow("CMD timeout 5 /app/static", "")]
    [DataRow("CMD /app/lacking", "StartHealthcheckMissing")]
    [DataRow("CMD-SHELL curl -f http://localhost:${PORT}/health || exit 1", "StartHealthcheckMissing")]
    [DataRow("CMD-SHELL curl -f http://localhost || exit 0", "")]
    [DataRow("CMD-SHELL curl -f http://localhost || wget http://localhost", "")]
    [DataRow("CMD-SHELL /app/static --health || exit 1", "")]
    [DataRow("NONE", "")]
    public async Task A_health_check_is_judged_in_the_same_way(string test, string expected)
    {
        string[] words = test.StartsWith("CMD-SHELL ", StringComparison.Ordinal) ? ["CMD-SHELL", test[10..]] : test.Split(' ');

        Assert.AreEqual(expected, await _lab.CodesAsync(
            Base(), Apps(), Line("/app/static") with { Healthcheck = new Healthcheck(words) }));
    }

    private Task<string> CodesAsync(string[] line, params LayerEntry[] more) =>
        _lab.CodesAsync(Base(), [.. Apps(), .. more], Line(line));

    private static System.Formats.Tar.TarEntry[] Base() =>
    [
        .. Glibc, .. s_wrappers.Select(name => Program($"usr/bin/{name}", new TestElf())), Program("bin/sh", new TestElf()),
        Program("usr/bin/dotnet", TestElf.Program("libc.so.6")),
    ];

    private static LayerEntry[] Apps() =>
    [
        App("app/static", new TestElf()),
        App("app/data", new TestElf().ToBytes(), mode: Containerize.Files.FileModes.Data),
        App("app/text", "echo"u8.ToArray()),
        App("app/musl", new TestElf { Interpreter = "/lib/ld-musl-x86_64.so.1" }),
        App("app/lacking", TestElf.Program("libother.so.1")),
        App("app/roots", new TestElf().ToBytes(), mode: UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute),
        App("app/app.dll", "MZ"),
        App("app/app.runtimeconfig.json", """{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"10.0.0"}}}"""),
    ];
}
