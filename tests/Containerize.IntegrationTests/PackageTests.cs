using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

[TestClass]
internal sealed class PackageTests
{
    // Portable PDB, "Embedded source".
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private const string Scratch = "<PropertyGroup><ContainerBaseImage>scratch</ContainerBaseImage></PropertyGroup>";

    [TestMethod]
    [DataRow("SdkElement")]
    [DataRow("SdkElementForAll")]
    [DataRow("PackageReference")]
    [DataRow("Path")]
    public async Task Makes_an_image_however_a_project_uses_it(string use)
    {
        using var project = await TestProject.ConsoleAsync(Scratch, use: Enum.Parse<SdkUse>(use));

        var result = await project.ContainerizeAsync();

        Assert.AreEqual(0, result.ExitCode, result.Output);
        Assert.IsNotNull(ImageValidator.Check(project.Archive).Single().Find("app/hello.dll"));
    }

    [TestMethod]
    public async Task Does_nothing_until_the_target_is_called()
    {
        using var project = await TestProject.ConsoleAsync(Scratch, use: SdkUse.PackageReference);

        var build = await project.RunAsync("publish");

        Assert.AreEqual(0, build.ExitCode, build.Output);
        Assert.IsEmpty(Directory.GetDirectories(project.Directory, "containerize", SearchOption.AllDirectories));
        Assert.IsEmpty(
            Directory.GetFiles(Path.Combine(project.Directory, "bin"), "*ontainerize*", SearchOption.AllDirectories),
            "Nothing of the SDK may be published.");
    }

    [TestMethod]
    public async Task A_library_that_uses_it_does_not_pass_it_on_to_its_consumers()
    {
        using var library = await TestProject.CreateAsync(
            "lib",
            "Microsoft.NET.Sdk",
            "",
            "namespace Lib; public static class Answer { public static int Value => 42; }",
            SdkUse.PackageReference);
        using var app = await TestProject.ConsoleAsync(
            $"""<ItemGroup><ProjectReference Include="{library.Directory}/lib.csproj" /></ItemGroup>""", use: SdkUse.None);

        var result = await app.RunAsync("publish", "-t:Containerize");

        Assert.AreNotEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "MSB4057", "The consumer must not have the target.");
    }

    [TestMethod]
    public async Task Holds_the_tasks_with_their_dependencies_and_nothing_for_the_project()
    {
        using var package = await ZipFile.OpenReadAsync(await LocalFeed.PackageAsync());

        var files = package.Entries.Select(entry => entry.FullName).ToList();

        CollectionAssert.IsSubsetOf(
            new[]
            {
                "Sdk/Sdk.props",
                "Sdk/Sdk.targets",
                "build/Containerize.Sdk.props",
                "build/Containerize.Sdk.targets",
                "build/Containerize.Sdk.targets.buildschema.json",
                "tasks/net10.0/Containerize.MSBuild.dll",
                "tasks/net10.0/Containerize.MSBuild.deps.json",
                "tasks/net10.0/Containerize.dll",
                "README.md",
            },
            files);
        Assert.IsFalse(
            files.Exists(file => file.StartsWith("lib/", StringComparison.Ordinal)
                || file.StartsWith("buildTransitive/", StringComparison.Ordinal)),
            "A library's choice is not its consumers'.");
        Assert.IsFalse(
            files.Exists(file => Path.GetFileName(file).StartsWith("Microsoft.Build", StringComparison.Ordinal)),
            "MSBuild brings its own assemblies.");
        Assert.IsFalse(
            files.Exists(file => file.Contains("source/", StringComparison.Ordinal)), "The build from source is for clones only.");
    }

    [TestMethod]
    public async Task Holds_the_tasks_a_second_time_compiled_ahead_of_time_with_all_they_need()
    {
        using var package = await ZipFile.OpenReadAsync(await LocalFeed.PackageAsync());

        var compiled = package.Entries.Where(entry => entry.FullName.StartsWith("tasks/net10.0/", StringComparison.Ordinal)
            && entry.FullName.Count(letter => letter == '/') == 3).ToList();
        if (compiled.Count == 0)
        {
            Assert.Inconclusive("The compiler is not on this machine's feed; the package holds IL only.");
        }

        // What few builds call is not worth its size, and all platforms share it.
        string[] shared =
        [
            "BouncyCastle.Cryptography.dll", "Polly.Core.dll", "SharpCompress.dll", "System.Formats.Cbor.dll", "Tomlyn.dll",
            "ZstdSharp.dll",
        ];
        var plain = package.Entries.Where(entry => entry.FullName.StartsWith("tasks/net10.0/", StringComparison.Ordinal)).Except(compiled);
        CollectionAssert.AreEquivalent(
            plain.Select(entry => entry.Name).ToList(), compiled.Select(entry => entry.Name).Concat(shared).ToList());
        foreach (var assembly in compiled.Where(entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal)))
        {
            using var reader = new PEReader(await ReadAsync(package, assembly.FullName));
            Assert.AreNotEqual(0, reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size, $"{assembly.FullName} must be compiled.");
        }
    }

    [TestMethod]
    public async Task Says_what_it_is_to_those_who_find_it_on_a_feed()
    {
        using var package = await ZipFile.OpenReadAsync(await LocalFeed.PackageAsync());
        await using var nuspec = await package.GetEntry("Containerize.Sdk.nuspec")!.OpenAsync();

        var metadata = (await XDocument.LoadAsync(nuspec, LoadOptions.None, CancellationToken.None)).Root!.Elements().First();

        var texts = metadata.Elements().ToDictionary(element => element.Name.LocalName, element => element.Value);
        foreach (var name in new[] { "authors", "description", "tags", "readme", "icon", "releaseNotes", "license", "copyright" })
        {
            Assert.IsFalse(string.IsNullOrWhiteSpace(texts.GetValueOrDefault(name)), name);
        }

        // What nuget.org takes; the changelog is longer, and in the package.
        Assert.IsLessThan(35_000, texts["releaseNotes"].Length);

        await using var icon = await package.GetEntry(texts["icon"])!.OpenAsync();
        var header = new byte[24];
        await icon.ReadExactlyAsync(header);
        CollectionAssert.AreEqual(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }, header[..4]);
        Assert.AreEqual(128, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16)));
    }

    [TestMethod]
    public async Task Packing_the_same_build_twice_gives_the_same_bytes()
    {
        var again = await LocalFeed.PackAsync(LocalFeed.Project, "again");

        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(await LocalFeed.PackageAsync()), await File.ReadAllBytesAsync(again));
    }

    [TestMethod]
    public async Task Is_small_because_its_libraries_hold_only_what_the_tasks_call()
    {
        var package = new FileInfo(await LocalFeed.PackageAsync());

        Assert.IsLessThan(6 * 1024 * 1024, package.Length);
    }

    [TestMethod]
    public async Task Its_symbols_are_a_package_with_the_sources_that_fits_its_assemblies()
    {
        using var package = await ZipFile.OpenReadAsync(await LocalFeed.PackageAsync());
        using var symbolPackage = await ZipFile.OpenReadAsync(Path.ChangeExtension(await LocalFeed.PackageAsync(), ".snupkg"));
        foreach (var name in new[] { "Containerize", "Containerize.MSBuild" })
        {
            using var reader = new PEReader(await ReadAsync(package, $"tasks/net10.0/{name}.dll"));
            var entry = reader.ReadDebugDirectory().Single(one => one.Type == DebugDirectoryEntryType.CodeView);
            using var symbols = MetadataReaderProvider.FromPortablePdbStream(await ReadAsync(symbolPackage, $"tasks/net10.0/{name}.pdb"));
            var metadata = symbols.GetMetadataReader();

            Assert.AreEqual(
                reader.ReadCodeViewDebugDirectoryData(entry).Guid, new BlobContentId(metadata.DebugMetadataHeader!.Id).Guid, name);
            // What a debugger opens: a file of declarations only has no line to stop at.
            var documents = metadata.MethodDebugInformation.Select(metadata.GetMethodDebugInformation)
                .Where(method => !method.SequencePointsBlob.IsNil)
                .SelectMany(method => method.GetSequencePoints()).Select(point => point.Document).ToHashSet();
            var sources = metadata.CustomDebugInformation.Select(metadata.GetCustomDebugInformation)
                .Where(information => metadata.GetGuid(information.Kind) == s_embeddedSource)
                .Select(information => (DocumentHandle)information.Parent).ToHashSet();
            Assert.IsNotEmpty(documents);
            Assert.IsEmpty(documents.Except(sources), name);
        }
    }

    private static async Task<MemoryStream> ReadAsync(ZipArchive package, string path)
    {
        var content = new MemoryStream();
        await using var entry = await package.GetEntry(path)!.OpenAsync();
        await entry.CopyToAsync(content);
        content.Position = 0;
        return content;
    }

    [TestMethod]
    public async Task Holds_every_file_that_its_pages_link_to()
    {
        using var package = await ZipFile.OpenReadAsync(await LocalFeed.PackageAsync());

        var pages = new Dictionary<string, MarkdownPage>();
        foreach (var entry in package.Entries.Where(entry => entry.FullName.EndsWith(".md", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(await entry.OpenAsync());
            pages[entry.FullName] = new MarkdownPage(await reader.ReadToEndAsync());
        }

        var files = package.Entries.Select(entry => entry.FullName).ToHashSet();
        var dead = from page in pages
                   from link in page.Value.Links
                   where !Uri.IsWellFormedUriString(link, UriKind.Absolute) && !files.Contains(Target(page.Key, link))
                   select $"{page.Key}: {link}";
        string[] docs =
        [
            "docs/Properties.md", "docs/Diagnostics.md", "docs/FromPublishContainer.md", "docs/FromDockerfile.md", "docs/Recipes.md",
        ];
        CollectionAssert.IsSubsetOf(new[] { "README.md", "CHANGELOG.md" }.Concat(docs).ToList(), pages.Keys);
        CollectionAssert.Contains(pages["README.md"].Links.ToList(), "docs/Properties.md");
        Assert.IsEmpty(dead.ToList());

        static string Target(string page, string link)
        {
            var path = link.Split('#')[0];
            return path.Length == 0
                ? page
                : Path.GetRelativePath("/", Path.GetFullPath(path, "/" + Path.GetDirectoryName(page))).Replace('\\', '/');
        }
    }

    [TestMethod]
    public async Task Its_release_notes_name_the_changelog_that_it_holds()
    {
        using var package = await ZipFile.OpenReadAsync(await LocalFeed.PackageAsync());
        using var changelog = new StreamReader(await package.GetEntry("CHANGELOG.md")!.OpenAsync());

        await using var nuspec = await package.GetEntry("Containerize.Sdk.nuspec")!.OpenAsync();
        var document = await XDocument.LoadAsync(nuspec, LoadOptions.None, CancellationToken.None);
        var notes = document.Descendants().Single(element => element.Name.LocalName == "releaseNotes").Value;

        StringAssert.StartsWith(notes, "CHANGELOG.md ");
        Assert.AreEqual(
            await File.ReadAllTextAsync(Path.Combine(Repository.SdkDirectory, "CHANGELOG.md")), await changelog.ReadToEndAsync());
    }

    [TestMethod]
    [DataRow("https://git.example.com/team/containerize")]
    [DataRow("https://git.example.com/team/containerize.git")]
    public async Task Links_of_the_readme_and_of_messages_lead_to_the_repository_once_that_has_an_address(string address)
    {
        using var directory = new TemporaryDirectory();
        var commit = (await ProcessRunner.RunAsync("git", ["rev-parse", "HEAD"], Repository.Root)).EnsureSuccess().Output.Trim();
        var pages = $"https://git.example.com/team/containerize/blob/{commit}/";

        string[] properties = [$"-p:RepositoryUrl={address}", "-p:TargetFramework=net10.0",
            $"-p:IntermediateOutputPath={directory.FullName}/"];
        (await Dotnet.RunAsync(Repository.Root, ["msbuild", LocalFeed.Project, "-t:PackLinks", "-v:quiet", .. properties])).EnsureSuccess();

        var readme = await File.ReadAllTextAsync(directory["README.md"]);
        StringAssert.Contains(readme, $"]({pages}sdk/docs/Properties.md)");
        var original = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"));
        Assert.AreEqual(original, readme.Replace(pages, "", StringComparison.Ordinal));
        foreach (var file in new[] { "Containerize.Sdk.props", "Containerize.Secrets.props" })
        {
            File.Copy(Path.Combine(Repository.SdkDirectory, "build", file), directory[file]);
        }

        var evaluated = await Dotnet.RunAsync(
            directory.FullName, ["msbuild", "Containerize.Sdk.props", "-getProperty:_ContainerizeDiagnosticsPage"]);
        Assert.AreEqual($"{pages}sdk/docs/Diagnostics.md", evaluated.EnsureSuccess().Output.Trim());
    }

    [TestMethod]
    public async Task Messages_link_to_the_page_beside_the_targets_while_the_repository_has_no_address()
    {
        var props = Path.Combine(Repository.SdkDirectory, "build", "Containerize.Sdk.props");

        var evaluated = await Dotnet.RunAsync(Repository.Root, ["msbuild", props, "-getProperty:_ContainerizeDiagnosticsPage"]);

        var page = new Uri(evaluated.EnsureSuccess().Output.Trim());
        Assert.AreEqual(Path.Combine(Repository.SdkDirectory, "docs", "Diagnostics.md"), page.LocalPath);
        Assert.IsTrue(File.Exists(page.LocalPath));
    }
}
