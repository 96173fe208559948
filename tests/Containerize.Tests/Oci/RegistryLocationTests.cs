using Containerize.Oci;

namespace Containerize.Tests.Oci;

[TestClass]
internal sealed class RegistryLocationTests
{
    [TestMethod]
    [DataRow("mirror.example", "", "mirror.example", "")]
    [DataRow("mirror.example:5000/", "", "mirror.example:5000", "")]
    [DataRow(" https://mirror.example/hub/ ", "https", "mirror.example", "hub")]
    [DataRow("HTTP://[::1]:5000/a/b", "http", "[::1]:5000", "a/b")]
    [DataRow("mirror.example//a", "", "mirror.example", "a")]
    [DataRow("", "", "", "")]
    public void A_location_has_a_scheme_a_host_and_a_path(string text, string scheme, string host, string path)
    {
        var location = RegistryLocation.Parse(text);

        Assert.AreEqual(new RegistryLocation(scheme, host, path), location);
        Assert.AreEqual(scheme == "http", location.IsPlainHttp);
        Assert.AreEqual(path.Length == 0 ? host : $"{host}/{path}", location.ToString());
    }
}
