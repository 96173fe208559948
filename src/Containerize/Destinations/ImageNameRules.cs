using System.Text;
using System.Text.RegularExpressions;
using Containerize.Oci;

namespace Containerize.Destinations;

/// <summary>Makes an image's name of a project's properties, by the .NET SDK's rules.</summary>
internal static partial class ImageNameRules
{
    private const int HashLength = 8;

    /// <summary>
    /// Checks repository and tags. A repository that is no valid name is lower-cased, and other characters become <c>-</c>, dots too, as in
    /// the SDK. The name of an assembly, which was not chosen for this, is repaired beyond that.
    /// </summary>
    /// <param name="registry">The registry the name begins with, if the image goes to one.</param>
    /// <param name="repository"><c>ContainerRepository</c>, or the assembly's name.</param>
    /// <param name="isDefault">Whether it is the assembly's name, whose repair is not worth a warning.</param>
    /// <param name="tag"><c>ContainerImageTag</c>.</param>
    /// <param name="tags"><c>ContainerImageTags</c>, separated by semicolons.</param>
    /// <param name="reporter">Takes the warning of a changed repository; null for none.</param>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.InvalidRepository"/> or <see cref="DiagnosticCode.InvalidTag"/>.
    /// </exception>
    public static ImageName Create(string? registry, string repository, bool isDefault, string? tag, string? tags, IReporter? reporter)
    {
        var name = isDefault ? Repair(repository) : Repository(repository.Trim());
        if (name != repository && !isDefault)
        {
            reporter?.Warning(
                DiagnosticCode.ChangedRepository,
                $"ContainerRepository '{repository}' is not a valid repository name; the image is called '{name}'. "
                + $"Set ContainerRepository to that name to silence this warning.");
        }

        if (!isDefault && ImageReference.NamesRegistry(name))
        {
            var parts = name.Split('/', 2);
            reporter?.Warning(
                DiagnosticCode.RegistryInRepository,
                $"ContainerRepository '{name}' begins with '{parts[0]}', which engines read as a registry. If it is one, "
                + $"set ContainerRegistry to '{parts[0]}' and ContainerRepository to '{parts[1]}'.");
        }

        return new ImageName(string.IsNullOrWhiteSpace(registry) ? null : registry.Trim(), name, Tags(tag, tags));
    }

    private static string Repository(string repository)
    {
        var normalized = Normalize(repository);
        return ImageReference.IsRepository(normalized)
            ? normalized
            : throw new ContainerizeException(
                DiagnosticCode.InvalidRepository,
                $"ContainerRepository '{repository}' is not a repository name. It has lower-case letters and digits, "
                + $"parts separated by '/', and inside a part single '.', '_', '__' or '-'; for example team/my-app.");
    }

    // Any text has a name: of one without a letter or digit that a repository may have, a part of its hash is the name.
    private static string Repair(string assembly)
    {
        var valid = Normalize(assembly.Replace('/', '-'));
        var name = Separators().Replace(valid, run => IsSeparator(run.Value) ? run.Value : "-").Trim('.', '_', '-');
        return name.Length > 0 ? name : $"app-{Digest.Of(Encoding.UTF8.GetBytes(assembly)).Hex[..HashLength]}";
    }

    // Letters of other alphabets that have an ASCII lower case, as the Kelvin sign, have it on some systems only.
    private static string Normalize(string text) => ImageReference.IsRepository(text)
        ? text
        : Invalid().Replace(
            string.Concat(text.Select(letter => char.IsAsciiLetterUpper(letter) ? char.ToLowerInvariant(letter) : letter)), "-");

    private static bool IsSeparator(string text) => text is "." or "_" or "__" || text.All(character => character == '-');

    private static IReadOnlyList<string> Tags(string? tag, string? tags)
    {
        string[] several = tags?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var one = tag?.Trim() ?? "";
        if (several.Length > 0 && one.Length > 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidTag,
                $"Both ContainerImageTag ('{one}') and ContainerImageTags ('{string.Join(';', several)}') are set. Set one of them.");
        }

        IReadOnlyList<string> all = several.Length > 0 ? [.. several.Distinct(StringComparer.Ordinal)] : [one.Length > 0 ? one : "latest"];
        return all.FirstOrDefault(candidate => !ImageReference.IsTag(candidate)) is { } wrong
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidTag,
                $"'{wrong}' is not a tag. A tag has letters, digits, '_', '.' and '-', does not begin with '.' or '-', "
                + $"and has at most 128 characters.")
            : all;
    }

    [GeneratedRegex(@"[^a-z0-9/_-]", RegexOptions.CultureInvariant)]
    private static partial Regex Invalid();

    [GeneratedRegex("[._-]+")]
    private static partial Regex Separators();
}
