using System.Text;
using Containerize.Programs;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.Tests.Programs;

/// <summary>What a file says of how it is started.</summary>
[TestClass]
internal sealed class ProgramReaderTests
{
    private static readonly TestElf s_program = new()
    {
        Interpreter = "/lib64/ld-linux-x86-64.so.2",
        RPath = "/opt/a",
        RunPath = "$ORIGIN:/opt/b",
        Needed = ["libc.so.6", "libm.so.6"],
        Requires = [("libc.so.6", "GLIBC_2.34"), ("libc.so.6", "GLIBC_2.38")],
    };

    [TestMethod]
    public void A_program_says_its_loader_its_libraries_and_where_they_are()
    {
        var file = (ElfFile)ProgramReader.Read(s_program.ToBytes());

        Assert.AreEqual(new ElfKind(Is64: true, IsLittleEndian: true, 62), file.Kind);
        Assert.AreEqual("/lib64/ld-linux-x86-64.so.2", file.Interpreter);
        Assert.AreEqual("/opt/a", file.RPath);
        Assert.AreEqual("$ORIGIN:/opt/b", file.RunPath);
        CollectionAssert.AreEqual(new[] { "libc.so.6", "libm.so.6" }, file.Needed.ToList());
        CollectionAssert.AreEqual(
            new[] { new SymbolVersion("libc.so.6", "GLIBC_2.34"), new SymbolVersion("libc.so.6", "GLIBC_2.38") }, file.Requires.ToList());
    }

    [TestMethod]
    public void A_library_says_its_name_and_the_versions_of_its_symbols()
    {
        var file = (ElfFile)ProgramReader.Read((TestElf.Library("liba.so.1") with { Defines = ["A_1", "A_2"] }).ToBytes());

        Assert.AreEqual("liba.so.1", file.Soname);
        Assert.IsNull(file.Interpreter);
        CollectionAssert.AreEqual(new[] { "A_1", "A_2" }, file.Defines.ToList());
    }

    [TestMethod]
    [DataRow("#!/bin/sh\n", "/bin/sh", null)]
    [DataRow("#! /usr/bin/env python3 \n", "/usr/bin/env", "python3")]
    [DataRow("#!/bin/sh -e -u\necho", "/bin/sh", "-e -u")]
    [DataRow("#!/bin/sh\r\necho", "/bin/sh\r", null)]
    [DataRow("#!/bin/sh", "/bin/sh", null)]
    public void A_script_names_its_interpreter(string text, string interpreter, string? argument) =>
        Assert.AreEqual(new ScriptFile(interpreter, argument), ProgramReader.Read(Encoding.UTF8.GetBytes(text)));

    [TestMethod]
    [DataRow("")]
    [DataRow("echo")]
    [DataRow("MZ\u0090")]
    [DataRow("\u007fEL")]
    public void Anything_else_is_no_program(string text) =>
        Assert.AreEqual(OtherFile.Instance, ProgramReader.Read(Encoding.UTF8.GetBytes(text)));

    [TestMethod]
    public void A_file_that_is_cut_off_anywhere_says_nothing_or_less()
    {
        var whole = s_program.ToBytes();

        for (var length = 4; length < whole.Length; length++)
        {
            Assert.IsTrue(ProgramReader.Read(whole.AsMemory(0, length)) is UnknownFile or ElfFile, $"{length} bytes");
        }
    }

    [TestMethod]
    public void What_is_read_of_a_file_on_the_disk_is_the_same()
    {
        using var directory = new TemporaryDirectory();
        var bytes = s_program.ToBytes();

        AssertSame(ProgramReader.Read(bytes), ProgramReader.ReadFile(directory.Write("program", bytes)));
        Assert.AreEqual(new ScriptFile("/bin/sh", null), ProgramReader.ReadFile(directory.Write("script", "#!/bin/sh\n")));
        Assert.AreEqual(OtherFile.Instance, ProgramReader.ReadFile(directory.Write("empty", "")));
    }

    [TestMethod]
    public void It_comes_back_from_its_text()
    {
        ProgramFile[] files =
        [
            ProgramReader.Read(s_program.ToBytes()), ProgramReader.Read((TestElf.Library("a\tb.so") with { Defines = ["A"] }).ToBytes()),
            new ScriptFile("/bin/sh", "-e"), new ScriptFile("/bin/sh", null), OtherFile.Instance, UnknownFile.Instance,
        ];

        foreach (var file in files)
        {
            var text = new StringBuilder();
            ProgramText.Write(text, file);

            AssertSame(file, text.ToString().Split('\n').Aggregate(default(ProgramFile), ProgramText.Read));
        }
    }

    private static void AssertSame(ProgramFile expected, ProgramFile? actual)
    {
        var (one, other) = (new StringBuilder(), new StringBuilder());
        ProgramText.Write(one, expected);
        ProgramText.Write(other, actual);
        Assert.AreEqual(expected.GetType(), actual?.GetType());
        Assert.AreEqual(one.ToString(), other.ToString());
        if (expected is not ElfFile)
        {
            Assert.AreEqual(expected, actual);
        }
    }
}
