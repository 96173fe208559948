using Containerize.Images;

namespace Containerize.Tests.Images;

[TestClass]
internal sealed class PortTests
{
    [TestMethod]
    [DataRow("8080", null, "8080/tcp")]
    [DataRow(" 53 ", "UDP", "53/udp")]
    [DataRow("80/sctp", "tcp", "80/sctp")]
    [DataRow("65535", "", "65535/tcp")]
    public void Ports_are_parsed(string text, string? protocol, string expected) =>
        Assert.AreEqual(expected, Port.Parse(text, protocol).ToString());

    [TestMethod]
    [DataRow("0", null)]
    [DataRow("65536", null)]
    [DataRow("-1", null)]
    [DataRow("80/http", null)]
    [DataRow("eighty", null)]
    [DataRow("80", "icmp")]
    [DataRow("", null)]
    public void Others_are_refused(string text, string? protocol) =>
        Assert.AreEqual(DiagnosticCode.InvalidProperty, Assert.ThrowsExactly<ContainerizeException>(() => Port.Parse(text, protocol)).Code);
}
