using Containerize.Debian.Apt;
using Containerize.Testing;

namespace Containerize.Tests.Debian.Apt;

/// <summary>Settings are found in every form that apt.conf(5) has for them.</summary>
[TestClass]
internal sealed class AptConfigurationTests
{
    private static string? Proxy(string text)
    {
        var configuration = new AptConfiguration();
        configuration.Add(text);
        return configuration["Acquire::http::Proxy"];
    }

    [TestMethod]
    [DataRow("""Acquire::http::Proxy "http://p:3128";""")]
    [DataRow("""acquire::HTTP::proxy "http://p:3128" ;""")]
    [DataRow("""Acquire { http { Proxy "http://p:3128"; }; Retries "3"; };""")]
    [DataRow("""Acquire { http::Proxy "http://p:3128"; }""")]
    [DataRow("""Acquire::http { Timeout "1"; /* a } comment; */ Proxy "http://p:3128"; // another };""" + "\n}; # the end")]
    [DataRow("""APT { NeverAutoRemove { "^linux-.*"; "a;b{c"; }; }; Acquire::http::Proxy "http://p:3128";""")]
    [DataRow("""Acquire::http::Proxy "http://other"; Acquire::http::Proxy "http://p:3128";""")]
    [DataRow("""DPkg::Post-Invoke {"rm -f /var/cache/apt/*.bin || true";}; Acquire::http::Proxy "http://p:3128";""")]
    [DataRow(
        "# Acquire::http::Proxy \"no\";\n// Acquire::http::Proxy \"no\";\nAcquire::http::Proxy \"http://p:3128\";\n#clear " +
        "Acquire::https;\n")]
    public void A_setting_is_found(string text) => Assert.AreEqual("http://p:3128", Proxy(text));

    [TestMethod]
    [DataRow("")]
    [DataRow("Acquire::http::Proxy \"\";")]
    [DataRow("Acquire::http::Proxy \"http://p\"; #clear Acquire::http;")]
    [DataRow("Acquire::http::Proxy::p \"http://p\";")]
    [DataRow("Acquire { https { Proxy \"http://p\"; }; };")]
    [DataRow("Acquire::http::Proxy \"http://p")]
    [DataRow("Acquire::http::Proxy /* \"http://p\";")]
    [DataRow("}}};{{{;;\"\"\"")]
    [DataRow("Acquire { http { Proxy")]
    public void What_is_not_set_or_malformed_is_not_found(string text) => Assert.IsNull(Proxy(text));

    [TestMethod]
    public void Later_files_win_and_copies_do_not_count()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("apt.conf.d/10first", "A \"1\"; B \"1\"; C \"1\";");
        directory.Write("apt.conf.d/20second.conf", "B \"2\"; C \"2\";");
        directory.Write("apt.conf", "C \"3\";");
        directory.Write("apt.conf.d/30copy.bak", "A \"4\";");

        var configuration = AptConfiguration.Read(directory.FullName);

        Assert.AreEqual("123", configuration["A"] + configuration["B"] + configuration["C"]);
        Assert.IsNull(AptConfiguration.Read(directory["none"])["A"]);
    }
}
