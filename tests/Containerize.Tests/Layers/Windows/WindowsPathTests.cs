using Containerize.Layers.Windows;

namespace Containerize.Tests.Layers.Windows;

[TestClass]
internal sealed class WindowsPathTests
{
    [TestMethod]
    [DataRow(@"C:\app\", "/app/")]
    [DataRow("c:/app", "/app")]
    [DataRow(@"\app", "/app")]
    [DataRow("/app", "/app")]
    [DataRow("C:", "")]
    [DataRow(@"C:\", "/")]
    [DataRow(@"sub\dir", "sub/dir")]
    [DataRow("C:app", "C:app")]
    [DataRow(@"D:\app", "D:/app")]
    [DataRow("dotnet", "dotnet")]
    public void Drive_C_is_the_root(string text, string path) => Assert.AreEqual(path, WindowsPath.Read(text));

    [TestMethod]
    [DataRow("/", @"C:\")]
    [DataRow("/app/sub", @"C:\app\sub")]
    public void Windows_gets_its_own_form(string path, string text) => Assert.AreEqual(text, WindowsPath.Write(path));
}
