using Containerize.Engines;
using Containerize.Files;

namespace Containerize.Tests.Engines;

[TestClass]
internal sealed class LoadReplyTests
{
    private static readonly string s_blob = $"blobs/sha256/{new string('c', 64)}";

    [TestMethod]
    [DataRow("")]
    [DataRow("Loaded image: docker.io/team/app:1.0\n")]
    [DataRow("Loaded image: app:latest\nno Error unpacking image app:latest: at all\n")]
    public void An_archive_that_is_loaded_has_no_failure(string output) =>
        Assert.IsNull(LoadReply.FailureIn(new ProgramReply(0, output, "a warning\n")));

    [TestMethod]
    [DataRow("Error: no space left on device\n", "Error: no space left on device")]
    [DataRow("a warning\nopen archive: unexpected EOF\n", "open archive: unexpected EOF")]
    [DataRow("", "exit code 125")]
    public void Else_the_last_words_tell_it(string error, string failure) =>
        Assert.AreEqual(failure, LoadReply.FailureIn(new ProgramReply(125, "", error)));

    [TestMethod]
    public void Of_the_forms_that_Podman_tries_those_of_the_archive_tell_it()
    {
        var failure = LoadReply.FailureIn(new ProgramReply(125, "", $"""
            Error: payload does not match any of the supported image formats:
             * oci: initializing source oci:/var/tmp/podman1:: open /var/tmp/podman1/index.json: not a directory
             * oci-archive: loading index: more than one image in oci, choose an image
             * docker-archive: writing blob: adding layer with blob "sha256:{new string('c', 64)}": no space left on device
             * dir: open /var/tmp/podman1/manifest.json: not a directory

            """));

        StringAssert.StartsWith(failure, "oci-archive: loading index: more than one image in oci, choose an image; docker-archive: ");
        StringAssert.EndsWith(failure, "no space left on device");
    }

    [TestMethod]
    [DataRow("* oci-archive: ", 1)]
    [DataRow("* docker-archive: ", 1)]
    [DataRow("* oci-archive: ", 2)]
    [DataRow("fatal: ", 1)]
    public void The_cause_at_the_end_of_a_long_line_is_shown_in_messages(string form, int lines)
    {
        var line = $" {form}reading blob: open /var/tmp/{s_blob}: open /var/tmp/{s_blob}: open /{s_blob}: open /{s_blob}: no such file\n";

        var failure = LoadReply.FailureIn(
            new ProgramReply(1, "", "Error:\n" + string.Concat(Enumerable.Repeat(line, lines)) + (form[0] == '*' ? "last words\n" : "")));

        Message message = $"{failure}";
        Assert.AreEqual(failure, message.ToString(), "It is not cut once more.");
        Assert.HasCount(lines + 1, failure!.Split("no such file"));
        StringAssert.EndsWith(failure, "no such file");
    }

    [TestMethod]
    [DataRow("Error unpacking image app:latest: failed to extract layer: no space left on device", "app:latest")]
    [DataRow("Error unpacking image localhost:5000/team/app:1.0: apply: unexpected EOF", "localhost:5000/team/app:1.0")]
    public void What_Docker_stored_and_cannot_unpack_is_not_loaded(string line, string name)
    {
        var reply = new ProgramReply(0, $"Loaded image: {name}\n{line}\n", "");

        Assert.AreEqual(line, LoadReply.FailureIn(reply));
        Assert.AreEqual(name, LoadReply.NotUnpackedIn(reply).Single());
    }
}
