using Containerize.Starting;
using Containerize.Testing.Images;

namespace Containerize.Tests.Starting;

/// <summary>What a user is told to do about a missing library.</summary>
[TestClass]
internal sealed class LibraryCureTests : IDisposable
{
    private readonly StartLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow("trixie", "libz.so.1 libssl.so.3", "Add <ContainerizeDebianPackage Include=\"libssl3t64;zlib1g\" />.")]
    [DataRow("trixie", "libz.so.1 libldap-2.5.so.0",
        "Add <ContainerizeDebianPackage Include=\"zlib1g\" />, and the packages that have the others "
            + "('apt-file search libldap-2.5.so.0' finds them, if this release has them).")]
    [DataRow("duke", "libicuuc.so.80",
        "Put the Debian packages that have them on the base image (ContainerizeDebianPackage; 'apt-file search libicuuc.so.80' finds "
            + "them, if this release has them), or choose another one.")]
    [DataRow("bookworm", "libz.so.1 libmagic.so.1", "Add <ContainerizeDebianPackage Include=\"libmagic1;zlib1g\" />.")]
    [DataRow("bookworm", "libmagic.so.1 libopen.so.1",
        "Add <ContainerizeDebianPackage Include=\"libmagic1\" />, and the packages that have the others ('apt-file search libopen.so.1' "
            + "finds them, if this release has them).")]
    [DataRow("bookworm", "libmany.so.1",
        "Add <ContainerizeDebianPackage Include=\"a\" />. libmany.so.1 is also in b, c, d, e and 1 more.")]
    [DataRow("bookworm", "libmagic.so.1 libguess.so.1",
        "Add <ContainerizeDebianPackage Include=\"libmagic1\" />. libguess.so.1 may be in <ContainerizeDebianPackage Include=\"libguess1\" "
            + "/>: bookworm has a package of that name, and no list of files that says what is in it.")]
    [DataRow("bookworm", "libjvm.so",
        "libjvm.so is in the package openjdk-17-jre-headless, in /usr/lib/jvm/server, where loaders look only if LD_LIBRARY_PATH names it: "
            + "add <ContainerizeDebianPackage Include=\"openjdk-17-jre-headless\" /> and that variable.")]
    [DataRow("bookworm", "libnone.so.1 libnone.so.2",
        "No package of bookworm has libnone.so.1, libnone.so.2: put the file beside the app, or choose another base image.")]
    public async Task What_is_not_known_is_said_beside_what_is(string codename, string libraries, string expected)
    {
        var cure = await LibraryCure.OfAsync(
            new BaseRelease("debian", codename), libraries.Split(' '), codename == "bookworm" ? Find : null);

        Assert.AreEqual(expected, cure.For(libraries.Split(' ')).ToString());
    }

    [TestMethod]
    public async Task A_base_of_another_distribution_is_asked_nothing()
    {
        var cure = await LibraryCure.OfAsync(
            new BaseRelease("alpine", ""), ["libmagic.so.1"], _ => throw new InvalidOperationException("It was asked."));

        Assert.AreEqual("Choose a base image that has them.", cure.For(["libmagic.so.1"]).ToString());
        Assert.IsFalse(cure.IsOpen(["libmagic.so.1"]));
    }

    [TestMethod]
    public async Task What_the_archives_say_is_in_the_message_and_is_not_asked_twice()
    {
        var asked = new List<string>();
        var first = await FindAsync("libmagic.so.1", Ask);
        var again = await FindAsync("libmagic.so.1", Ask);

        Assert.AreEqual(
            "The image does not start: it lacks libmagic.so.1 (for '/app/probe'). Add <ContainerizeDebianPackage Include=\"libmagic1\" />.",
            first);
        Assert.AreEqual(first, again);
        Assert.AreEqual("bookworm linux/amd64 libmagic.so.1", string.Join('|', asked));

        Task<IReadOnlyDictionary<string, LibraryPackage?>> Ask(
            BaseRelease release, Containerize.Oci.Platform platform, IReadOnlyList<string> libraries, CancellationToken cancellationToken)
        {
            asked.Add($"{release.Codename} {platform} {string.Join(' ', libraries)}");
            return Find(libraries);
        }
    }

    [TestMethod]
    public async Task What_could_not_be_asked_is_asked_again_by_the_next_build()
    {
        Assert.Contains("apt-file search libmagic.so.1", await FindAsync("libmagic.so.1", (_, _, _, _) => Find([])));
        Assert.Contains("Add <ContainerizeDebianPackage", await FindAsync("libmagic.so.1", (_, _, libraries, _) => Find(libraries)));
    }

    [TestMethod]
    public async Task Nothing_is_asked_for_a_library_of_the_table() => Assert.Contains(
        "Include=\"zlib1g\"",
        await FindAsync("libz.so.1", (_, _, _, _) => throw new InvalidOperationException("It was asked.")));

    private async Task<string> FindAsync(string library, FindPackages find) =>
        (await _lab.FindAsync(
            StartLab.Glibc, [StartLab.App("app/probe", TestElf.Program("libc.so.6", library))], StartLab.Line("/app/probe"), find: find))
        .Single().Text;

    private static Task<IReadOnlyDictionary<string, LibraryPackage?>> Find(IReadOnlyList<string> libraries) =>
        Task.FromResult<IReadOnlyDictionary<string, LibraryPackage?>>(
            libraries.Where(library => library != "libopen.so.1").ToDictionary(library => library, Package));

    private static LibraryPackage? Package(string library) => library switch
    {
        "libmagic.so.1" => new LibraryPackage("libmagic1"),
        "libmany.so.1" => new LibraryPackage("a") { Others = ["b", "c", "d", "e", "f"] },
        "libguess.so.1" => new LibraryPackage("libguess1") { IsGuess = true },
        "libjvm.so" => new LibraryPackage("openjdk-17-jre-headless") { Directory = "/usr/lib/jvm/server" },
        _ => null,
    };
}
