using Containerize.Dockerfiles;
using Containerize.Dockerfiles.Syntax;

namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class DockerfileReaderTests
{
    [TestMethod]
    [DataRow("RUN a \\\n  b", "a   b")]
    [DataRow("RUN a \\\n# comment\n\n  b \\\n", "a   b ")]
    [DataRow("# escape=`\nRUN a `\n b", "a  b")]
    [DataRow("#a comment\n# escape=`\nRUN a `", "a `")]
    [DataRow("RUN a \\ \t\n b", "a  b")]
    [DataRow("run\ta", "a")]
    [DataRow("RUN a\\\nb", "ab")]
    [DataRow("RUN \\\n\\\n\\  \nb", "b")]
    [DataRow("RUN C:\\\\", "C:\\\\")]
    [DataRow("RUN C:\\\\ \t", "C:\\\\")]
    [DataRow("RUN a\\\\\\", "a\\\\\\")]
    [DataRow("# escape=`\nRUN a``", "a``")]
    [DataRow("# escape=`\nRUN C:\\", "C:\\")]
    public void Lines_are_continued(string text, string expected) =>
        Assert.AreEqual(expected.Trim(), DockerfileReader.Read(text, "Dockerfile").Instructions.Single().Text);

    [TestMethod]
    public void An_instruction_has_the_line_at_which_it_begins()
    {
        var instructions = DockerfileReader.Read("\n# x\nFROM a\nRUN b \\\n\n c\nCOPY <<A <<B /\nRUN no\nA\n\tB\nB\nUSER " +
            "x\n", "Dockerfile").Instructions;

        CollectionAssert.AreEqual(
            new[] { "3 FROM", "4 RUN", "7 COPY", "12 USER" },
            instructions.Select(instruction => $"{instruction.Line} {instruction.Keyword}").ToArray());
        CollectionAssert.AreEqual(new[] { "RUN no\n", "\tB\n" }, instructions[2].Heredocs.ToArray());
    }

    [TestMethod]
    [DataRow("RUN a\\\\\nUSER x", "RUN,USER")]
    [DataRow("# escape=`\nRUN a``\nUSER x", "RUN,USER")]
    [DataRow("RUN echo $((1<<N))\nUSER x", "RUN,USER")]
    [DataRow("RUN echo $(( 1 << N ))\nUSER x", "RUN,USER")]
    [DataRow("RUN cat <<<EOF\nUSER x", "RUN,USER")]
    [DataRow("RUN a '<<EOF' \"b <<EOF c\" x<<EOF\nUSER x", "RUN,USER")]
    [DataRow("RUN [\"a\", \"<<EOF\"]\nUSER x", "RUN,USER")]
    [DataRow("ENV A=<<EOF\nUSER x", "ENV,USER")]
    [DataRow("ONBUILD ENV A <<EOF\nUSER x", "ONBUILD,USER")]
    [DataRow("RUN <<EOF\nCOPY no\nEOF\nUSER x", "RUN,USER")]
    [DataRow("RUN 3<<EOF cat\nCOPY no\nEOF\nUSER x", "RUN,USER")]
    [DataRow("RUN a;  <<-'E-O.F 1' b\nCOPY no\n\tE-O.F 1\nUSER x", "RUN,USER")]
    [DataRow("RUN cat <<EOF; a\nEOF\nEOF;\nUSER x", "RUN,USER")]
    [DataRow("ONBUILD RUN <<EOF\nCOPY no\nEOF\nUSER x", "ONBUILD,USER")]
    public void An_instruction_ends_where_docker_ends_it(string text, string keywords) => Assert.AreEqual(
        keywords,
        string.Join(',', DockerfileReader.Read(text, "Dockerfile").Instructions.Select(instruction => instruction.Keyword)));

    [TestMethod]
    public void Flags_stand_before_the_arguments()
    {
        var copy = DockerfileReader.Read("COPY --from=build --chown=\"1:2\" --link a --chmod=1 b", "Dockerfile").Instructions.Single();

        Assert.AreEqual("build", copy.Flag("from"));
        Assert.AreEqual("1:2", copy.Flag("chown"));
        Assert.AreEqual("", copy.Flag("link"));
        Assert.IsNull(copy.Flag("chmod"));
        Assert.AreEqual("a --chmod=1 b", copy.Text);
    }

    [TestMethod]
    [DataRow("[\"a\", \"b c\"]", "a|b c")]
    [DataRow("[ -f x ]", null)]
    [DataRow("['a']", null)]
    [DataRow("[1]", null)]
    public void Only_an_array_of_texts_is_JSON(string text, string? expected)
    {
        var json = DockerfileReader.Read($"CMD {text}", "Dockerfile").Instructions.Single().Json;

        Assert.AreEqual(expected, json is null ? null : string.Join('|', json));
    }

    [TestMethod]
    [DataRow("", "has no FROM")]
    [DataRow("# only\n", "has no FROM")]
    [DataRow("RUN x\nFROM a", "Dockerfile:1: RUN stands before the first FROM")]
    [DataRow("FROM a b", "Dockerfile:1: write FROM IMAGE")]
    [DataRow("FROM a\n\n= b", "Dockerfile:3: this is not an instruction")]
    [DataRow("FROM a\nRUN <<EOF\nx", "Dockerfile:2: the here-document has no line 'EOF'")]
    public void What_is_no_Dockerfile_is_refused_with_its_line(string text, string message)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Import(text));

        Assert.AreEqual(DiagnosticCode.InvalidDockerfile, failure.Code);
        Assert.Contains(message, failure.Message);
    }

    [TestMethod]
    public void A_stage_is_chosen_by_name_or_number()
    {
        const string Text = "FROM scratch AS one\nUSER 1\nFROM scratch\nUSER 2\n";

        Assert.AreEqual("1", User(Import(Text, "ONE")));
        Assert.AreEqual("2", User(Import(Text, "1")));
        Assert.ThrowsExactly<ContainerizeException>(() => Import(Text, "two"));

        static string User(ImportedProject project) => project.Properties.Single(property => property.Name == "ContainerUser").Value;
    }

    [TestMethod]
    public void Arguments_that_are_given_count_before_those_of_the_file()
    {
        var project = DockerfileImport.Read(
            "ARG BASE=a\nFROM $BASE\nARG BASE\nARG U=1\nENV B=$BASE\nUSER $U",
            "Dockerfile",
            null,
            new Dictionary<string, string> { ["BASE"] = "b", ["U"] = "7" },
            _ => false);

        CollectionAssert.AreEqual(
            new[] { "ContainerBaseImage=b", "ContainerUser=7" },
            project.Properties.Where(property => property.Name is "ContainerBaseImage" or "ContainerUser")
                .Select(property => $"{property.Name}={property.Value}").ToArray());
        Assert.AreEqual("b", project.Items.Single().Metadata.Single().Value);
    }

    [TestMethod]
    public void Random_damage_is_read_or_refused()
    {
        var random = new Random(20);
        var files = Directory.GetFiles(
            Path.Combine(Clone.Root, "tests", "Containerize.Tests", "Dockerfiles", "Golden"), "Dockerfile", SearchOption.AllDirectories);
        for (var round = 0; round < 2_000; round++)
        {
            var text = File.ReadAllText(files[round % files.Length]).ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                text[random.Next(text.Length)] = "\n\\\"'$[]{}<=#- \t;&|`:/."[random.Next(22)];
            }

            try
            {
                Import(new string(text));
            }
            catch (ContainerizeException failure)
            {
                Assert.AreEqual(DiagnosticCode.InvalidDockerfile, failure.Code);
            }
        }
    }

    private static ImportedProject Import(string text, string? target = null) =>
        DockerfileImport.Read(text, "Dockerfile", target, new Dictionary<string, string>(), _ => false);
}
