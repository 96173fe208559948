using Containerize.Debian.Archive;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Tests.Building;
using static Containerize.Tests.Inspection.InspectionLab;

namespace Containerize.Tests.Inspection;

[TestClass]
internal sealed class ImagePackagesTests
{
    private const string Bash = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n";
    private const string Removed = "Package: vim\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 9\n\n";

    private const string Dependencies = """
        {
          "targets": { ".NETCoreApp,Version=v10.0/linux-x64": {
            "App/1.0.0": { "runtime": { "App.dll": {} } },
            "Serilog/4.2.0": { "runtime": { "lib/net8.0/Serilog.dll": {} } },
            "Words/1.0.0": { "resources": { "lib/net8.0/de/Words.resources.dll": { "locale": "de" } } },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.0": { "native": { "libclrjit.so": {} } }
          } },
          "libraries": {
            "App/1.0.0": { "type": "project" },
            "Serilog/4.2.0": { "type": "package" },
            "Words/1.0.0": { "type": "package" },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.0": { "type": "runtimepack" }
          }
        }
        """;

    private readonly InspectionLab _lab = new();

    [TestCleanup]
    public void Cleanup() => _lab.Dispose();

    [TestMethod]
    [DataRow("bash.list")]
    [DataRow("bash:amd64.list")]
    public async Task Dpkg_says_which_packages_there_are_and_whose_a_file_is(string list)
    {
        var image = await _lab.ReadAsync(
            [
                Directory("usr/bin"), Link("bin", "usr/bin"), File("usr/bin/bash"), File("usr/bin/other"),
                File("var/lib/dpkg/status", Bash + Removed), File("var/lib/dpkg/info/" + list, "/.\n/bin/bash\n"),
            ]);
        var bash = new ImagePackage(PackageKind.Debian, "bash", "5.2-1");
        CollectionAssert.AreEqual(new[] { bash }, image.Packages.All.ToArray());
        Assert.AreEqual(bash, image.Packages.OwnerOf("usr/bin/bash"));
        Assert.IsNull(image.Packages.OwnerOf("usr/bin/other"));
    }

    [TestMethod]
    [DataRow("amd64", null, "amd64")]
    [DataRow("arm64", "v8", "arm64")]
    [DataRow("386", null, "i386")]
    [DataRow("arm", "v5", "armel")]
    [DataRow("arm", "v6", "armel")]
    [DataRow("arm", "v7", "armhf")]
    [DataRow("arm", "7", "armhf")]
    [DataRow("arm", null, "armhf")]
    [DataRow("mips64le", null, "mips64el")]
    [DataRow("ppc64le", null, "ppc64el")]
    [DataRow("riscv64", null, "riscv64")]
    [DataRow("s390x", null, "s390x")]
    [DataRow("loong64", null, "loong64")]
    public async Task Packages_of_the_images_own_architecture_are_called_by_their_name_alone(
        string architecture, string? variant, string word)
    {
        var both = new[] { word, "hurd-i386" }.Select(each => Bash.Replace("amd64", each, StringComparison.Ordinal));
        var layer = Layer(File("var/lib/dpkg/status", string.Concat(both)));
        var platform = new Platform { Os = "linux", Architecture = architecture, Variant = variant };

        var image = await _lab.ReadAsync(Sample.Image(platform, [layer]));

        CollectionAssert.AreEqual(new[] { "bash", "bash:hurd-i386" }, image.Packages.All.Select(package => package.Name).ToArray());
        Assert.AreEqual(word, DebianRequest.ArchitectureOf(platform), "Packages are chosen for the same architecture.");
    }

    [TestMethod]
    public async Task Images_without_dpkg_have_a_file_per_package()
    {
        var image = await _lab.ReadAsync(
            [
                File("etc/os-release"),
                File("var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n"),
                File("var/lib/dpkg/status.d/base-files.md5sums", "0123456789abcdef0123456789abcdef  etc/os-release\n"),
            ]);
        Assert.AreEqual("12.4", image.Packages.All.Single().Version);
        Assert.AreEqual("base-files", image.Packages.OwnerOf("etc/os-release")?.Name);
    }

    [TestMethod]
    public async Task Deps_json_says_which_packages_there_are_and_whose_a_file_is()
    {
        var image = await _lab.ReadAsync(
            [
                File("app/App.deps.json", Dependencies), File("app/App.dll"), File("app/Serilog.dll"),
                File("app/de/Words.resources.dll"), File("app/libclrjit.so"),
            ]);
        CollectionAssert.AreEqual(
            new[] { "Microsoft.NETCore.App.Runtime.linux-x64 10.0.0", "Serilog 4.2.0", "Words 1.0.0" },
            image.Packages.All.Select(package => $"{package.Name} {package.Version}").ToArray());
        Assert.AreEqual("Serilog", image.Packages.OwnerOf("app/Serilog.dll")?.Name);
        Assert.AreEqual("Words", image.Packages.OwnerOf("app/de/Words.resources.dll")?.Name);
        Assert.AreEqual("Microsoft.NETCore.App.Runtime.linux-x64", image.Packages.OwnerOf("app/libclrjit.so")?.Name);
        Assert.IsNull(image.Packages.OwnerOf("app/App.dll"));
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("""{ "libraries": { "A/1": 3, "B": { "type": "package" } }, "targets": [] }""")]
    [DataRow("""{ "libraries": { "A/1": { "type": "package" }, "A/1": { "type": "package" } } }""")]
    [DataRow("""{ "libraries": { "A/1": { "type": "package", "type": "package" } } }""")]
    [DataRow("""{ "libraries": {}, "libraries": { "A/1": { "type": "package" } } }""")]
    [DataRow("""{ "libraries": { "A\ud800/1": { "type": "package" } } }""")]
    [DataRow("""{ "libraries": { "A/1": { "type": "\udc00" } } }""")]
    [DataRow("""{ "libraries": { "A/1": { "type": "package" } }, "targets": { "n": { "A/1": { "runtime": { "\ud800": {} } } } } }""")]
    [DataRow("""{ "libraries": { "A": { "type": "package" } } }""")]
    public async Task A_deps_json_that_makes_no_sense_says_nothing(string json) =>
        Assert.IsEmpty((await _lab.ReadAsync([File("app/App.deps.json", json)])).Packages.All);

    [TestMethod]
    public async Task Notes_that_a_layer_above_removes_do_not_count() =>
        Assert.IsEmpty((await _lab.ReadAsync([File("var/lib/dpkg/status", Bash)], [File("var/lib/dpkg/.wh.status")])).Packages.All);
}
