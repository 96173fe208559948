using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Inspection;
using Containerize.Oci;

namespace Containerize.Verification;

/// <summary>Says why a file of a rebuild differs, most likely.</summary>
/// <param name="source">What image and rebuild were made of.</param>
/// <param name="packages">The packages in which they differ.</param>
internal sealed class CauseFinder(SourceVerdict source, IReadOnlyList<PackageDifference> packages)
{
    private const int MaxUnpacked = 64 * 1024 * 1024;
    private const string RuntimeConfigEnding = ".runtimeconfig.json";

    private static readonly string[] s_runtimes =
        ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App", "Microsoft.WindowsDesktop.App", "runtime.", "Microsoft.DotNet.ILCompiler"];

    /// <summary>Finds the cause.</summary>
    /// <returns>The cause, and what it shows in.</returns>
    internal (DifferenceCause Cause, string Detail) Find(FileComparison file) =>
        file.Difference.Kind != ChangeKind.Changed ? OfMissing(file)
        : file.Difference.Before!.Content is { } content && content == file.Difference.After!.Content ? OfEntry(file.Difference)
        : OfPackage(file)
        ?? (file is { Image: { } image, Rebuilt: { } rebuilt } ? OfContent(file, image, rebuilt) : null)
        ?? OfSource("the content is another one");

    private static (DifferenceCause Cause, string Detail) OfEntry(FileDifference file)
    {
        var (old, now) = (file.Before!, file.After!);
        return (DifferenceCause.Entry, string.Join(", ", file.What.Select(what => what switch
        {
            "mode" => $"mode {Octal(old.Mode)} in the image, {Octal(now.Mode)} in the rebuild",
            "owner" => $"owner {old.Owner} in the image, {now.Owner} in the rebuild",
            _ => $"{what} differs",
        })));
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private (DifferenceCause Cause, string Detail) OfMissing(FileComparison file)
    {
        var inImage = file.Difference.After is null;
        var only = inImage ? "only the image has it" : "only the rebuild has it";
        return (inImage ? file.ImagePackage : file.RebuiltPackage) is { } package && Differs(package) is { } difference
            ? (CauseOf(package.Name), $"{only}: {Sentence(difference)}")
            : OfSource(only);
    }

    private static (DifferenceCause Cause, string Detail)? OfPackage(FileComparison file) =>
        file is { ImagePackage: { } image, RebuiltPackage: { } rebuilt } && image != rebuilt
            ? (CauseOf(rebuilt.Name), $"{Named(image)} in the image, {(image.Name == rebuilt.Name ? rebuilt.Version : Named(rebuilt))} "
                + "in the rebuild")
            : null;

    private (DifferenceCause Cause, string Detail)? OfContent(FileComparison file, byte[] image, byte[] rebuilt)
    {
        if (AssemblyFacts.Read(image) is { } assembly && AssemblyFacts.Read(rebuilt) is { } other)
        {
            return OfAssembly(file, assembly, other);
        }

        if (SymbolFacts.Read(image) is { } symbols && SymbolFacts.Read(rebuilt) is { } otherSymbols)
        {
            return OfSymbols(symbols, otherSymbols) ?? OfSource("the symbols are those of another build");
        }

        if (Unzip(image) is { } content && Unzip(rebuilt) is { } otherContent)
        {
            return content.AsSpan().SequenceEqual(otherContent) ? OfCompression(image, rebuilt) : OfContent(file, content, otherContent);
        }

        return TextDifference.Read(image) is { } text && TextDifference.Read(rebuilt) is { } otherText
            ? OfText(file.Path, text, otherText)
            : null;
    }

    private (DifferenceCause Cause, string Detail)? OfText(string path, string image, string rebuilt)
    {
        if (path.EndsWith(PackageNotes.DependenciesEnding, StringComparison.Ordinal) && packages.Count > 0)
        {
            var first = packages[0];
            return (CauseOf(first.Package.Name), Sentence(first));
        }

        if (path.EndsWith(RuntimeConfigEnding, StringComparison.Ordinal)
            && (Frameworks(image), Frameworks(rebuilt)) is var (old, now) && old != now)
        {
            return (DifferenceCause.Sdk, $"{old} in the image, {now} in the rebuild");
        }

        return TextDifference.OfFiles(image, rebuilt) is { } difference
            ? Of(difference)
            : OfSource($"line {TextDifference.FirstLine(image, rebuilt)} is the first that differs");
    }

    private (DifferenceCause Cause, string Detail)? OfAssembly(FileComparison file, AssemblyFacts image, AssemblyFacts rebuilt)
    {
        if (file.RebuiltPackage is not null && image.Version != rebuilt.Version)
        {
            return (CauseOf(file.RebuiltPackage.Name), $"version {image.Version} in the image, {rebuilt.Version} in the rebuild");
        }

        if (image.OtherReference(rebuilt) is { } reference)
        {
            var package = packages.FirstOrDefault(each => each.Package.Name.Equals(reference.Name, StringComparison.OrdinalIgnoreCase));
            var isRuntime = package is null && reference.Name.StartsWith("System.", StringComparison.Ordinal);
            return (
                isRuntime ? DifferenceCause.Sdk : DifferenceCause.Package,
                package is not null ? $"compiled against {Sentence(package)}"
                : $"compiled against {reference.Name} {reference.Image} in the image, {reference.Rebuilt} in the rebuild");
        }

        if ((image.Symbols ?? Symbols(file.Symbols.Image), rebuilt.Symbols ?? Symbols(file.Symbols.Rebuilt)) is ({ } old, { } now)
            && OfSymbols(old, now) is { Cause: not DifferenceCause.Path } known)
        {
            return known;
        }

        if (image.Code != rebuilt.Code)
        {
            var (gone, added) = (image.Texts.Except(rebuilt.Texts).ToList(), rebuilt.Texts.Except(image.Texts).ToList());
            return gone.Count > 0 && TextDifference.Of(string.Join('\n', gone), string.Join('\n', added)) is { } difference
                ? Of(difference)
                : OfSource("the code is another one");
        }

        if (!image.IsReproducible || !rebuilt.IsReproducible)
        {
            return (DifferenceCause.Clock,
                "the code is the same, but not compiled with Deterministic, so that each build gives it another id and time");
        }

        return image.SymbolPath is { } path && rebuilt.SymbolPath is { } otherPath && path != otherPath
            ? (DifferenceCause.Path, $"built in '{path}', rebuilt in '{otherPath}'")
            : (DifferenceCause.Sdk, OtherSdk() ?? "the code is the same, made by another compiler or with other options of it");
    }

    private (DifferenceCause Cause, string Detail)? OfSymbols(SymbolFacts image, SymbolFacts rebuilt) =>
        image.Compiler != rebuilt.Compiler && image.OtherSources(rebuilt).Count == 0
            ? (DifferenceCause.Sdk, $"compiler {image.Compiler ?? "unknown"} in the image, {rebuilt.Compiler ?? "unknown"} in the rebuild")
        : image.OtherSources(rebuilt).Where(name => !IsGenerated(name)).ToList() is { Count: > 0 } sources
            ? OfSource($"compiled from other sources: {string.Join(", ", sources.Take(5))}{(sources.Count > 5 ? ", …" : "")}")
        : image.OtherPath(rebuilt) is { } moved
            ? (DifferenceCause.Path, $"'{moved.Image}' in the image, '{moved.Rebuilt}' in the rebuild")
            : null;

    // What the build writes for the compiler follows from the project, and tells less than the code does.
    private static bool IsGenerated(string name) =>
        name.EndsWith(".AssemblyInfo.cs", StringComparison.Ordinal) || name.EndsWith(".g.cs", StringComparison.Ordinal);

    private static (DifferenceCause Cause, string Detail) OfCompression(byte[] image, byte[] rebuilt)
    {
        // RFC 1952: MTIME stands in the bytes 4 to 7.
        var old = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(4));
        var now = BinaryPrimitives.ReadUInt32LittleEndian(rebuilt.AsSpan(4));
        return old != now
            ? (DifferenceCause.Clock, $"compressed at {At(old)} in the image, at {At(now)} in the rebuild; the content is the same")
            : (DifferenceCause.Sdk, "the content is the same, compressed in another way");
    }

    private static string At(uint seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("u", null);

    private (DifferenceCause Cause, string Detail) Of(TextDifference difference) =>
        difference.Cause == DifferenceCause.Source ? OfSource(difference.Detail) : (difference.Cause, difference.Detail);

    private (DifferenceCause Cause, string Detail) OfSource(string detail)
    {
        var why = source switch
        {
            { Commit: { } commit, RebuiltCommit: { } other } when commit != other =>
                $"the image is of commit {commit}, the rebuild of {other}{(source.IsDirty ? " with changes that are not committed" : "")}",
            { IsDirty: true } => "the working tree has changes that are not committed",
            _ => OtherSdk(),
        };
        return (DifferenceCause.Source, why is null ? detail : $"{detail}; {why}");
    }

    private string? OtherSdk() => source is { Sdk: { } sdk, RebuiltSdk: { } other } && sdk != other
        ? $".NET SDK {sdk} in the image, {other} in the rebuild" : null;

    private PackageDifference? Differs(ImagePackage package) =>
        packages.FirstOrDefault(each => each.Package == (package.Kind, package.Name));

    private static DifferenceCause CauseOf(string package) =>
        s_runtimes.Any(name => package.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            ? DifferenceCause.Sdk : DifferenceCause.Package;

    private static string Sentence(PackageDifference package) => package.Kind switch
    {
        ChangeKind.Added => $"only the rebuild has the package {package.Package.Name} {string.Join(", ", package.After)}",
        ChangeKind.Removed => $"only the image has the package {package.Package.Name} {string.Join(", ", package.Before)}",
        _ => $"{package.Package.Name} {string.Join(", ", package.Before)} in the image, {string.Join(", ", package.After)} in the rebuild",
    };

    private static string Named(ImagePackage package) => $"{package.Name} {package.Version}";

    private static SymbolFacts? Symbols(byte[]? content) => content is null ? null : SymbolFacts.Read(content);

    private static byte[]? Unzip(byte[] content)
    {
        if (content.Length < 18 || !content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return null;
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(content), CompressionMode.Decompress);
            var unpacked = new byte[Math.Min(MaxUnpacked, Math.Max(1024, content.Length * 20L))];
            var length = gzip.ReadAtLeast(unpacked, unpacked.Length, throwOnEndOfStream: false);
            return length < unpacked.Length ? unpacked[..length] : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static string Frameworks(string runtimeConfig)
    {
        var options = OciJson.TryReadObject(Encoding.UTF8.GetBytes(runtimeConfig))?["runtimeOptions"] as JsonObject;
        var all = (options?["frameworks"] as JsonArray ?? []).Concat(options?["includedFrameworks"] as JsonArray ?? [])
            .Append(options?["framework"]).OfType<JsonObject>();
        return string.Join(", ", all.Select(each => $"{each["name"]} {each["version"]}"));
    }
}
