using Containerize.Debian.Model;

namespace Containerize.Tests.Debian.Model;

/// <summary>The names and places of packages' libraries.</summary>
[TestClass]
internal sealed class SharedLibraryTests
{
    [TestMethod]
    [DataRow("libmagic.so.1", "libmagic1")]
    [DataRow("libfoo2.so.3", "libfoo2-3")]
    [DataRow("libfoo-1.2.so.3", "libfoo-1.2-3")]
    [DataRow("libglib-2.0.so.0", "libglib2.0-0")]
    [DataRow("libglib-2.0.so.0", "libglib2.0-0t64")]
    [DataRow("libcurl.so.4", "libcurl4t64")]
    [DataRow("libdbus-1.so.3", "libdbus-1-3")]
    [DataRow("libgdk_pixbuf-2.0.so.0", "libgdk-pixbuf-2.0-0")]
    [DataRow("libusb-1.0.so.0", "libusb-1.0-0")]
    [DataRow("libX11.so.6", "libx11-6")]
    [DataRow("libgssapi_krb5.so.2", "libgssapi-krb5-2")]
    [DataRow("libnss3.so", "libnss3")]
    [DataRow("libboost_system.so.1.74.0", "libboost-system1.74.0")]
    public void A_package_is_called_as_its_library_is(string soname, string package) =>
        Assert.Contains(package, new SharedLibrary(soname).PackageNames);

    [TestMethod]
    public void The_usual_name_is_the_first_one()
    {
        Assert.AreEqual(
            "libmagic1 libmagic1t64 libmagic-1 libmagic-1t64", string.Join(' ', new SharedLibrary("libmagic.so.1").PackageNames));
        Assert.AreEqual("libfoo2-3", new SharedLibrary("libfoo2.so.3").PackageNames[0]);
    }

    [TestMethod]
    [DataRow("ld-linux")]
    [DataRow(".so.1")]
    [DataRow("lib\"x\".so.1")]
    public void What_cannot_be_a_package_has_no_name(string soname) => Assert.IsEmpty(new SharedLibrary(soname).PackageNames);

    [TestMethod]
    [DataRow("usr/lib/x86_64-linux-gnu", "amd64", 0)]
    [DataRow("lib/aarch64-linux-gnu", "arm64", 0)]
    [DataRow("lib/powerpc64le-linux-gnu", "ppc64el", 0)]
    [DataRow("usr/lib", "amd64", 1)]
    [DataRow("usr/lib32", "amd64", -1)]
    [DataRow("usr/lib/x86_64-linux-gnu/primus", "amd64", -1)]
    [DataRow("usr/lib/i386-linux-gnu", "amd64", -1)]
    [DataRow("opt/lib", "amd64", -1)]
    public void Loaders_look_into_directories_of_their_architecture(string directory, string architecture, int rank) =>
        Assert.AreEqual(rank < 0 ? null : rank, SharedLibrary.RankOf(directory, architecture));

    [TestMethod]
    [DataRow("usr/lib32", true)]
    [DataRow("usr/aarch64-linux-gnu/lib", true)]
    [DataRow("usr/lib/gcc-cross/aarch64-linux-gnu/12", true)]
    [DataRow("usr/lib/x86_64-linux-gnu/blas", false)]
    [DataRow("usr/lib/jvm/server", false)]
    public void Some_directories_are_for_another_architecture(string directory, bool expected) =>
        Assert.AreEqual(expected, SharedLibrary.IsForOther(directory, "amd64"));
}
