using System.Globalization;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Trees;

namespace Containerize.Rebasing;

/// <summary>What a base has to have in common with another one for an app to be put on it without a build.</summary>
/// <param name="Platform">What it runs on.</param>
/// <param name="Libc">The C library whose loader it has; null for none.</param>
/// <param name="Runtimes">The major versions of .NET that it has.</param>
internal sealed record BaseKind(Platform Platform, string? Libc, IReadOnlySet<int> Runtimes)
{
    private const string Frameworks = "shared/Microsoft.NETCore.App";

    private static readonly string[] s_loaderDirectories = ["lib", "lib64", "lib32"];
    private static readonly string[] s_dotnet = ["usr/share/dotnet", "usr/lib/dotnet", "usr/lib64/dotnet"];

    /// <summary>Reads the kind of a base.</summary>
    internal static BaseKind Of(ImageConfig config, ImageTree tree)
    {
        var loaders = s_loaderDirectories.SelectMany(directory => NamesIn(tree, directory)).ToList();
        var root = EnvironmentInference.Merge(config, new Dictionary<string, string>()).GetValueOrDefault("DOTNET_ROOT");
        return new(
            config.Platform,
            loaders.Exists(name => name.StartsWith("ld-musl-", StringComparison.Ordinal)) ? "musl"
                : loaders.Exists(name => name.StartsWith("ld-linux", StringComparison.Ordinal)
                    || name.StartsWith("ld64.so.", StringComparison.Ordinal)) ? "glibc" : null,
            s_dotnet.Append(root).OfType<string>().SelectMany(directory => NamesIn(tree, $"{directory}/{Frameworks}"))
                .Select(version => int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
                    ? major : 0)
                .Where(major => major > 0).ToHashSet());
    }

    /// <summary>Refuses a base that needs another build.</summary>
    /// <param name="before">The kind of the base that the image has.</param>
    /// <param name="names">What both are called.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.OtherKindOfBase"/>.</exception>
    internal void RequireLike(BaseKind before, BaseNames names)
    {
        if ((Platform.Os, Platform.Architecture) != (before.Platform.Os, before.Platform.Architecture))
        {
            throw Refuse(names, $"is for {Platform}, and the image is for {before.Platform}");
        }

        if (before.Libc is { } libc && libc != Libc)
        {
            throw Refuse(names, $"has {(Libc is null ? "no C library" : $"{Libc} as its C library")}, and {names.Before} has {libc}");
        }

        if (before.Runtimes.Count > 0 && !before.Runtimes.Overlaps(Runtimes))
        {
            throw Refuse(names, Runtimes.Count == 0
                ? (Message)$"has no .NET, and {names.Before} has .NET {List(before.Runtimes)}"
                : (Message)$"has .NET {List(Runtimes)}, and {names.Before} has .NET {List(before.Runtimes)}");
        }
    }

    private static ContainerizeException Refuse(BaseNames names, Message why) => new(
        DiagnosticCode.OtherKindOfBase,
        $"The base image {names.Onto} {why}. The app was published for the other one: publish it again on that base "
        + $"(ContainerBaseImage), or choose a newer image of the same kind.");

    private static string List(IEnumerable<int> majors) => string.Join(", ", majors.Order());

    private static IEnumerable<string> NamesIn(ImageTree tree, string directory) =>
        tree.Find(tree.Resolve(directory, followLast: true))?.Children?.Keys ?? Enumerable.Empty<string>();
}

/// <summary>What the two bases are called, for messages.</summary>
/// <param name="Before">The base that the image has.</param>
/// <param name="Onto">The base that it is put on.</param>
internal sealed record BaseNames(string Before, string Onto);
