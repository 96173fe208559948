using Containerize.Http;

namespace Containerize.Tests.Http;

[TestClass]
internal sealed class NoProxyListTests
{
    [TestMethod]
    [DataRow("example.com", "https://example.com/", true)]
    [DataRow("example.com", "https://registry.EXAMPLE.com/", true)]
    [DataRow("example.com", "https://badexample.com/", false)]
    [DataRow(".example.com", "https://registry.example.com/", true)]
    [DataRow("*.example.com", "https://registry.example.com/", true)]
    [DataRow("example.com:5000", "https://example.com:5000/", true)]
    [DataRow("example.com:5000", "https://example.com/", false)]
    [DataRow("example.com:443", "https://example.com/", true)]
    [DataRow("*", "https://example.com/", true)]
    [DataRow("10.0.0.0/8", "https://10.1.2.3:5000/", true)]
    [DataRow("10.0.0.0/8", "https://11.1.2.3/", false)]
    [DataRow("10.0.0.0/8", "https://example.com/", false)]
    [DataRow("10.1.2.3", "http://10.1.2.3:5000/", true)]
    [DataRow("10.1.2.3:80", "http://10.1.2.3:5000/", false)]
    [DataRow("fd00::/8", "https://[fd00::1]/", true)]
    [DataRow("fd00::1", "https://[fd00::1]:5000/", true)]
    [DataRow("[fd00::1]:5000", "https://[fd00::1]:5000/", true)]
    [DataRow("[fd00::1]:5000", "https://[fd00::1]/", false)]
    [DataRow("a.test, example.com ,b.test", "https://example.com/", true)]
    [DataRow("", "https://example.com/", false)]
    [DataRow(null, "https://example.com/", false)]
    [DataRow(",:,.,/,[]:x", "https://example.com/", false)]
    public void What_needs_no_proxy_is_read_as_other_tools_read_it(string? list, string url, bool isIn) =>
        Assert.AreEqual(isIn, NoProxyList.Parse(list).Has(new Uri(url)));
}
