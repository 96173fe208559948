using System.Formats.Tar;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class WindowsLayerCheckTests
{
    private const string Descriptor = "AQAAgBQAAAAkAAAAAAAAAAAAAAABAgAAAAAABSAAAAAhAgAAAQIAAAAAAAUgAAAAIQIAAA==";

    [TestMethod]
    [DataRow("root", "in neither Files nor Hives")]
    [DataRow("no hives", "lacks Files or Hives")]
    [DataRow("case", "which are one to Windows")]
    [DataRow("name", "which Windows cannot create")]
    [DataRow("link", "of the type SymbolicLink")]
    [DataRow("no descriptor", "has no security descriptor")]
    [DataRow("half a descriptor", "has no security descriptor")]
    [DataRow("ustar", "has no security descriptor")]
    public void A_wrong_layer_for_Windows_is_found(string what, string message)
    {
        TarEntry[] entries = what switch
        {
            "root" => [Directory("app")],
            "no hives" => [Directory("Files")],
            "case" => [Directory("Files"), Directory("Files/App"), Directory("Files/app")],
            "name" => [Directory("Files"), Directory("Files/a:b")],
            "link" =>
                [Directory("Files"),
                    new PaxTarEntry(TarEntryType.SymbolicLink, "Files/a", [new("MSWINDOWS.rawsd", Descriptor)]) { LinkName = "b" }],
            "no descriptor" => [new PaxTarEntry(TarEntryType.Directory, "Files")],
            "half a descriptor" => [Directory("Files", Descriptor[..24])],
            _ => [TestLayer.Entry(TarEntryType.Directory, "Files")],
        };
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(
            directory.FullName,
            (
                "1.0",
                TestImage.Create(
                    Platform.FromRuntimeIdentifier("win-x64"), docker: false, change: null, TestLayer.FromTar(TestLayer.Tar(entries)))));

        Assert.Contains(message, Assert.ThrowsExactly<InvalidImageException>(() => ImageValidator.Check(directory.FullName)).Message);
        Assert.HasCount(1, ImageValidator.Check(directory.FullName, baseLayers: 1).Images, "What others made is their affair.");
    }

    private static PaxTarEntry Directory(string path, string descriptor = Descriptor) =>
        new(TarEntryType.Directory, path, [new("MSWINDOWS.rawsd", descriptor)]);
}
