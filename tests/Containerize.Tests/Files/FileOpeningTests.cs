using System.IO.Compression;
using System.IO.MemoryMappedFiles;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using System.Xml.Linq;
using Containerize.Files;
using Containerize.MSBuild;
using Containerize.Tests.Architecture;

namespace Containerize.Tests.Files;

/// <summary>Files are opened in one place, which insists on regular ones.</summary>
[TestClass]
internal sealed class FileOpeningTests
{
    // The latter two open what they create, or look at before.
    private static readonly Type[] s_openers = [typeof(RegularFile), typeof(AbandonedFiles), typeof(FileLock)];

    private static readonly string[] s_openingFiles = ["Open", "Read", "Write", "Append", "Create", "Copy", "Replace"];

    private static readonly Type[] s_openingTypes =
    [
        typeof(FileStream), typeof(StreamReader), typeof(StreamWriter), typeof(BinaryReader), typeof(MemoryMappedFile), typeof(ZipFile),
        typeof(System.Formats.Tar.TarFile), typeof(X509Certificate2), typeof(X509Certificate2Collection), typeof(X509CertificateLoader),
        typeof(XmlReader), typeof(XmlWriter), typeof(XmlDocument), typeof(XDocument), typeof(XElement),
    ];

    [TestMethod]
    public void Only_one_place_opens_files_that_this_process_did_not_create()
    {
        var wrong = from assembly in new[] { typeof(ContainerizeException).Assembly, typeof(BuildImage).Assembly }
                    from call in CompiledCalls.Of(assembly)
                    where Opens(call.Called) && !s_openers.Contains(call.Caller)
                    select $"{call.Caller.Name} calls {call.Called.DeclaringType!.Name}.{call.Called.Name}";

        Assert.IsEmpty(wrong.Distinct().ToList());
    }

    [TestMethod]
    public void The_rule_sees_calls()
    {
        var seen = CompiledCalls.Of(typeof(FileOpeningTests).Assembly)
            .Where(call => call.Caller == typeof(FileOpeningTests) && Opens(call.Called))
            .Select(call => call.Called.Name).Distinct().Order(StringComparer.Ordinal).ToList();

        CollectionAssert.AreEqual(new[] { ".ctor", "OpenRead", "ReadAllText" }, seen);
        Assert.IsNotNull((Func<string, string>)File.ReadAllText);
        Assert.ThrowsExactly<FileNotFoundException>(() => File.OpenRead("/does-not-exist"));
        Assert.ThrowsExactly<FileNotFoundException>(() => new FileInfo("/does-not-exist").OpenRead());
        Assert.ThrowsExactly<FileNotFoundException>(() => new StreamReader("/does-not-exist"));
    }

    private static bool IsOpening(MethodBase called) => s_openingFiles.Any(name => called.Name.StartsWith(name, StringComparison.Ordinal));

    private static bool Opens(MethodBase called) => called.DeclaringType switch
    {
        var type when type == typeof(File) => IsOpening(called) && called.Name is not "CreateSymbolicLink",
        var type when type == typeof(FileInfo) => IsOpening(called) && called.Name is not "CreateAsSymbolicLink",
        // Those that take a path, and not what was opened.
        { } type when s_openingTypes.Contains(type) =>
            called.GetParameters() is [{ ParameterType: var first, Name: var name }, ..] && first == typeof(string)
            && name is not ("pem" or "certPem" or "text" or "xml" or "name"),
        _ => false,
    };
}
