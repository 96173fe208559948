using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Containerize.Inspection;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Verification;

namespace Containerize.Tests.Verification;

[TestClass]
internal sealed class CauseFinderTests
{
    private static readonly SourceVerdict s_same = new("a", "a", IsDirty: false, "10.0.100", "10.0.100");
    private static readonly PackageDifference s_newtonsoft = new((PackageKind.NuGet, "Newtonsoft.Json"), ["13.0.1"], ["13.0.3"]);

    [TestMethod]
    public void Another_mode_or_owner_is_no_other_content()
    {
        var (cause, detail) = new CauseFinder(s_same, []).Find(new(
            new("app/run.sh", Entry([1], (UnixFileMode)0b110_100_100), Entry([1], (UnixFileMode)0b111_101_101)), null, null));

        Assert.AreEqual(DifferenceCause.Entry, cause);
        Assert.AreEqual("mode 0644 in the image, 0755 in the rebuild", detail);
    }

    [TestMethod]
    public void A_file_of_a_package_differs_by_the_packages_version()
    {
        var (cause, detail) = new CauseFinder(s_same, [s_newtonsoft]).Find(Changed("app/Newtonsoft.Json.dll", [1], [2]) with
        {
            ImagePackage = new(PackageKind.NuGet, "Newtonsoft.Json", "13.0.1"),
            RebuiltPackage = new(PackageKind.NuGet, "Newtonsoft.Json", "13.0.3"),
        });

        Assert.AreEqual(DifferenceCause.Package, cause);
        Assert.AreEqual("Newtonsoft.Json 13.0.1 in the image, 13.0.3 in the rebuild", detail);
    }

    [TestMethod]
    public void A_file_of_a_runtime_pack_differs_by_the_runtime()
    {
        var (cause, _) = new CauseFinder(s_same, []).Find(Changed("app/System.Private.CoreLib.dll", [1], [2]) with
        {
            ImagePackage = new(PackageKind.NuGet, "Microsoft.NETCore.App.Runtime.linux-x64", "10.0.0"),
            RebuiltPackage = new(PackageKind.NuGet, "Microsoft.NETCore.App.Runtime.linux-x64", "10.0.1"),
        });

        Assert.AreEqual(DifferenceCause.Sdk, cause);
    }

    [TestMethod]
    public void The_file_of_dependencies_differs_by_the_package_that_differs()
    {
        var (cause, detail) = new CauseFinder(s_same, [s_newtonsoft]).Find(Text("app/app.deps.json", "{}", "{ }"));

        Assert.AreEqual(DifferenceCause.Package, cause);
        Assert.AreEqual("Newtonsoft.Json 13.0.1 in the image, 13.0.3 in the rebuild", detail);
    }

    [TestMethod]
    public void A_file_that_one_of_them_lacks_is_that_of_a_package_that_one_of_them_lacks()
    {
        var added = new PackageDifference((PackageKind.NuGet, "Polly"), [], ["8.0.0"]);
        var (cause, detail) = new CauseFinder(s_same, [added]).Find(
            new(new("app/Polly.dll", null, Entry([1])), null, new(PackageKind.NuGet, "Polly", "8.0.0")));

        Assert.AreEqual(DifferenceCause.Package, cause);
        Assert.AreEqual("only the rebuild has it: only the rebuild has the package Polly 8.0.0", detail);
    }

    [TestMethod]
    public void Another_framework_is_another_sdk()
    {
        static string Config(string version) =>
            """{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"VERSION"}}}"""
                .Replace("VERSION", version, StringComparison.Ordinal);
        var (cause, detail) = new CauseFinder(s_same, []).Find(Text("app/app.runtimeconfig.json", Config("10.0.0"), Config("10.0.1")));

        Assert.AreEqual(DifferenceCause.Sdk, cause);
        Assert.AreEqual("Microsoft.NETCore.App 10.0.0 in the image, Microsoft.NETCore.App 10.0.1 in the rebuild", detail);
    }

    [TestMethod]
    public void The_same_code_with_another_id_is_not_deterministic()
    {
        var assembly = new TestAssembly { IsReproducible = false };
        var (cause, detail) = OfAssemblies(
            assembly with { Id = new(1, 0, 0, new byte[8]) }, assembly with { Id = new(2, 0, 0, new byte[8]) });

        Assert.AreEqual(DifferenceCause.Clock, cause);
        StringAssert.Contains(detail, "Deterministic");
    }

    [TestMethod]
    public void The_same_code_with_other_symbols_was_built_in_another_directory()
    {
        var assembly = new TestAssembly();
        var (cause, detail) = OfAssemblies(
            assembly with { Id = new(1, 0, 0, new byte[8]), SymbolPath = "/home/a/app.pdb" },
            assembly with { Id = new(2, 0, 0, new byte[8]), SymbolPath = "/home/b/app.pdb" });

        Assert.AreEqual(DifferenceCause.Path, cause);
        Assert.AreEqual("built in '/home/a/app.pdb', rebuilt in '/home/b/app.pdb'", detail);
    }

    [TestMethod]
    public void The_same_code_in_the_same_directory_is_of_another_compiler()
    {
        var other = s_same with { RebuiltSdk = "10.0.200" };
        var (cause, detail) = new CauseFinder(other, []).Find(Changed(
            "app/app.dll",
            new TestAssembly { Id = new(1, 0, 0, new byte[8]) }.Write(),
            new TestAssembly { Id = new(2, 0, 0, new byte[8]) }.Write()));

        Assert.AreEqual(DifferenceCause.Sdk, cause);
        Assert.AreEqual(".NET SDK 10.0.100 in the image, 10.0.200 in the rebuild", detail);
    }

    [TestMethod]
    public void A_time_in_the_code_comes_from_a_clock()
    {
        var (cause, detail) = OfAssemblies(
            new TestAssembly { Text = "built 2026-11-29T12:00:00Z" }, new TestAssembly { Text = "built 2026-11-29T12:01:00Z" });

        Assert.AreEqual(DifferenceCause.Clock, cause);
        StringAssert.Contains(detail, "'2026-11-29T12:00:00Z' in the image, '2026-11-29T12:01:00Z' in the rebuild");
    }

    [TestMethod]
    public void A_path_in_the_code_is_that_of_a_directory()
    {
        var (cause, _) = OfAssemblies(
            new TestAssembly { Text = "/home/a/src/Program.cs" }, new TestAssembly { Text = "/home/b/src/Program.cs" });

        Assert.AreEqual(DifferenceCause.Path, cause);
    }

    [TestMethod]
    public void Other_code_is_another_source()
    {
        var (cause, detail) = OfAssemblies(new TestAssembly { Text = "hello" }, new TestAssembly { Text = "goodbye" });

        Assert.AreEqual(DifferenceCause.Source, cause);
        Assert.AreEqual("the code is another one", detail);
    }

    [TestMethod]
    public void Symbols_name_the_sources_that_differ()
    {
        var assembly = new TestAssembly { Text = "hello", Sources = Sources(("/src/Program.cs", 1), ("/src/Same.cs", 7)) };
        var (cause, detail) = OfAssemblies(
            assembly, assembly with { Text = "goodbye", Sources = Sources(("/src/Program.cs", 2), ("/src/Same.cs", 7)) });

        Assert.AreEqual(DifferenceCause.Source, cause);
        Assert.AreEqual("compiled from other sources: Program.cs", detail);
    }

    [TestMethod]
    public void A_reference_to_another_version_is_another_package()
    {
        var (cause, detail) = OfAssemblies(new TestAssembly(), new TestAssembly { Reference = new(2, 0) });

        Assert.AreEqual(DifferenceCause.Package, cause);
        StringAssert.StartsWith(detail, "compiled against Other 1.0");
    }

    [TestMethod]
    public void Another_source_names_both_commits_and_changes_that_are_not_committed()
    {
        var (cause, detail) = new CauseFinder(s_same with { RebuiltCommit = "b", IsDirty = true }, []).Find(Text("app/a.txt", "1", "2"));

        Assert.AreEqual(DifferenceCause.Source, cause);
        Assert.AreEqual(
            "line 1 is the first that differs; the image is of commit a, the rebuild of b with changes that are not committed", detail);
    }

    [TestMethod]
    public void A_compressed_file_that_unpacks_to_the_same_has_a_time_in_its_header()
    {
        var (first, second) = (Sample.Gzip([1, 2, 3]), Sample.Gzip([1, 2, 3]));
        BinaryPrimitives.WriteUInt32LittleEndian(second.AsSpan(4), 1_700_000_000);
        var (cause, detail) = new CauseFinder(s_same, []).Find(Changed("app/wwwroot/a.js.gz", first, second));

        Assert.AreEqual(DifferenceCause.Clock, cause);
        StringAssert.Contains(detail, "2023-11-14");
    }

    [TestMethod]
    public void A_compressed_file_differs_by_what_is_in_it()
    {
        var (cause, _) = new CauseFinder(s_same, []).Find(Changed(
            "app/wwwroot/a.js.gz", Sample.Gzip("// 2026-11-29"u8.ToArray()), Sample.Gzip("// 2026-11-30"u8.ToArray())));

        Assert.AreEqual(DifferenceCause.Clock, cause);
    }

    [TestMethod]
    public void Bytes_that_say_nothing_are_another_source() =>
        Assert.AreEqual(DifferenceCause.Source, new CauseFinder(s_same, []).Find(Changed("app/data.bin", [0, 1], [0, 2])).Cause);

    [TestMethod]
    public void A_damaged_assembly_is_no_failure()
    {
        var damaged = new TestAssembly().Write()[..300];

        Assert.AreEqual(DifferenceCause.Source, new CauseFinder(s_same, []).Find(Changed("app/app.dll", damaged, [0, .. damaged])).Cause);
    }

    private static (DifferenceCause Cause, string Detail) OfAssemblies(TestAssembly image, TestAssembly rebuilt) =>
        new CauseFinder(s_same, []).Find(Changed("app/app.dll", image.Write(), rebuilt.Write()));

    private static ImmutableDictionary<string, byte[]> Sources(params (string Path, byte Hash)[] sources) =>
        sources.ToImmutableDictionary(source => source.Path, source => new[] { source.Hash });

    private static FileComparison Text(string path, string image, string rebuilt) =>
        Changed(path, Encoding.UTF8.GetBytes(image), Encoding.UTF8.GetBytes(rebuilt));

    private static FileComparison Changed(string path, byte[] image, byte[] rebuilt) =>
        new(new(path, Entry(image), Entry(rebuilt)), null, null) { Image = image, Rebuilt = rebuilt };

    private static LayerFile Entry(byte[] content, UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        new("x", LayerFileKind.File, content.Length, mode, new Owner(0, 0)) { Content = Digest.Of(content) };
}
